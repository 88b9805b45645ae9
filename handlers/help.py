"""The command /help: what the bot can do."""

from __future__ import annotations

from discord import app_commands

from handlers.base import Cog, Interaction
from handlers.replies import Visibility, send, visibility_option


class Help(Cog):
    """Explains the bot."""

    @app_commands.command()
    @visibility_option
    async def help(self, interaction: Interaction, visibility: Visibility | None = None) -> None:
        """Show what I can do, with an example of each command."""
        await send(interaction, self.engine.help(), visibility)
