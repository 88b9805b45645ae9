"""Questions: the command /ask, a mention or a direct message, and “Ask about this” on a message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.app_commands import Range
from discord.ext import commands

from handlers import cards, errors, languages, requests
from handlers.base import Cog, Interaction
from handlers.limits import LimitError
from handlers.replies import LONGEST_QUESTION, Visibility, question_from, send, visibility_option
from handlers.views import Shown, reply_view, takes_questions
from knowledge.languages import gettext

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot


class Ask(Cog):
    """Answers questions, however they are put to the bot."""

    def __init__(self, bot: AidPolicyBot) -> None:
        """Take the bot; the context menu is made here because a decorator cannot make one in a cog."""
        super().__init__(bot)
        self.menu = app_commands.ContextMenu(name="Ask about this", callback=self.ask_about)

    async def cog_load(self) -> None:
        """Offer the context menu."""
        self.bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Take the context menu back."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    @app_commands.command()
    @app_commands.describe(question="Your question, in your own words")
    @visibility_option
    async def ask(
        self,
        interaction: Interaction,
        question: Range[str, 1, LONGEST_QUESTION],
        visibility: Visibility | None = None,
    ) -> None:
        """Ask about the history of U.S. humanitarian-aid policy toward North Korea."""
        await send(interaction, self.bot.reply(question_from(question), interaction.guild_id), visibility)

    async def ask_about(self, interaction: Interaction, message: discord.Message) -> None:
        """Answer somebody's message as a question, privately; of a card, what it was asked."""
        is_own = self.bot.user is not None and message.author.id == self.bot.user.id
        question = question_from((cards.footer(message).asked if is_own else "") or message.content)
        if not question:
            raise errors.UserError(gettext("That message has no text that I could read as a question."))
        languages.speak_with(interaction, question)
        await send(interaction, self.bot.reply(question, interaction.guild_id), "private")

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that names the bot, or that was sent to it directly."""
        said = self._said_to_bot(message)
        if said is None:
            return
        guild_id = message.guild.id if message.guild else None
        kind = "message" if message.guild else "direct message"
        requests.begin(requests.Request("message", kind, guild_id, (message.content, said)))
        await self.bot.turns.wait()
        languages.speak_in(self.bot, message.guild, said)
        try:
            self.bot.gate.admit(message.author.id, guild_id)
            question = question_from(said)
            answer = self.bot.reply(question, guild_id) if question else self.engine.help()
            to_moderators = takes_questions(self.bot, guild_id)
            shown = Shown(message.author.id, private=False, to_moderators=to_moderators)
            view = reply_view(self.bot, answer, shown)
            await message.reply(view=view, mention_author=False)
        except LimitError as error:
            requests.came_to(error.outcome)
            if error.is_first:  # everybody sees it, and a flood is not to be answered with a flood
                await errors.report_message(message, error)
        except Exception as error:
            await errors.report_message(message, error)
        requests.end(self.bot)

    def _said_to_bot(self, message: discord.Message) -> str | None:
        """Return what a message says to the bot, or None if it is not for the bot.

        A reply to the bot mentions it without naming it, and so does @everyone; neither is a question.
        """
        if message.author.bot or message.webhook_id or self.bot.user is None:
            return None
        if message.type not in (discord.MessageType.default, discord.MessageType.reply):
            return None
        said, names = re.subn(rf"<@!?{self.bot.user.id}>", " ", message.content)
        if message.guild is None or (names and self._answers_mentions(message.guild.id, message.channel)):
            return said
        return None

    def _answers_mentions(self, guild_id: int, channel: discord.abc.MessageableChannel) -> bool:
        """Return whether a server wants mentions answered in a channel, or in the one of a thread."""
        wanted = self.bot.desk.settings(guild_id).answer_mentions_in
        place = channel.parent_id if isinstance(channel, discord.Thread) else channel.id
        return not wanted or place in wanted or channel.id in wanted
