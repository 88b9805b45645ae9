"""Duty: what is done once for all processes, by the one of them that the database lets do it.

On SQLite there is one process, which does it. On PostgreSQL it is whoever holds a lock there; when that
process or its connection ends, another one takes over.
"""

from __future__ import annotations

from discord.ext import tasks

from handlers import retention
from handlers.base import Cog


class Duty(Cog):
    """Tells Discord the commands, and every day deletes what is older than it may be."""

    @property
    def is_ours(self) -> bool:
        """Whether this process does it."""
        return self._daily.is_running()

    async def begin(self) -> None:
        """Do it from now on; the commands are told, if they have to be, before this returns."""
        (self._daily.restart if self._daily.is_running() else self._daily.start)()
        if self.bot.settings.sync_commands == "auto":
            await self.bot.sync_if_changed()

    async def end(self) -> None:
        """Leave it to others."""
        self._daily.cancel()

    async def cog_unload(self) -> None:
        """Stop with the bot."""
        self._daily.cancel()

    @tasks.loop(hours=24)
    async def _daily(self) -> None:
        await retention.enforce(self.bot)
