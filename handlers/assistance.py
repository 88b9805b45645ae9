"""The command /assistance: U.S. assistance by fiscal year."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import Choice, Range

from handlers.base import Cog, Interaction
from handlers.markup import spoken
from handlers.replies import LONGEST_OPTION, Visibility, send, send_csv, visibility_option
from knowledge import suggestions


class Assistance(Cog):
    """Shows U.S. assistance by fiscal year."""

    @app_commands.command()
    @app_commands.describe(
        years="For example FY2008, 2001, 1996..2008 or since 2009; leave it out for all fiscal years",
        series="Only obligations, disbursements, food-pledges or food-values",
        compare="Other years to put beside the first, for example FY2009",
        csv="Send me the rows as a CSV file, too",
    )
    @visibility_option
    async def assistance(  # noqa: PLR0913, PLR0917  (each is an option)
        self,
        interaction: Interaction,
        years: Range[str, 0, LONGEST_OPTION] = "",
        series: Range[str, 0, LONGEST_OPTION] = "",
        compare: Range[str, 0, LONGEST_OPTION] = "",
        csv: bool = False,
        visibility: Visibility | None = None,
    ) -> None:
        """Show U.S. assistance by fiscal year: obligations, disbursements and food pledges."""
        answer = self.engine.assistance(spoken(years), spoken(series), spoken(compare))
        await send(interaction, answer, visibility)
        if csv:
            await send_csv(interaction, answer)

    @assistance.autocomplete("years")
    @assistance.autocomplete("compare")
    async def _years(self, _: Interaction, typed: str) -> list[Choice[str]]:
        return self.suggested(suggestions.assistance_years, typed)
