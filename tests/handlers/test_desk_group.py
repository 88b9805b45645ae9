"""The group /faq-desk: shared by several cogs, within Discord's limits, and every item of it known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from discord import app_commands

from handlers.base import Interaction
from handlers.client import FORMS
from handlers.desk_group import NAME, DeskCog, desk_command, desk_group
from handlers.forms import Form
from handlers.views import CardItem
from tests.handlers.conftest import World
from tests.handlers.reading import text


class Other(DeskCog):
    """A cog beside those of the bot."""

    async def _suggested(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}!", value=typed)]

    @desk_command
    @app_commands.describe(word="Anything")
    @app_commands.autocomplete(word=_suggested)
    async def raise_(self, interaction: Interaction, word: app_commands.Range[str, 1, 9] = "x") -> None:
        """Say a word.

        This line is for those who read the code.
        """
        await interaction.response.send_message(f"{type(self).__name__}: {word}", ephemeral=True)


def names(world: World) -> list[str]:
    return [command.name for command in desk_group(world.bot.tree).commands]


async def test_cogs_share_the_group_and_take_only_their_own_commands_out(world: World) -> None:
    before = names(world)
    assert {"add", "edit", "history", "import", "export", "review", "stats"} <= set(before)
    await world.bot.add_cog(Other(world.bot))
    await world.bot.sync_if_changed()
    assert names(world) == [*before, "raise"]
    result = await world.moderator.slash(world.channel, f"{NAME} raise", word="so")
    assert text(result.response) == "Other: so"
    offered = await world.moderator.autocomplete(world.channel, f"{NAME} raise", "word", "hm")
    assert offered == [{"name": "hm!", "value": "hm"}]
    await world.bot.remove_cog("Other")
    assert names(world) == before
    assert sum(command.name == NAME for command in world.bot.tree.get_commands()) == 1


async def test_it_is_described_within_discords_limits_and_offered_in_servers_alone(world: World) -> None:
    described = desk_group(world.bot.tree).to_dict(world.bot.tree)
    assert (described["contexts"], described["integration_types"]) == ([0], [0])
    assert described["default_member_permissions"]
    assert len(described["options"]) <= 25
    for command in described["options"]:
        assert 1 <= len(command["description"]) <= 100
        for option in command["options"]:
            assert 1 <= len(option["description"]) <= 100
            assert option["description"] != "…"
    assert len(str(described)) < 8_000


def kinds(base: Any) -> Iterator[Any]:
    """Yield a class and everything that is made of it."""
    yield base
    for one in base.__subclasses__():
        yield from kinds(one)


async def test_the_bot_knows_every_kind_of_item_and_of_form(world: World) -> None:
    """One that it did not know would stop working with the next restart."""
    no_kind = CardItem.__discord_ui_compiled_template__.pattern
    for item in kinds(CardItem):
        if (
            item.__module__.startswith("handlers.")
            and item.__discord_ui_compiled_template__.pattern != no_kind
        ):
            assert item in world.bot._items, item
    for form in kinds(Form):
        if form.__module__.startswith("handlers.") and form.template.pattern != Form.template.pattern:
            assert form in FORMS, form
