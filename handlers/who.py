"""The command /who: people and organizations, with their role at the time."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import Choice, Range

from handlers.base import Cog, Interaction
from handlers.markup import spoken
from handlers.replies import LONGEST_OPTION, Visibility, send, visibility_option
from knowledge import suggestions


class Who(Cog):
    """Says who somebody is."""

    @app_commands.command()
    @app_commands.describe(name="A person or an organization, for example WFP; leave it out for a list")
    @visibility_option
    async def who(
        self,
        interaction: Interaction,
        name: Range[str, 0, LONGEST_OPTION] = "",
        visibility: Visibility | None = None,
    ) -> None:
        """Show who somebody is: role at the time, the passages that name them, and their events."""
        await send(interaction, self.engine.who(spoken(name)), visibility)

    @who.autocomplete("name")
    async def _names(self, _: Interaction, typed: str) -> list[Choice[str]]:
        return self.suggested(suggestions.people, typed)
