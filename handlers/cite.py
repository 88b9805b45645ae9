"""The command /cite: a passage at its reference."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import Choice, Range

from handlers.base import Cog, Interaction
from handlers.markup import spoken
from handlers.replies import LONGEST_OPTION, Visibility, send, visibility_option
from knowledge import suggestions


class Cite(Cog):
    """Opens passages."""

    @app_commands.command()
    @app_commands.describe(reference="A source and a paragraph, for example fp-2019¶6")
    @visibility_option
    async def cite(
        self,
        interaction: Interaction,
        reference: Range[str, 1, LONGEST_OPTION],
        visibility: Visibility | None = None,
    ) -> None:
        """Open a passage at its reference, with the ones before and after it at hand."""
        await send(interaction, self.engine.cite(spoken(reference)), visibility)

    @cite.autocomplete("reference")
    async def _references(self, _: Interaction, typed: str) -> list[Choice[str]]:
        return self.suggested(suggestions.references, typed)
