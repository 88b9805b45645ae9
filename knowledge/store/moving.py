"""Moving all that the bot keeps from one database to another, of the same kind or not.

Everything goes in one transaction, and is compared before that is committed: a move is whole, or nothing has
changed. There are no sequences to set: the numbers that the bot gives are counted in a table of their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Table, delete, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.database_files import file_of_url, url_of_file
from knowledge.database_servers import is_server
from knowledge.errors import StoreError
from knowledge.store.database import count_rows
from knowledge.store.migrate import REVISIONS, bring_up_to_date, stored_revision
from knowledge.store.places import Place, place_of
from knowledge.store.schema import metadata, numbers

_PATIENCE = 5.0
_AT_ONCE = 500

Progress = Callable[[str, int], None]
"""What is told how many more rows of a table were copied or compared."""


class MismatchError(StoreError):
    """A row that is not in the new database as it was in the old one; the new one is left empty."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A database that was copied: from where to where, and how many rows of each table."""

    source: str
    target: str
    rows: Mapping[str, int]


def url_of(typed: str) -> str:
    """Return the URL of what somebody typed: a URL, or the path of a file."""
    return typed if "://" in typed else url_of_file(Path(typed).expanduser().absolute())


async def move(source_url: str, target_url: str, started: Callable[[int], None], moved: Progress) -> Moved:
    """Copy a database to an empty one, and compare every row; the old one is left as it is.

    `started` is told how many steps there are, two for each row, and `moved` of each step that is done.
    Raises `StoreError`, with nothing in the new database, if either is in use, if the old one is not there or
    not up to date, or if the new one is not empty; `MismatchError` if a row does not arrive as it was.
    """
    source = place_of(source_url, _PATIENCE, alone=True)
    target = place_of(target_url, _PATIENCE, alone=True)
    if not is_server(source_url) and not file_of_url(source_url).is_file():
        raise StoreError(f"There is no database {source}. Nothing was changed.")
    if str(source) == str(target):
        raise StoreError(f"{source} cannot be moved onto itself. Nothing was changed.")
    async with _reading(source) as old, _writing(target) as new:
        rows = {table.name: await count_rows(old, table) for table in metadata.sorted_tables}
        started(2 * sum(rows.values()))
        await new.execute(delete(numbers))
        for table in metadata.sorted_tables:
            async for batch in _batches(old, table):
                await new.execute(insert(table), [dict(row._mapping) for row in batch])
                moved(table.name, len(batch))
        for table in metadata.sorted_tables:
            await _compare(old, new, table, moved)
    return Moved(str(source), str(target), rows)


@asynccontextmanager
async def _reading(place: Place) -> AsyncIterator[AsyncConnection]:
    """Have a database that nobody uses, as it is at one moment."""
    hold = await place.hold()
    engine = place.engine().execution_options(**place.read_only)
    try:
        with place.errors_in_words():
            async with place.reading(engine) as connection:
                await connection.run_sync(place.check)
                stored = await connection.run_sync(stored_revision, place)
                if stored != REVISIONS[-1]:
                    raise StoreError(
                        f"The database {place} is not up to date (schema {stored or 'none'}; this version "
                        f"has {REVISIONS[-1]}). Nothing was changed: start the bot on it once, then stop it."
                    )
                yield connection
    finally:
        await engine.dispose()
        hold.release()


@asynccontextmanager
async def _writing(place: Place) -> AsyncIterator[AsyncConnection]:
    """Have an up-to-date database in which nothing is, and which nobody uses, in a transaction."""
    hold = await place.hold()
    engine = None
    try:
        await bring_up_to_date(place)
        engine = place.engine(migrating=True)
        with place.errors_in_words():
            async with place.migrating(engine) as connection:
                for table in metadata.sorted_tables:
                    if table is not numbers and await count_rows(connection, table):
                        raise StoreError(
                            f"The database {place} is not empty: it has rows in {table.name}. Nothing was "
                            "changed: name another, or empty it first."
                        )
                yield connection
                await connection.run_sync(place.check_migrated)
    finally:
        if engine is not None:
            await engine.dispose()
        hold.release()


async def _batches(connection: AsyncConnection, table: Table) -> AsyncIterator[list[Row[Any]]]:
    """Yield the rows of a table, some at once."""
    async with connection.stream(select(table)) as found:
        async for rows in found.partitions(_AT_ONCE):
            yield list(rows)


async def _compare(old: AsyncConnection, new: AsyncConnection, table: Table, moved: Progress) -> None:
    """Raise `MismatchError` unless a table has the same rows in both databases."""
    key = tuple(table.primary_key.columns)
    wanted, there = await count_rows(old, table), await count_rows(new, table)
    if wanted != there:
        raise MismatchError(
            f"The table {table.name} has {wanted:,} rows and would have {there:,}. Nothing was kept."
        )
    async for batch in _batches(old, table):
        keys = [tuple(row._mapping[column] for column in key) for row in batch]
        found = await new.execute(select(table).where(tuple_(*key).in_(keys)))
        arrived = {tuple(row._mapping[column] for column in key): tuple(row) for row in found}
        for row, of_row in zip(batch, keys, strict=True):
            if arrived.get(of_row) != tuple(row):
                named = ", ".join(f"{column.name} {value}" for column, value in zip(key, of_row, strict=True))
                raise MismatchError(
                    f"In the table {table.name}, the row with {named} does not arrive as it was. Nothing was "
                    "kept."
                )
        moved(table.name, len(batch))
