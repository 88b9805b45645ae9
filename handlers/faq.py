"""The commands /faq search, /faq show and /faq list: curated answers, shipped and the server's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from handlers.base import CHOICES, Interaction, choices
from handlers.markup import spoken
from handlers.replies import LONGEST_OPTION, LONGEST_QUESTION, Visibility, send, visibility_option
from knowledge import suggestions

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot


class Faq(commands.GroupCog, name="faq", description="Curated answers to what people often ask."):
    """Finds, shows and lists FAQ entries."""

    def __init__(self, bot: AidPolicyBot) -> None:
        """Take the bot."""
        self.bot = bot

    @app_commands.command()
    @app_commands.describe(words="What the entries are to be about")
    @visibility_option
    async def search(
        self,
        interaction: Interaction,
        words: Range[str, 1, LONGEST_QUESTION],
        visibility: Visibility | None = None,
    ) -> None:
        """Find FAQ entries by words, the nearest first."""
        own = self.bot.desk.own(interaction.guild_id)
        await send(interaction, self.bot.engine.faq_search(spoken(words), own), visibility)

    @app_commands.command()
    @app_commands.rename(entry_id="id")
    @app_commands.describe(entry_id="The entry; choose one, or write its id")
    @visibility_option
    async def show(
        self,
        interaction: Interaction,
        entry_id: Range[str, 1, LONGEST_OPTION],
        visibility: Visibility | None = None,
    ) -> None:
        """Show an FAQ entry."""
        own = self.bot.desk.own(interaction.guild_id)
        await send(interaction, self.bot.engine.faq_show(spoken(entry_id), own), visibility)

    @app_commands.command(name="list")
    @app_commands.describe(tag="Only entries with this tag")
    @visibility_option
    async def list_entries(
        self,
        interaction: Interaction,
        tag: Range[str, 0, LONGEST_OPTION] = "",
        visibility: Visibility | None = None,
    ) -> None:
        """List the FAQ entries, this server's own first."""
        own = self.bot.desk.own(interaction.guild_id)
        await send(interaction, self.bot.engine.faq_list(spoken(tag), own), visibility)

    @show.autocomplete("entry_id")
    async def _entries(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        own, library = self.bot.desk.own(interaction.guild_id), self.bot.engine.library
        return choices(suggestions.faq_entries(library, typed, CHOICES, own))

    @list_entries.autocomplete("tag")
    async def _tags(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        own, library = self.bot.desk.own(interaction.guild_id), self.bot.engine.library
        return choices(suggestions.faq_tags(library, typed, CHOICES, own))
