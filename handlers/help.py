"""The command /help: what the bot can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from handlers.replies import Interaction, Visibility, send, visibility_option

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot


class Help(commands.Cog):
    """Explains the bot."""

    def __init__(self, bot: AidPolicyBot) -> None:
        """Take the bot, whose engine answers."""
        self.bot = bot

    @app_commands.command()
    @visibility_option
    async def help(self, interaction: Interaction, visibility: Visibility | None = None) -> None:
        """Show what I can do, with an example of each command."""
        await send(interaction, self.bot.engine.help(), visibility)
