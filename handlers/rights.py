"""Who may do what in a server: checked at the command and again at every click and every form."""

from __future__ import annotations

import discord

from handlers.base import Interaction
from handlers.errors import UserError
from knowledge.commands import shown_command
from knowledge.languages import gettext, translatable

_NO_SERVER = translatable("This works in a server only.")
_NO_MODERATOR = translatable(
    "Only moderators of this server can do that: members who may manage messages in all of it, or who have a "
    "role that {command} names."
)
_NO_MANAGER = translatable("Only members who may manage this server can do that.")


def is_moderator(interaction: Interaction) -> bool:
    """Return whether somebody may manage messages in a whole server, or has one of its moderator roles.

    What somebody may do in one channel alone does not count: an entry is read in all of them.
    """
    person = interaction.user
    if interaction.guild_id is None or not isinstance(person, discord.Member):
        return False
    return person.guild_permissions.manage_messages or _has_role(interaction, person)


def moderates_here(interaction: Interaction) -> bool:
    """Return whether somebody may manage messages in this channel, or has one of the moderator roles."""
    person = interaction.user
    if interaction.guild_id is None or not isinstance(person, discord.Member):
        return False
    return interaction.permissions.manage_messages or _has_role(interaction, person)


def _has_role(interaction: Interaction, person: discord.Member) -> bool:
    roles = interaction.client.desk.settings(person.guild.id).moderator_roles
    return any(role.id in roles for role in person.roles)


def moderated_guild(interaction: Interaction) -> int:
    """Return the server in which a moderator acts; raises `UserError` for anybody else and elsewhere."""
    if interaction.guild_id is None:
        raise UserError(gettext(_NO_SERVER))
    if not is_moderator(interaction):
        raise UserError(gettext(_NO_MODERATOR, command=shown_command("/settings")))
    return interaction.guild_id


def managed_guild(interaction: Interaction) -> int:
    """Return the server that somebody may manage; raises `UserError` for anybody else and elsewhere."""
    if interaction.guild_id is None:
        raise UserError(gettext(_NO_SERVER))
    if not interaction.permissions.manage_guild:
        raise UserError(gettext(_NO_MANAGER))
    return interaction.guild_id


class ForModerators:
    """What only moderators may use: mixed into buttons, menus and forms, before what they are."""

    async def allow(self, interaction: Interaction, /) -> None:
        """Let moderators through; raises `UserError` for others."""
        moderated_guild(interaction)
