"""Help, by command or by button: what whoever asks can do here."""

from __future__ import annotations

from discord import app_commands

from handlers.base import Cog, Interaction
from handlers.replies import Visibility, is_private, send, visibility_option
from handlers.rights import is_moderator, moderates_here
from handlers.views import CardItem
from knowledge.help import Reader


class Help(Cog):
    """Explains the bot."""

    @app_commands.command()
    @visibility_option
    async def help(self, interaction: Interaction, visibility: Visibility | None = None) -> None:
        """Show what you can do here, with examples to try."""
        answer = self.engine.help(_reader(interaction))
        if interaction.guild_id is not None and not is_private(interaction, answer, visibility):
            answer = self.engine.help()  # what one person may do is nothing for everyone here
        await send(interaction, answer, visibility)


class ShowHelp(CardItem, template=r"help"):
    """Shows whoever presses, privately, what they can do here."""

    async def run(self, press: Interaction) -> None:
        """Show the help."""
        await send(press, press.client.engine.help(_reader(press)), "private")


def _reader(interaction: Interaction) -> Reader:
    """Return what somebody may do here, by their rights in this channel and not by the name of a role."""
    reader = Reader.MEMBER
    if is_moderator(interaction) and moderates_here(interaction):
        reader |= Reader.MODERATOR
    if interaction.user.id in (interaction.client.owner_ids or ()):
        reader |= Reader.OPERATOR
    return reader
