"""What every part of the store stands on: the open database, and transactions on it."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, Self

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from knowledge.errors import StoreError
from knowledge.store import sqlite
from knowledge.store.holding import Hold
from knowledge.store.migrate import bring_up_to_date
from knowledge.store.schema import guilds, numbers


class Database:
    """The database, open; a method that cannot do its work changes nothing and raises `StoreError`.

    A method that writes is one transaction, and returns once the data is on the disk: what was acknowledged
    survives a crash.
    """

    def __init__(self, engine: AsyncEngine, file: sqlite.File, hold: Hold) -> None:
        """Take an engine over an up-to-date database that is held; `open` makes them all."""
        self._engine = engine
        self._reader = engine.execution_options(**sqlite.READ_ONLY)
        self._file = file
        self._hold = hold
        # SQLite lets one writer in at a time, and those that wait poll; a lock queues ours in order instead.
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

        `patience` is how many seconds to wait for another program that holds the file, and for the writes
        that were asked for before: a method that writes returns or raises within twice that time.
        Raises `StoreError` for a URL that is not an SQLite file, and for a file that is locked, read-only,
        damaged, being restored, of a newer version of the bot or of another program.
        """
        file = sqlite.File.at(url, patience)
        await asyncio.to_thread(file.make_folder)
        hold = await _hold(file)
        try:
            await bring_up_to_date(file)
        except BaseException:
            hold.release()
            raise
        return cls(sqlite.engine(file), file, hold)

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
            with self._file.errors_in_words():
                async with self._engine.begin() as connection:
                    yield connection

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Hold the turn to write; where another program locks the file, all in the queue give up in time."""
        must_wait = self._writing_turn.locked()
        try:
            async with asyncio.timeout(self._file.patience):
                await self._writing_turn.acquire()
        except TimeoutError:
            raise self._file.locked() from None
        try:
            if must_wait:
                self._refuse_if_closed()
            yield
        finally:
            self._writing_turn.release()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        """Have one connection on which everything is read as it was at one moment."""
        with self._file.errors_in_words():
            async with self._reader.connect() as connection:
                yield connection

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

    Cancelled half-way, a connection could be lost with its transaction open, which locks the database.
    """

    @wraps(method)
    async def whole(store: Database, /, *args: Any, **kwargs: Any) -> Any:
        store._refuse_if_closed()
        doing = asyncio.create_task(method(store, *args, **kwargs))
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


async def take_numbers(connection: AsyncConnection, count: int = 1) -> int:
    """Take so many consecutive numbers that were never given before; return the first of them.

    On a database with several writers at a time, everybody else who wants a number waits from here on, so
    that what is read after it still holds when it is written.
    """
    taking = update(numbers).values(last=numbers.c.last + count).returning(numbers.c.last)
    last: int = (await connection.execute(taking)).scalar_one()
    return last - count + 1


async def _hold(file: sqlite.File) -> Hold:
    """Hold a file for as long as the store is open, so that nothing is restored over it."""
    until = time.monotonic() + file.patience
    while True:
        try:
            return Hold(file.path, alone=False)
        except BlockingIOError:
            if time.monotonic() > until:
                raise file.being_restored() from None
            await asyncio.sleep(0.01)
        except OSError as error:
            raise file.not_to_be_held(error) from error
