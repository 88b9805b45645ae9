"""The store's part about servers: where the bot is, what was chosen there, and what it remembers itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from knowledge.guild_settings import GuildSettings
from knowledge.store.changes import Changes
from knowledge.store.database import know
from knowledge.store.records import Kind
from knowledge.store.schema import guild_settings, guilds, memory
from knowledge.store.written import read_settings, write_settings


class Servers(Changes):
    """Servers and their settings."""

    async def joined(self, guild_id: int) -> bool:
        """Note that the bot is in a server; return whether they meet for the first time.

        They have met although the bot was away for a while, but not because somebody there cast a vote.
        """
        async with self._writing() as connection:
            await know(connection, guild_id)
            this = guilds.c.guild_id == guild_id
            met = await connection.scalar(select(guilds.c.met).where(this))
            await connection.execute(update(guilds).where(this).values(met=True, left_at=None))
            return not met

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

    async def servers_met(self) -> frozenset[int]:
        """Return those of the `servers` that the bot noted when it met them."""
        async with self._reading() as connection:
            met = guilds.c.met & guilds.c.left_at.is_(None)
            return frozenset(await connection.scalars(select(guilds.c.guild_id).where(met)))

    async def servers_known(self) -> frozenset[int]:
        """Return the servers of which there may be data, those that the bot has left for a while too."""
        async with self._reading() as connection:
            return frozenset(await connection.scalars(select(guilds.c.guild_id)))

    async def forget_servers(
        self, left_before: datetime, which: Callable[[int], bool] = lambda _: True
    ) -> tuple[int, ...]:
        """Delete all data of the servers that the bot left before a moment; return which they were.

        Of those, only `which` it is for; the rest is the work of other processes.
        """
        left = guilds.c.left_at < left_before
        async with self._writing() as connection:
            found = await connection.scalars(select(guilds.c.guild_id).where(left))
            gone = tuple(sorted(filter(which, found)))
            for guild_id in gone:
                await connection.execute(delete(guilds).where(guilds.c.guild_id == guild_id))
            return gone

    async def guild_settings(self, guild_id: int | None = None) -> Mapping[int, GuildSettings]:
        """Return what was chosen for servers, by their ids, for those that the bot has left for a while too.

        A server where nobody chose anything is not in it, nor are others than the one that is named, if any.
        """
        wanted = select(guild_settings.c.guild_id, guild_settings.c.settings)
        if guild_id is not None:
            wanted = wanted.where(guild_settings.c.guild_id == guild_id)
        async with self._reading() as connection:
            return {id_: read_settings(text) for id_, text in await connection.execute(wanted)}

    async def save_guild_settings(self, guild_id: int, settings: GuildSettings) -> None:
        """Keep what was chosen for a server, in place of what was before."""
        async with self._writing() as connection:
            await know(connection, guild_id)
            await connection.execute(delete(guild_settings).where(guild_settings.c.guild_id == guild_id))
            row = {"guild_id": guild_id, "settings": write_settings(settings)}
            await connection.execute(insert(guild_settings).values(row))
            await self._note_change(connection, guild_id, Kind.SETTINGS)

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
