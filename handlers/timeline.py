"""The command /timeline: dated events of a period."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import Choice, Range

from handlers.base import Cog, Interaction
from handlers.markup import spoken
from handlers.replies import LONGEST_OPTION, Visibility, send, visibility_option
from knowledge import suggestions


class Timeline(Cog):
    """Lists dated events."""

    @app_commands.command()
    @app_commands.describe(
        period="For example 2018, dec 2018, summer 2018 or 2016..2019; leave it out for all dates",
        topic="Only events of this topic",
        actor="Only events in which this person or organization acts",
    )
    @visibility_option
    async def timeline(
        self,
        interaction: Interaction,
        period: Range[str, 0, LONGEST_OPTION] = "",
        topic: Range[str, 0, LONGEST_OPTION] = "",
        actor: Range[str, 0, LONGEST_OPTION] = "",
        visibility: Visibility | None = None,
    ) -> None:
        """List dated events, oldest first, each with its source."""
        answer = self.engine.timeline(spoken(period), spoken(topic), spoken(actor))
        await send(interaction, answer, visibility)

    @timeline.autocomplete("period")
    async def _periods(self, _: Interaction, typed: str) -> list[Choice[str]]:
        return self.suggested(suggestions.timeline_periods, typed)

    @timeline.autocomplete("actor")
    async def _actors(self, _: Interaction, typed: str) -> list[Choice[str]]:
        return self.suggested(suggestions.actors, typed)

    @timeline.autocomplete("topic")
    async def _topics(self, _: Interaction, typed: str) -> list[Choice[str]]:
        return self.suggested(suggestions.topics, typed)
