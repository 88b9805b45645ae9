"""The command /sources: what the library holds."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import Choice, Range

from handlers.base import Cog, Interaction
from handlers.markup import spoken
from handlers.replies import LONGEST_OPTION, Visibility, send, visibility_option
from knowledge import suggestions


class Sources(Cog):
    """Shows the sources."""

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
        await send(interaction, self.engine.sources(spoken(source)), visibility)

    @sources.autocomplete("source")
    async def _sources(self, _: Interaction, typed: str) -> list[Choice[str]]:
        return self.suggested(suggestions.sources, typed)
