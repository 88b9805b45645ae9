"""The command /exports: export figures by month or year."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import Choice, Range

from handlers.base import Cog, Interaction
from handlers.markup import spoken
from handlers.replies import LONGEST_OPTION, Visibility, send, send_csv, visibility_option
from knowledge import suggestions


class Exports(Cog):
    """Shows export figures."""

    @app_commands.command()
    @app_commands.describe(
        period="For example 2023-11, nov 2023 - mar 2024, 2016 or since 2023; leave it out for all",
        series="Only figures of this series",
        compare="A second period to put beside the first, for example 2009",
        csv="Send me the rows as a CSV file, too",
    )
    @visibility_option
    async def exports(  # noqa: PLR0913, PLR0917  (each is an option)
        self,
        interaction: Interaction,
        period: Range[str, 0, LONGEST_OPTION] = "",
        series: Range[str, 0, LONGEST_OPTION] = "",
        compare: Range[str, 0, LONGEST_OPTION] = "",
        csv: bool = False,
        visibility: Visibility | None = None,
    ) -> None:
        """Show U.S. export figures by month or year, with unit, qualifier and source."""
        answer = self.engine.exports(spoken(period), spoken(series), spoken(compare))
        await send(interaction, answer, visibility)
        if csv:
            await send_csv(interaction, answer)

    @exports.autocomplete("period")
    @exports.autocomplete("compare")
    async def _periods(self, _: Interaction, typed: str) -> list[Choice[str]]:
        return self.suggested(suggestions.export_periods, typed)

    @exports.autocomplete("series")
    async def _series(self, _: Interaction, typed: str) -> list[Choice[str]]:
        return self.suggested(suggestions.series, typed)
