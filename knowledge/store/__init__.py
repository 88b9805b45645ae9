"""The one door to the database: what people and the bot leave behind, through methods that say what they do.

Nothing outside this package knows SQL, SQLAlchemy or the file the data is in.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from knowledge.errors import StoreError
from knowledge.store import sqlite
from knowledge.store.migrate import bring_up_to_date
from knowledge.store.schema import guilds, memory, votes

__all__ = ["Store", "Votes"]


@dataclass(frozen=True, slots=True)
class Votes:
    """How many people found a card helpful and unhelpful."""

    helpful: int = 0
    unhelpful: int = 0


class Store:
    """The database, open; a method that cannot do its work changes nothing and raises `StoreError`.

    A method that writes returns once the data is on the disk: what was acknowledged survives a crash.
    """

    def __init__(self, engine: AsyncEngine, file: sqlite.File) -> None:
        """Take an engine over an up-to-date database; `Store.open` makes both."""
        self._engine = engine
        self._reader = engine.execution_options(**sqlite.READ_ONLY)
        self._file = file
        # SQLite lets one writer in at a time, and those that wait poll; a lock queues ours in order instead.
        self._writing_turn = asyncio.Lock()
        self._closed = False

    @classmethod
    async def open(cls, url: str, *, patience: float = 5.0) -> Self:
        """Open the database at a URL such as `sqlite+aiosqlite:///data/bot.db`, creating or migrating it.

        `patience` is how many seconds to wait for another program that holds the file, and for the writes
        that were asked for before: a method that writes returns or raises within twice that time.
        Raises `StoreError` for a URL that is not an SQLite file, and for a file that is locked, read-only,
        damaged, of a newer version of the bot or of another program.
        """
        file = sqlite.File.at(url, patience)
        await asyncio.to_thread(file.make_folder)
        await bring_up_to_date(file)
        return cls(sqlite.engine(file), file)

    async def close(self) -> None:
        """Let a write in progress finish, then close every connection; closing twice does nothing."""
        async with self._writing_turn:
            self._closed = True
            await self._engine.dispose()

    async def __aenter__(self) -> Self:
        """Return the store itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the store."""
        await self.close()

    async def vote(
        self, card: str, user_id: int, helpful: bool | None, *, guild_id: int | None = None
    ) -> Votes:
        """Record a person's one vote on a card, or withdraw it with None; return the votes on the card.

        `guild_id` is the server in which it was cast; with what else belongs to that server it is forgotten.
        """
        mine = (votes.c.card == card) & (votes.c.user_id == user_id)
        async with self._writing() as connection:
            await connection.execute(delete(votes).where(mine))
            if helpful is not None:
                await _know(connection, guild_id)
                row = {"card": card, "user_id": user_id, "helpful": helpful, "guild_id": guild_id}
                await connection.execute(insert(votes).values(row))
            return await _count(connection, card)

    async def votes(self, card: str) -> Votes:
        """Return the votes on a card."""
        async with self._reading() as connection:
            return await _count(connection, card)

    async def joined(self, guild_id: int) -> bool:
        """Note that the bot is in a server; return whether that is news: it is not after a short absence."""
        async with self._writing() as connection:
            is_new = await _know(connection, guild_id)
            await connection.execute(update(guilds).where(guilds.c.guild_id == guild_id).values(left_at=None))
            return is_new

    async def left(self, guild_id: int, at: datetime) -> None:
        """Note that the bot has left a server, from which moment its data is kept for a while only."""
        async with self._writing() as connection:
            still = (guilds.c.guild_id == guild_id) & guilds.c.left_at.is_(None)
            await connection.execute(update(guilds).where(still).values(left_at=at))

    async def servers(self) -> frozenset[int]:
        """Return the servers that the bot is in, as far as it was told."""
        async with self._reading() as connection:
            found = await connection.scalars(select(guilds.c.guild_id).where(guilds.c.left_at.is_(None)))
            return frozenset(found)

    async def forget_servers(self, left_before: datetime) -> tuple[int, ...]:
        """Delete all data of the servers that the bot left before a moment; return which they were."""
        async with self._writing() as connection:
            gone = delete(guilds).where(guilds.c.left_at < left_before).returning(guilds.c.guild_id)
            return tuple(sorted(await connection.scalars(gone)))

    async def remember(self, key: str, value: str) -> None:
        """Keep a value under a key, in place of an earlier one."""
        async with self._writing() as connection:
            await connection.execute(delete(memory).where(memory.c.key == key))
            await connection.execute(insert(memory).values(key=key, value=value))

    async def recall(self, key: str) -> str | None:
        """Return the value kept under a key, or None."""
        async with self._reading() as connection:
            value: str | None = await connection.scalar(select(memory.c.value).where(memory.c.key == key))
            return value

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._turn():
            self._refuse_if_closed()
            with self._file.errors_in_words():
                async with self._engine.begin() as connection:
                    yield connection

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Hold the turn to write; where another program locks the file, all in the queue give up in time."""
        try:
            async with asyncio.timeout(self._file.patience):
                await self._writing_turn.acquire()
        except TimeoutError:
            raise self._file.locked() from None
        try:
            yield
        finally:
            self._writing_turn.release()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        self._refuse_if_closed()
        with self._file.errors_in_words():
            async with self._reader.connect() as connection:
                yield connection

    def _refuse_if_closed(self) -> None:
        # A disposed engine would quietly open the file again.
        if self._closed:
            raise StoreError("The database is closed because the bot is stopping.")


async def _know(connection: AsyncConnection, guild_id: int | None) -> bool:
    """Have a row for a server, to which its data can refer; return whether there was none."""
    known = select(guilds.c.guild_id).where(guilds.c.guild_id == guild_id)
    if guild_id is None or await connection.scalar(known) is not None:
        return False
    await connection.execute(insert(guilds).values(guild_id=guild_id))
    return True


async def _count(connection: AsyncConnection, card: str) -> Votes:
    helpful = func.count().filter(votes.c.helpful)
    unhelpful = func.count().filter(~votes.c.helpful)
    counted = await connection.execute(select(helpful, unhelpful).where(votes.c.card == card))
    return Votes(*counted.one())
