"""What every cog stands on: the interaction as all handlers know it, and the ways a command answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from knowledge.suggestions import Limits, Suggestion

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot
    from knowledge.engine import Engine
    from knowledge.library import Library

    Interaction = discord.Interaction[AidPolicyBot]
else:
    Interaction = discord.Interaction

CHOICES = Limits(most=25, longest=100)
"""What Discord lists below an option; it refuses the whole list if one choice is over."""

LONGEST_CUSTOM_ID = 100
"""What Discord takes as the id of a button, a menu or a form."""


class Cog(commands.Cog):
    """A cog of this bot, whose engine answers."""

    def __init__(self, bot: AidPolicyBot) -> None:
        """Take the bot."""
        self.bot = bot

    @property
    def engine(self) -> Engine:
        """The engine of the bot."""
        return self.bot.engine

    def suggested(
        self, suggest: Callable[[Library, str, Limits], Iterable[Suggestion]], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Return what a function of `knowledge.suggestions` offers, as Discord lists it below an option."""
        return choices(suggest(self.engine.library, typed, CHOICES))


def is_private(press: Interaction) -> bool:
    """Whether the card that was pressed on is shown to one person alone."""
    return press.message is not None and press.message.flags.ephemeral


def choices(found: Iterable[Suggestion]) -> list[app_commands.Choice[str]]:
    """Return suggestions as Discord lists them below an option."""
    return [app_commands.Choice(name=one.label, value=one.value) for one in found]
