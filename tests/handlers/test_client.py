"""What the bot does on starting, and with forms that it no longer knows."""

from __future__ import annotations

import pytest
import simcord
from discord import Interaction, app_commands, ui

from handlers.client import DRAFT, AidPolicyBot
from knowledge.store import Store
from tests.handlers.conftest import MakeBot, World
from tests.handlers.reading import text


def syncs(env: simcord.Env) -> int:
    return sum(r.method == "PUT" and r.path.endswith("/commands") for r in env.http_requests)


async def test_commands_are_told_to_discord_once(world: World) -> None:
    assert syncs(world.env) == 1
    await world.restart()
    assert syncs(world.env) == 1


async def test_commands_are_told_again_when_they_changed(world: World) -> None:
    world.bot.tree.remove_command("help")
    assert await world.bot.sync_if_changed()
    assert syncs(world.env) == 2
    assert not await world.bot.sync_if_changed()


async def test_commands_are_told_never_where_the_operator_says_so(make_bot: MakeBot) -> None:
    async with simcord.run(make_bot(sync_commands="never")) as env:
        assert syncs(env) == 0


async def test_a_discord_that_does_not_take_the_commands_stops_nothing(world: World) -> None:
    world.bot.tree.remove_command("help")
    world.env.inject_error("PUT", "/applications/*/commands", status=500, times=None)
    assert not await world.bot.sync_if_changed()
    assert (await world.asker.slash(world.channel, "sources")).acknowledged


@app_commands.command(name="old")
async def old(interaction: Interaction[AidPolicyBot]) -> None:
    """Send a card as a former version may have sent it."""
    view = ui.View(timeout=None)
    view.add_item(ui.Button(label="Old", custom_id="something:old"))
    await interaction.response.send_message("An old card", view=view)


async def test_a_button_of_another_version_is_answered(world: World) -> None:
    world.bot.tree.add_command(old)
    await world.bot.sync_if_changed()
    card = (await world.asker.slash(world.channel, "old")).response
    assert card is not None
    await world.restart()
    result = await world.asker.click(card, label="Old")
    assert result.acknowledged
    assert result.ephemeral
    assert "another version" in text(result.response)


class Form(ui.Modal, title="A form"):
    """A form as some later command may have one."""

    first: ui.TextInput[Form] = ui.TextInput(label="First")
    second: ui.Label[Form] = ui.Label(text="Second", component=ui.TextInput(required=False))

    async def on_submit(self, interaction: Interaction) -> None:
        await interaction.response.send_message("sent", ephemeral=True)


@app_commands.command(name="form")
async def form(interaction: Interaction[AidPolicyBot]) -> None:
    """Open a form."""
    opened = Form()
    interaction.client.open_forms.add(opened.custom_id)
    await interaction.response.send_modal(opened)


async def fill(world: World, shown: simcord.InteractionResult) -> simcord.InteractionResult:
    assert shown.modal is not None
    ids = [(row.get("component") or row["components"][0])["custom_id"] for row in shown.modal["components"]]
    return await world.asker.submit_modal(
        shown, dict(zip(ids, ("What **I** typed", "and more"), strict=True))
    )


@pytest.fixture
async def shown(world: World) -> simcord.InteractionResult:
    world.bot.tree.add_command(form)
    await world.bot.sync_if_changed()
    return await world.asker.slash(world.channel, "form")


async def test_a_form_that_comes_back_in_time_is_taken_by_its_own_code(
    world: World, shown: simcord.InteractionResult, store: Store
) -> None:
    result = await fill(world, shown)
    assert result.acknowledged
    assert text(result.response) == "sent"
    assert await store.draft(world.asker.id, DRAFT) is None


async def test_a_form_that_comes_back_after_a_restart_is_kept_and_shown(
    world: World, shown: simcord.InteractionResult, store: Store
) -> None:
    await world.restart()
    result = await fill(world, shown)
    assert result.acknowledged
    assert result.ephemeral
    assert r"What \*\*I\*\* typed" in text(result.response)
    assert await store.draft(world.asker.id, DRAFT) == "What **I** typed\n\nand more"
