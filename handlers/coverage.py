"""The commands /coverage, /disputes and /corrections: what the library holds, and what was changed in it."""

from __future__ import annotations

from typing import Literal

from discord import app_commands
from discord.app_commands import Choice, Range

from handlers.base import Cog, Interaction
from handlers.markup import spoken
from handlers.replies import LONGEST_OPTION, Visibility, send, visibility_option
from knowledge import suggestions


class Coverage(Cog):
    """Shows what the library holds, on what its sources disagree, and its corrections."""

    @app_commands.command()
    @app_commands.describe(part="What the library is known not to have; leave it out for what it has")
    @visibility_option
    async def coverage(
        self,
        interaction: Interaction,
        part: Literal["unknowns"] | None = None,
        visibility: Visibility | None = None,
    ) -> None:
        """Show what the library holds: sources, date ranges, series, and when they were last checked."""
        await send(interaction, self.engine.coverage(part or ""), visibility)

    @app_commands.command()
    @visibility_option
    async def disputes(self, interaction: Interaction, visibility: Visibility | None = None) -> None:
        """Show on what the sources disagree, with what each side says."""
        await send(interaction, self.engine.disputes(), visibility)

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
