"""Databases looked into, and tampered with, from beside the store; the same words do for both kinds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import select

from knowledge.database_servers import is_server
from knowledge.store.places import place_of
from knowledge.store.schema import metadata

_TRIGGER = "CREATE TRIGGER disk_full BEFORE {event} ON {table}"
_REFUSE = {
    False: [f"{_TRIGGER} BEGIN SELECT RAISE(ABORT, 'full'); END"],
    True: [
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RAISE EXCEPTION 'full'; END $$",
        f"{_TRIGGER} FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
}
_ALLOW = {False: ["DROP TRIGGER disk_full"], True: ["DROP TRIGGER disk_full ON {table}"]}


async def execute(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """Do something in a database in one transaction; return the rows that come back last, if any do."""
    engine = place_of(url, 5).engine(migrating=True)
    try:
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        await engine.dispose()


@asynccontextmanager
async def refusing(url: str, event: str, table: str) -> AsyncIterator[None]:
    """Have a database refuse something, as a full disk would."""
    server = is_server(url)
    await execute(url, *(statement.format(event=event, table=table) for statement in _REFUSE[server]))
    yield
    await execute(url, *(statement.format(table=table) for statement in _ALLOW[server]))


async def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, but for the receipts of those who write."""
    engine = place_of(url, 5).engine(migrating=True)
    try:
        async with engine.connect() as connection:
            found = {table.name: await connection.execute(select(table)) for table in metadata.sorted_tables}
            return {
                name: sorted((tuple(row) for row in rows if not str(row[0]).startswith("receipt:")), key=str)
                for name, rows in found.items()
            }
    finally:
        await engine.dispose()
