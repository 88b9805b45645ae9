"""Migrations: a database is brought to the schema that the code knows, or left untouched."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from knowledge.errors import StoreError
from knowledge.store.places import Place

# The revisions in migrations/versions, oldest first. Listed here so that a database that is up to date,
# which is nearly always, is known as such without importing Alembic (0.2 s).
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
SCRIPTS = Path(__file__).parent / "migrations"

_log = logging.getLogger(__name__)


async def bring_up_to_date(place: Place) -> None:
    """Check a database, and migrate it to the last revision in one transaction, beside which nobody writes.

    Raises `StoreError`, with nothing changed, if it is damaged, of a newer version of the bot, of another
    program, or cannot be written.
    """
    engine = place.engine(migrating=True)
    try:
        with place.errors_in_words():
            async with place.migrating(engine) as connection:
                await connection.run_sync(_bring_up_to_date, place)
            await place.settle(engine)
    finally:
        await engine.dispose()


def _bring_up_to_date(connection: Connection, place: Place) -> None:
    place.check(connection)
    stored = stored_revision(connection, place)
    if stored == REVISIONS[-1]:
        return
    _upgrade(connection)
    place.check_migrated(connection)
    _log.info("The database %s went from schema %s to %s.", place, stored or "none", REVISIONS[-1])


def stored_revision(connection: Connection, place: Place) -> str | None:
    """Return at which revision a database is, None for an empty one.

    Raises `StoreError` if it is of a newer version of the bot, or of another program.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StoreError(
            f"The database {place} belongs to another program. It was left as it is: set data_dir or "
            "database_url to a place of the bot's own."
        )
    stored: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if stored is not None and stored not in REVISIONS:
        raise StoreError(
            f"The database {place} was written by a newer version of the bot (schema {stored}; this "
            f"one knows up to {REVISIONS[-1]}). It was left as it is: update the bot, or restore a backup."
        )
    return stored


def _upgrade(connection: Connection) -> None:
    from alembic.command import upgrade
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    upgrade(config, "head")
