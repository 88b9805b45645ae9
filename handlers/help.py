"""Help, by command or by button: what whoever asks can do here."""

from __future__ import annotations

from discord import app_commands

from handlers.base import Cog, Interaction
from handlers.replies import Visibility, send, visibility_option
from handlers.views import CardItem
from knowledge.help import Reader


class Help(Cog):
    """Explains the bot."""

    @app_commands.command()
    @visibility_option
    async def help(self, interaction: Interaction, visibility: Visibility | None = None) -> None:
        """Show what you can do here, with examples to try."""
        await send(interaction, self.engine.help(_reader(interaction)), visibility)


class ShowHelp(CardItem, template=r"help"):
    """Shows whoever presses, privately, what they can do here."""

    async def run(self, press: Interaction) -> None:
        """Show the help."""
        await send(press, press.client.engine.help(_reader(press)), "private")


def _reader(interaction: Interaction) -> Reader:
    """Return what somebody may do here, by their rights in this channel and not by the name of a role."""
    reader = Reader.MEMBER
    if interaction.guild_id is not None and interaction.permissions.manage_messages:
        reader |= Reader.MODERATOR
    if interaction.user.id in (interaction.client.owner_ids or ()):
        reader |= Reader.OPERATOR
    return reader
