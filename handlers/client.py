"""The bot as Discord sees it: its intents, its commands, its buttons, and what it does on starting."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import app_commands, ui
from discord.ext import commands

from handlers import (
    asking_moderators,
    cards,
    chart_cards,
    desk,
    drafts,
    entry_files,
    errors,
    faq_messages,
    form_retries,
    forms,
    history,
    languages,
    pointers,
    privacy,
    requests,
    review_queue,
    server_settings,
    views,
)
from handlers.ask import Ask
from handlers.assistance import Assistance
from handlers.base import Interaction
from handlers.charts import Charts
from handlers.cite import Cite
from handlers.coverage import Coverage
from handlers.duty import Duty
from handlers.entry_files import EntryFiles
from handlers.exports import Exports
from handlers.faq import Faq
from handlers.faq_messages import FaqMessages
from handlers.help import Help, ShowHelp
from handlers.history import History
from handlers.limits import Gate
from handlers.metrics import Metrics
from handlers.pointers import Pointers
from handlers.privacy import Privacy
from handlers.reloading import Reload, follow_archive, put_into_service
from handlers.replies import LONGEST_QUESTION
from handlers.review import Review
from handlers.rights import is_moderator
from handlers.server_settings import ServerSettings
from handlers.servers import Servers
from handlers.sources import Sources
from handlers.telling import Telling
from handlers.timeline import Timeline
from handlers.turns import Turns
from handlers.who import Who
from knowledge.collecting import set_apart
from knowledge.desk import Desk
from knowledge.languages import gettext, translatable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from knowledge.answers import Answer
    from knowledge.engine import Engine
    from knowledge.store import Store, Watch
    from settings import Settings

FORMS: tuple[type[forms.Form], ...] = (
    views.Reason,
    *review_queue.FORMS,
    *server_settings.FORMS,
    *drafts.FORMS,
)
COGS = (
    *(Ask, Timeline, Exports, Assistance, Who, Cite, Sources, Coverage, Faq, Help),
    *(desk.Desk, History, EntryFiles, Review, Pointers, FaqMessages),
    *(Privacy, ServerSettings, Servers, Telling),
)
_SYNCED = "commands synced"
_LAST_SECONDS = 2.0
# How discord.py names the tasks in which it runs commands, buttons, forms and listeners.
_ANSWERING = ("CommandTree-invoker", "discord-ui-", "discord.py: ")
_OTHER_VERSION = translatable("This is from another version of me. Please ask again.")

_log = logging.getLogger(__name__)


class Tree(app_commands.CommandTree["AidPolicyBot"]):
    """The commands, with the one gate before them and the one error handler behind."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Let a command pass if it is within the limits; otherwise say when to come back."""
        bot, user_id = interaction.client, interaction.user.id
        command = interaction.command.qualified_name if interaction.command else "unknown"
        typed = tuple(requests.typed_in(interaction.data))
        if interaction.type is discord.InteractionType.autocomplete:
            # It is never ended, and so neither counted nor logged, but what fails in it has its id.
            requests.begin(requests.Request("suggestions", command, interaction.guild_id, typed))
            if not await bot.turns.in_time(interaction.id):
                bot.metrics.suggested("shed")
                return False
            languages.speak_with(interaction)
            # Nobody types that much; whoever sends it wants to keep the bot busy.
            is_long = any(len(text) > LONGEST_QUESTION for text in typed)
            admitted = not is_long and bot.gate.admits_suggestions(user_id)
            bot.metrics.suggested("given" if admitted else "limited")
            if not admitted:
                await interaction.response.autocomplete([])
            return admitted
        requests.begin(requests.Request("command", command, interaction.guild_id, typed))
        if not await bot.turns.in_time(interaction.id):
            requests.shed(bot)
            return False
        try:
            languages.speak_with(interaction, *typed)
            bot.gate.admit(user_id, interaction.guild_id, moderates=is_moderator(interaction))
        except Exception as error:
            await errors.report(interaction, error)
            requests.end(bot)
            return False
        return True

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Report what a command failed with."""
        await errors.report(interaction, error)
        requests.end(interaction.client)


class AidPolicyBot(commands.Bot):
    """The bot: thin glue around an engine that answers and a store that remembers, both given to it.

    It asks for no privileged intent: Discord delivers the text of messages that name the bot, and of direct
    messages, without one. Whatever it says pings nobody.
    """

    def __init__(
        self,
        engine: Engine,
        store: Store,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
        **connecting: Any,
    ) -> None:
        """Take what the bot stands on, and how it is `connecting`; nothing is connected or read yet.

        `clock` counts seconds as Discord does in its ids; where there is another Discord, it may be another.
        """
        # The bot has no voice; else the first thing an operator reads is that voice is not supported.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        self.metrics = Metrics()
        super().__init__(
            http_trace=self.metrics.trace(),
            command_prefix=[],
            help_command=None,
            tree_cls=Tree,
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            max_messages=None,
            **connecting,
        )
        self.engine = engine
        self.store = store
        self.desk = Desk(engine, store, discord.utils.utcnow)
        self.settings = settings
        self.charts = Charts()
        self.reading_file = asyncio.Lock()
        """Held while a file of entries is read: that takes the processor, which replies need meanwhile."""
        self.reloading = asyncio.Lock()
        self.gate = Gate(settings, discord.utils.utcnow)
        self.turns = Turns(clock)
        self.shared: deque[tuple[int, datetime | None, str]] = deque(maxlen=1000)
        """The private cards last posted, each by its id, its last edit and what it was asked."""
        self.duty = Duty(self)
        self.reloads = Reload(self)
        self._watch: Watch | None = None
        self._items: list[type[ui.DynamicItem[Any]]] = []

    async def setup_hook(self) -> None:
        """Load the commands, the buttons and what the engine loads late, before Discord sends anything."""
        async with self.reloading:
            await asyncio.to_thread(self.engine.warm_up)
            await asyncio.to_thread(cards.warm_up)
            await self.desk.load()
        await self.tree.set_translator(languages.CommandTranslator())
        if self.application:  # what Discord said at sign-in, so that nobody has to ask it again
            self.owner_ids = operators(self.application)
        for cog in (self.duty, self.reloads, *(cog(self) for cog in COGS)):
            await self.add_cog(cog)
        self.add_dynamic_items(*views.ITEMS, *chart_cards.ITEMS, ShowHelp)
        self.add_dynamic_items(*asking_moderators.ITEMS, *review_queue.ITEMS, *pointers.ITEMS)
        self.add_dynamic_items(*privacy.ITEMS, *server_settings.ITEMS)
        self.add_dynamic_items(*drafts.ITEMS, *desk.ITEMS, *history.ITEMS)
        self.add_dynamic_items(*entry_files.ITEMS, *faq_messages.ITEMS, *form_retries.ITEMS)
        self._watch = await self.store.watch(self)
        set_apart()  # to search all that is loaded by now would block the event loop for 40 ms

    def serves(self, guild_id: int) -> bool:
        """Whether what happens in a server comes to this process."""
        return self.settings.shards is None or self.settings.shards.have(guild_id)

    async def look(self) -> None:
        """Read what other processes changed, and the content if one of them was asked to."""
        await self.desk.catch_up()
        await self.reloads.follow()

    async def take_over(self) -> None:
        """Do from now on what one process does for all."""
        await self.duty.begin()

    async def stand_down(self) -> None:
        """Leave to others what one process does for all."""
        await self.duty.end()

    async def reload(self) -> str:
        """Answer from the content as it is now, without a restart; return what is in service from now on.

        Raises `ContentError` if the content has faults; then everything stays as it is.
        """
        return await put_into_service(self)

    async def follow_archive(self, tried: str) -> str:
        """Answer from the archive that was built last, unless it was tried; return which was tried last."""
        return await follow_archive(self, tried)

    async def measured(self) -> bytes:
        """Return the metrics as they are now, in the form that Prometheus reads."""
        return await self.metrics.of(self)

    def reply(self, typed: str, guild_id: int | None) -> Answer:
        """Answer what was typed, with what the server where it was typed has beside the library."""
        return self.engine.reply(typed, self.desk.own(guild_id))

    def add_dynamic_items(self, *items: type[ui.DynamicItem[Any]]) -> None:
        """Learn kinds of buttons and menus; whatever else is pressed is of another version of the bot."""
        super().add_dynamic_items(*items)
        self._items += items

    async def sync_if_changed(self) -> bool:
        """Tell Discord the commands if they are not those it was told last; return whether it was told.

        If Discord does not take them, the bot runs on with the commands that Discord knows.
        """
        payload = sorted(
            await languages.described(self.tree), key=lambda command: (command["type"], command["name"])
        )
        described = json.dumps([self.application_id, payload], sort_keys=True).encode()
        digest = hashlib.sha256(described).hexdigest()
        if await self.store.recall(_SYNCED) == digest:
            return False
        try:
            await self.tree.sync()
        except (discord.HTTPException, app_commands.AppCommandError, aiohttp.ClientError):
            _log.exception("Discord did not take the commands; those it knows stay as they are")
            return False
        await self.store.remember(_SYNCED, digest)
        _log.info("Discord was told %d commands", len(payload))
        return True

    async def close(self) -> None:
        """Let answers that are under way go out, and close the connection.

        Whoever calls this has stopped listening for more of them.
        """
        if under_way := [task for task in asyncio.all_tasks() if task.get_name().startswith(_ANSWERING)]:
            _, late = await asyncio.wait(under_way, timeout=_LAST_SECONDS)
            for task in late:
                task.cancel()
        if self._watch is not None:
            await self._watch.close()
        await super().close()

    async def on_message(self, message: discord.Message, /) -> None:
        """Read no prefix commands; the cog that answers questions listens for itself."""

    async def on_app_command_completion(self, *_: object) -> None:
        """End the request of a command that did not fail; this runs in the context of its task."""
        requests.end(self)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer forms and buttons that nobody else will: discord.py drops those it does not know."""
        data: Any = interaction.data or {}
        try:
            if interaction.type is discord.InteractionType.modal_submit:
                name = next((form.__name__ for form in FORMS if form.read(data["custom_id"])), "unknown")
                typed = tuple(requests.typed_in(data))
                requests.begin(requests.Request("form", name, interaction.guild_id, typed))
                await self.turns.wait()
                languages.speak_with(interaction)
                await forms.submit(interaction, FORMS)
                requests.end(self)
            elif interaction.type is discord.InteractionType.component and not self._knows(data["custom_id"]):
                languages.speak_with(interaction)
                await errors.report(interaction, errors.UserError(gettext(_OTHER_VERSION)))
        except Exception as error:
            await errors.report(interaction, error)

    def _knows(self, custom_id: str) -> bool:
        return any(item.__discord_ui_compiled_template__.fullmatch(custom_id) for item in self._items)


def operators(application: discord.AppInfo) -> frozenset[int]:
    """Return who runs the bot: the owner of its application, or of a team those who may administer or build.

    The roles are those of https://discord.com/developers/docs/topics/teams#team-member-roles.
    """
    team = application.team
    if team is None:
        return frozenset((application.owner.id,))
    roles = (discord.TeamMemberRole.admin, discord.TeamMemberRole.developer)
    accepted = [m for m in team.members if m.membership_state is discord.TeamMembershipState.accepted]
    return frozenset(m.id for m in accepted if m.role in roles or m.id == team.owner_id)
