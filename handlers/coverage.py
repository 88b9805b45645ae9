"""The commands /coverage and /corrections: what the library holds, and what was changed in it."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import Choice, Range

from handlers.base import Cog, Interaction
from handlers.markup import spoken
from handlers.replies import LONGEST_OPTION, Visibility, send, visibility_option
from knowledge import suggestions


class Coverage(Cog):
    """Shows what the library holds, and its corrections."""

    @app_commands.command()
    @visibility_option
    async def coverage(self, interaction: Interaction, visibility: Visibility | None = None) -> None:
        """Show what the library holds: sources, date ranges, series, and when they were last checked."""
        await send(interaction, self.engine.coverage(), visibility)

    @app_commands.command()
    @app_commands.describe(since="A year, month or day, for example 2026-11; leave it out for all")
    @visibility_option
    async def corrections(
        self,
        interaction: Interaction,
        since: Range[str, 0, LONGEST_OPTION] = "",
        visibility: Visibility | None = None,
    ) -> None:
        """Show what was changed in the content, when and why, the newest first."""
        await send(interaction, self.engine.corrections(spoken(since)), visibility)

    @corrections.autocomplete("since")
    async def _days(self, _: Interaction, typed: str) -> list[Choice[str]]:
        return self.suggested(suggestions.correction_days, typed)
