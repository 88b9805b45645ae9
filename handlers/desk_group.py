"""The group /faq-desk, whose commands come from several cogs.

A cog that has commands in it is a `DeskCog`, and each of them a method marked with `desk_command`; its name
and its docstring are those of the command. The decorators of `app_commands` (describe, choices, autocomplete)
go below the mark, as do the checks of `rights`, which every command makes itself:

    class Review(DeskCog):
        @desk_command
        @app_commands.describe(question="Only this one")
        async def review(self, interaction: Interaction, question: str = "") -> None:
            \"\"\"Walk through what people could not find.\"\"\"
            guild_id = moderated_guild(interaction)

Each cog adds its commands to the one group of the bot's tree when it is loaded, and takes them out when it
is unloaded, so any number of cogs share the group and none knows the others. The group belongs to the bot,
not to this module. A method whose name Python keeps for itself ends in an underscore, the command does not.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import discord
from discord import app_commands

from handlers.base import Cog

NAME = "faq-desk"

_DESCRIPTION = "For moderators: write and review this server's own FAQ entries."
_MARK = "__desk_command__"
# What is left out here is as the bot has it: allowed.
IN_SERVERS = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
BY_SERVERS = app_commands.AppInstallationType(guild=True, user=False)
_Method = TypeVar("_Method", bound=Callable[..., Any])


def desk_command(method: _Method) -> _Method:
    """Mark a method of a `DeskCog` as a command of the group."""
    setattr(method, _MARK, True)
    return method


class DeskCog(Cog):
    """A cog whose marked methods are commands of the group."""

    async def cog_load(self) -> None:
        """Add the commands to the group."""
        group = desk_group(self.bot.tree)
        for command in self._desk_commands():
            group.add_command(command)

    async def cog_unload(self) -> None:
        """Take the commands out of the group."""
        group = desk_group(self.bot.tree)
        for command in self._desk_commands():
            group.remove_command(command.name)

    def _desk_commands(self) -> Iterator[app_commands.Command[Any, ..., Any]]:
        for _, method in inspect.getmembers(self, inspect.iscoroutinefunction):
            if getattr(method, _MARK, False):
                summary = (inspect.getdoc(method) or "").partition("\n")[0]
                name = method.__name__.rstrip("_")
                yield app_commands.Command(name=name, description=summary, callback=method)


def desk_group(tree: app_commands.CommandTree[Any]) -> app_commands.Group:
    """Return the group of a tree, which gets it with the first command that is added.

    Discord shows it to those who may manage messages, and to whom the managers of a server choose.
    """
    group = tree.get_command(NAME)
    if not isinstance(group, app_commands.Group):
        group = app_commands.Group(
            name=NAME,
            description=_DESCRIPTION,
            default_permissions=discord.Permissions(manage_messages=True),
            allowed_contexts=IN_SERVERS,
            allowed_installs=BY_SERVERS,
        )
        tree.add_command(group)
    return group
