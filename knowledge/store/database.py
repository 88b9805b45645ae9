"""What every part of the store stands on: the open database, and transactions on it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, Self

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from knowledge.errors import StoreError
from knowledge.store.migrate import bring_up_to_date
from knowledge.store.places import Held, Place, insist, place_of
from knowledge.store.schema import guilds, numbers


class Database:
    """The database, open; a method that cannot do its work changes nothing and raises `StoreError`.

    A method that writes is one transaction, and returns once the data is on the disk: what was acknowledged
    survives a crash.
    """

    def __init__(self, engine: AsyncEngine, place: Place, hold: Held) -> None:
        """Take an engine over an up-to-date database that is held; `open` makes them all."""
        self._engine = engine
        self._reader = engine.execution_options(**place.read_only)
        self._place = place
        self._hold = hold
        # A database lets one writer in at a time, for which others poll or keep a connection busy; a lock
        # queues ours in order instead.
        self._writing_turn = asyncio.Lock()
        self._doing: set[asyncio.Task[Any]] = set()
        self._closed = False

    def __init_subclass__(cls) -> None:
        """Let every public method of a part of the store be done to its end."""
        for name, method in list(vars(cls).items()):
            if inspect.iscoroutinefunction(method) and not name.startswith("_"):
                setattr(cls, name, _to_its_end(method))

    @classmethod
    async def open(cls, url: str, *, patience: float = 5.0) -> Self:
        """Open the database at a URL such as `sqlite+aiosqlite:///data/bot.db`, creating or migrating it.

        On PostgreSQL (`postgresql+asyncpg://user@host/database`) its tables are created, or migrated.
        `patience` is how many seconds to wait for another program that holds the file, and for the writes
        that were asked for before: a method that writes returns or raises within twice that time. On
        PostgreSQL it is also how long a method is tried again after a failure that may pass, so that it
        takes three times that time at most.
        Raises `StoreError` for a URL of anything else, for a file that is locked, read-only, damaged or being
        restored, for a server that cannot be used, and for a database of a newer version of the bot or of
        another program.
        """
        place = place_of(url, patience)
        hold = await place.hold()
        try:
            await insist(lambda: bring_up_to_date(place), patience)
            store = cls(place.engine(), place, hold)
            await insist(store._connect, patience)
        except BaseException:
            hold.release()
            raise
        return store

    async def close(self) -> None:
        """Let what has begun finish, then close every connection; closing twice does nothing.

        What waits for its turn behind a write has not begun.
        """
        self._closed = True
        if self._doing:
            await asyncio.wait(self._doing)
        await self._engine.dispose()
        self._hold.release()

    async def __aenter__(self) -> Self:
        """Return the store itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the store."""
        await self.close()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._turn():
            with self._place.errors_in_words():
                async with self._place.writing(self._engine) as connection:
                    yield connection

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Hold the turn to write; where another program locks the file, all in the queue give up in time."""
        must_wait = self._writing_turn.locked()
        try:
            async with asyncio.timeout(self._place.patience):
                await self._writing_turn.acquire()
        except TimeoutError:
            raise self._place.locked() from None
        try:
            if must_wait:
                self._refuse_if_closed()
            yield
        finally:
            self._writing_turn.release()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        """Have one connection on which everything is read as it was at one moment."""
        with self._place.errors_in_words():
            async with self._place.reading(self._reader) as connection:
                yield connection

    async def _connect(self) -> None:
        """Have a first connection, which says that the database is in use."""
        async with self._reading():
            pass

    def _done(self, doing: asyncio.Task[Any]) -> None:
        self._doing.discard(doing)
        if not doing.cancelled():
            doing.exception()  # which nobody may be waiting for any more

    def _refuse_if_closed(self) -> None:
        # A disposed engine would quietly open the file again.
        if self._closed:
            raise StoreError("The database is closed because the bot is stopping.")


def _to_its_end(method: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Return a method that is done to its end even if whoever waits for it is cancelled.

    Cancelled half-way, a connection could be lost with its transaction open, which locks the database. What
    fails for a reason that may pass, and changed nothing, is done again: a method is one transaction.
    """

    @wraps(method)
    async def whole(store: Database, /, *args: Any, **kwargs: Any) -> Any:
        store._refuse_if_closed()
        trying = insist(lambda: method(store, *args, **kwargs), store._place.patience, lambda: store._closed)
        doing = asyncio.create_task(trying)
        store._doing.add(doing)
        doing.add_done_callback(store._done)
        return await asyncio.shield(doing)

    return whole


async def know(connection: AsyncConnection, guild_id: int | None) -> bool:
    """Have a row for a server, to which its data can refer; return whether there was none."""
    known = select(guilds.c.guild_id).where(guilds.c.guild_id == guild_id)
    if guild_id is None or await connection.scalar(known) is not None:
        return False
    await connection.execute(insert(guilds).values(guild_id=guild_id))
    return True


async def count_rows(connection: AsyncConnection, table: Table) -> int:
    """Return how many rows a table has."""
    return await connection.scalar(select(func.count()).select_from(table)) or 0


async def take_numbers(connection: AsyncConnection, count: int = 1) -> int:
    """Take so many consecutive numbers that were never given before; return the first of them.

    Whoever writes is alone in it, on every database, so numbers become visible in their order.
    """
    taking = update(numbers).values(last=numbers.c.last + count).returning(numbers.c.last)
    last: int = (await connection.execute(taking)).scalar_one()
    return last - count + 1
