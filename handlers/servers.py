"""The servers that the bot is in: greeted once, noted, and forgotten a while after the bot left them."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import ui
from discord.ext import commands, tasks

from handlers import cards, languages
from handlers.base import Cog
from handlers.help import ShowHelp
from handlers.markup import code
from handlers.views import NOBODY, CardItem, Delete, Try
from knowledge.commands import shown_command
from knowledge.help import HelpLine
from knowledge.languages import gettext, ngettext, translatable

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot

_COUNTED = "servers counted"

_log = logging.getLogger(__name__)


class Servers(Cog):
    """Keeps the list of servers in the store true, greets new ones, and forgets those left long ago.

    Of several processes, each does so for the servers that it serves.
    An event only says that something has changed; what is true is what the client knows. So whatever happens
    while the bot is offline, or while the database is locked, is made up for at the next start, event or day.
    """

    def __init__(self, bot: AidPolicyBot) -> None:
        """Take the bot; nothing is compared before Discord has named the servers."""
        super().__init__(bot)
        self._turn = asyncio.Lock()
        self._noted: frozenset[int] = frozenset()

    async def cog_unload(self) -> None:
        """Stop with the bot."""
        self._daily.cancel()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Compare, as after every new connection; from the first on, also once a day."""
        if self._daily.is_running():
            await self._keep_up()
        else:
            self._daily.start()

    @commands.Cog.listener()
    async def on_shard_ready(self, _: int) -> None:
        """Compare after a shard began a new session; the other shards stay as they were."""
        if self.bot.is_ready():
            await self._keep_up()

    @commands.Cog.listener()
    async def on_guild_join(self, _: discord.Guild) -> None:
        """Note and greet a new server."""
        await self._keep_up()

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Note and greet a server that was joined while it had an outage."""
        if self.bot.is_ready() and guild.id not in self._noted:
            await self._keep_up()

    @commands.Cog.listener()
    async def on_guild_remove(self, _: discord.Guild) -> None:
        """Note that a server was left; an outage is another event."""
        await self._keep_up()

    @tasks.loop(hours=24)
    async def _daily(self) -> None:
        if await self._keep_up():
            await self._forget()

    async def _keep_up(self) -> bool:
        """Compare, and greet whom the bot has never met; return whether nothing failed, which is logged.

        Before all shards are there, servers would be missing that are not left.
        """
        if not self.bot.is_ready():
            return False
        try:
            for guild in await self._compare():
                await _greet(self.bot, guild)
        except Exception:
            _log.exception("The list of servers could not be brought up to date")
            return False
        return True

    async def _compare(self) -> list[discord.Guild]:
        """Note which servers the bot has joined and left; return those to be greeted.

        A database that has never seen a list of servers is new, not they: only those are greeted to which the
        bot was invited just before its first start.
        A server with an outage is neither left nor, since nothing can be written there, joined.
        """
        store, shards = self.bot.store, self.bot.settings.shards
        counted = f"{_COUNTED} {shards}" if shards else _COUNTED
        async with self._turn:
            is_first = await store.recall(counted) is None
            here = {guild.id: guild for guild in self.bot.guilds}
            for guild_id in filter(self.bot.serves, await store.servers() - here.keys()):
                await store.left(guild_id, discord.utils.utcnow())
            met = await store.servers_met()
            strangers = [g for g in here.values() if g.id not in met and (is_first or not g.unavailable)]
            if is_first:
                for guild in strangers:
                    if not _is_recent(guild):
                        await store.joined(guild.id)
                await store.remember(counted, "yes")
            joined = [guild for guild in strangers if await store.joined(guild.id)]
            self._noted = await store.servers_met()
        return joined

    async def _forget(self) -> None:
        """Delete the data of the servers whose time is over; what fails is logged and tried again."""
        days = timedelta(days=self.bot.settings.keep_after_leaving_days)
        try:
            gone = await self.bot.store.forget_servers(discord.utils.utcnow() - days, self.bot.serves)
            await self.bot.desk.forget_what_is_gone()
        except Exception:
            _log.exception("The data of servers that were left could not be deleted")
            return
        if gone:
            _log.info("The data of %d servers that were left was deleted", len(gone))


def _is_recent(guild: discord.Guild) -> bool:
    """Return whether the bot joined a server within the last day."""
    joined_at = guild.me.joined_at if guild.me else None
    return joined_at is not None and discord.utils.utcnow() - joined_at < timedelta(days=1)


async def _greet(bot: AidPolicyBot, guild: discord.Guild) -> None:
    """Introduce the bot in the system channel, if there is one and the bot may write there; never raises."""
    try:
        channel = guild.system_channel
        rights = channel.permissions_for(guild.me) if channel else discord.Permissions.none()
        if channel and rights.send_messages:
            with languages.speaking_to_all(bot, guild):
                greeting = _greeting(bot)
            await channel.send(view=greeting)
    except Exception:
        _log.warning("A server could not be greeted", exc_info=True)


def _greeting(bot: AidPolicyBot) -> ui.LayoutView:
    """Return the card by which the bot introduces itself, with a way to the help and an example to try."""
    lines = bot.engine.help().statements
    examples = [line.example for line in lines if isinstance(line, HelpLine) and line.example]
    buttons: list[CardItem] = [ShowHelp.button(gettext("What can I do here?"), "help")]
    buttons += [button for typed in examples[:1] for button in Try.example(typed)]
    buttons.append(Delete.button(gettext("Delete"), f"delete:{NOBODY}"))
    paragraphs = (
        gettext(_INTRODUCTION),
        gettext(_HOW_TO_ASK, ask=code(shown_command("/ask")), help=code(shown_command("/help"))),
        f"-# {_on_leaving(bot.settings.keep_after_leaving_days)}",
    )
    return cards.greeting(gettext("Hello!"), paragraphs, [ui.ActionRow(*buttons)])


_INTRODUCTION = translatable(
    "I answer questions about the history of U.S. humanitarian-aid policy toward North Korea, from a small "
    "library. Every statement opens at the paragraph it came from; where the library does not say, I say so."
)
_HOW_TO_ASK = translatable(
    "Ask with {ask}, or mention me in a message with your question. {help} shows what you can do here, and "
    "moderators what they decide."
)


def _on_leaving(days: int) -> str:
    """Say for how long the data of a server is kept once the bot has left it."""
    if days == 0:
        return gettext(
            "If I leave this server, what I noted here (entries, settings, votes and questions to "
            "moderators) is deleted within a day."
        )
    return ngettext(
        "If I leave this server, what I noted here (entries, settings, votes and questions to moderators) is "
        "deleted a day later, unless I am back by then.",
        "If I leave this server, what I noted here (entries, settings, votes and questions to moderators) is "
        "deleted {count} days later, unless I am back by then.",
        days,
    )
