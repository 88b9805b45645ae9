"""Reloading: the content as it is now is put into service without a restart, by command or by SIGHUP."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from handlers.base import Cog, Interaction
from handlers.errors import UserError
from knowledge.collecting import collector_resting, set_apart
from knowledge.content import read_content
from knowledge.engine import Engine
from knowledge.errors import ContentError, StoreError
from knowledge.languages import ENGLISH, gettext, speaking, translatable
from knowledge.sources import LOCAL
from knowledge.stored_archive import name_in_use

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot
    from settings import Settings

_ASKED = "reload asked"
_MOST_NAMED = 5
_AS_BEFORE = translatable("Version {version} is in service, as before.")
_AFTER_ANOTHER = translatable("Version {version} is in service, after {before}.")
_FAULTY = translatable("The content has faults, so version {version} stays in service.")
_NOT_YOURS = translatable("Only whoever runs this bot can do that.")

_log = logging.getLogger(__name__)


async def put_into_service(bot: AidPolicyBot) -> str:
    """Answer from the content as it is now, as soon as it is read and indexed; return what it is, in words.

    Raises `ContentError` if it has faults, and a `StoreError` if the servers' entries cannot be read; then
    the library that was in service stays there, and the log says so.
    """
    async with bot.reloading:
        before = bot.engine.library.version
        try:
            with speaking(
                ENGLISH
            ):  # whoever asked for it, all are answered from it, and the log has its faults
                engine = await asyncio.to_thread(_read, bot.settings)
                await bot.desk.move_to(engine)
        except Exception as error:
            bot.metrics.reloaded(failed=True)
            what = f"\n{error}" if isinstance(error, ContentError) else f" {type(error).__name__}: {error}"
            _log.error("The content was not reloaded; version %s stays in service.%s", before, what)
            raise
        bot.engine = engine
        set_apart()
        bot.metrics.reloaded(failed=False)
    version = engine.library.version
    said = _AS_BEFORE if version == before else _AFTER_ANOTHER
    _log.info("The content was reloaded. %s", said.format(version=version, before=before))
    return gettext(said, version=version, before=before)


def _read(settings: Settings) -> Engine:
    """Read the content and index it, with what the first question would otherwise wait for."""
    with collector_resting():
        engine = Engine(read_content(local=settings.data_dir).only(settings.collections))
        engine.warm_up()
    return engine


async def follow_archive(bot: AidPolicyBot, tried: str) -> str:
    """Answer from the archive that was built last, if it is another than that in service and that tried.

    Returns the name of the one to be tried no more: what cannot be used is in the log once.
    """
    library = bot.engine.library
    name = await asyncio.to_thread(name_in_use, bot.settings.data_dir)
    in_service = library.archive.name if library.archive else ""
    if not name or name in {in_service, tried} or LOCAL not in bot.settings.collections:
        return tried
    try:
        await bot.desk.catch_up()  # without the database, all content would be read in vain
        await bot.reload()
    except StoreError:
        return tried
    except Exception:  # as logged already
        return name
    return name


class Reload(Cog):
    """Reloads the content for whoever runs the bot, in every process."""

    def __init__(self, bot: AidPolicyBot) -> None:
        """Take the bot."""
        super().__init__(bot)
        self._asked: str | None = None
        self._asking = asyncio.Lock()
        """Held while a request is written down, which is not one of another process."""
        self._following: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Read for which request the content was reloaded last."""
        self._asked = await self.bot.store.recall(_ASKED)

    async def cog_unload(self) -> None:
        """Stop with the bot."""
        if self._following:
            self._following.cancel()

    async def follow(self) -> None:
        """Reload, beside all else, if another process was asked to; what fails is in the log.

        Where it was the database that failed, the next call tries again.
        """
        if self._following and not self._following.done():
            return
        async with self._asking:
            asked = await self.bot.store.recall(_ASKED)
        if asked != self._asked:
            self._following = asyncio.create_task(self._reload_for(asked))

    async def _reload_for(self, asked: str | None) -> None:
        try:
            await self.bot.reload()
        except Exception as error:  # as logged already
            if isinstance(error, StoreError):
                return
        self._asked = asked

    @app_commands.command()
    @app_commands.default_permissions(administrator=True)  # hides it; who may use it is checked below
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def reload(self, interaction: Interaction) -> None:
        """Answer from the content as it is now; for whoever runs the bot."""
        if interaction.user.id not in (interaction.client.owner_ids or ()):
            raise UserError(gettext(_NOT_YOURS))
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            said = await self.bot.reload()
        except ContentError as error:
            raise UserError(_refused(self.bot, error)) from error
        async with self._asking:
            self._asked = str(interaction.id)
            await self.bot.store.remember(_ASKED, self._asked)
        await interaction.followup.send(said, ephemeral=True, allowed_mentions=discord.AllowedMentions.none())


def _refused(bot: AidPolicyBot, error: ContentError) -> str:
    lines = [gettext(_FAULTY, version=bot.engine.library.version)]
    lines += map(str, error.faults[:_MOST_NAMED])
    if (more := len(error.faults) - _MOST_NAMED) > 0:
        lines.append(gettext("… and {number} more.", number=more))
    return "\n".join([*lines, gettext("List them with: {command}", command="python bot.py check")])
