"""The command /exports: export figures by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from handlers.markup import spoken
from handlers.replies import LONGEST_OPTION, Interaction, Visibility, choices, send, visibility_option
from handlers.views import file_of
from knowledge import suggestions
from knowledge.downloads import Format, download, formats

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot


class Exports(commands.Cog):
    """Shows export figures."""

    def __init__(self, bot: AidPolicyBot) -> None:
        """Take the bot, whose engine answers."""
        self.bot = bot

    @app_commands.command()
    @app_commands.describe(
        period="For example 2023-11, nov 2023 - mar 2024 or since 2023; leave it out for all months",
        series="Only figures of this series",
        csv="Send the rows as a CSV file, too",
    )
    @visibility_option
    async def exports(
        self,
        interaction: Interaction,
        period: Range[str, 0, LONGEST_OPTION] = "",
        series: Range[str, 0, LONGEST_OPTION] = "",
        csv: bool = False,
        visibility: Visibility | None = None,
    ) -> None:
        """Show U.S. export figures by month, with unit, qualifier and source."""
        engine = self.bot.engine
        answer = engine.exports(spoken(period), spoken(series))
        private = await send(interaction, answer, visibility)
        if csv and Format.CSV in formats(answer):
            made = download(answer, Format.CSV, engine.library.sources)
            await interaction.followup.send(file=file_of(made), ephemeral=private)

    @exports.autocomplete("period")
    async def _periods(self, _: Interaction, typed: str) -> list[Choice[str]]:
        return choices(suggestions.export_periods(self.bot.engine.library, typed))

    @exports.autocomplete("series")
    async def _series(self, _: Interaction, typed: str) -> list[Choice[str]]:
        return choices(suggestions.series(self.bot.engine.library, typed))
