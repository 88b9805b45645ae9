"""The command /sources: what the library holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from handlers.markup import spoken
from handlers.replies import LONGEST_OPTION, Interaction, Visibility, choices, send, visibility_option
from knowledge import suggestions

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot


class Sources(commands.Cog):
    """Shows the sources."""

    def __init__(self, bot: AidPolicyBot) -> None:
        """Take the bot, whose engine answers."""
        self.bot = bot

    @app_commands.command()
    @app_commands.describe(source="One source; leave it out for all of them")
    @visibility_option
    async def sources(
        self,
        interaction: Interaction,
        source: Range[str, 0, LONGEST_OPTION] = "",
        visibility: Visibility | None = None,
    ) -> None:
        """Show what the library holds: documents and datasets, with where and when they appeared."""
        await send(interaction, self.bot.engine.sources(spoken(source)), visibility)

    @sources.autocomplete("source")
    async def _sources(self, _: Interaction, typed: str) -> list[Choice[str]]:
        return choices(suggestions.sources(self.bot.engine.library, typed))
