"""What the bot does on starting, and with forms that it no longer knows."""

from __future__ import annotations

import threading
from pathlib import Path

import discord
import pytest
import simcord
from discord import app_commands, ui

from handlers.base import Interaction
from handlers.client import AidPolicyBot
from handlers.markup import escape
from knowledge.engine import Engine
from knowledge.library import Library
from knowledge.store import Store
from settings import Settings
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
async def old(interaction: Interaction) -> None:
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


class NotedEngine(Engine):
    """An engine that notes where it was warmed up."""

    warmed_in: threading.Thread | None = None

    def warm_up(self) -> None:
        super().warm_up()
        self.warmed_in = threading.current_thread()


async def test_what_loads_slowly_is_loaded_before_discord_is_and_beside_the_event_loop(
    library: Library, store: Store
) -> None:
    engine = NotedEngine(library)
    async with simcord.run(AidPolicyBot(engine, store, Settings())):
        assert engine.warmed_in not in (None, threading.current_thread())


class Form(ui.Modal, title="A form"):
    """A form as some later command may have one."""

    first: ui.TextInput[Form] = ui.TextInput(label="First")
    second: ui.Label[Form] = ui.Label(text="Second", component=ui.TextInput(required=False))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("sent", ephemeral=True)


@app_commands.command(name="form")
async def form(interaction: Interaction) -> None:
    """Open a form."""
    await interaction.response.send_modal(Form())


@pytest.mark.parametrize("typed", ["What **I** typed", "word " * 800, "왜" * 4000])
async def test_a_form_of_another_version_is_given_back_to_its_author_and_nothing_is_stored(
    world: World, database: Path, typed: str
) -> None:
    world.bot.tree.add_command(form)
    await world.bot.sync_if_changed()
    shown = await world.asker.slash(world.channel, "form")
    assert shown.modal is not None
    ids = [(row.get("component") or row["components"][0])["custom_id"] for row in shown.modal["components"]]
    await world.restart()
    result = await world.asker.submit_modal(shown, dict(zip(ids, (typed, "and more"), strict=True)))
    assert result.acknowledged
    assert result.ephemeral
    assert escape(typed[:100]) in text(result.response)
    for file in database.parent.glob("bot.db*"):
        assert typed[:10].encode() not in file.read_bytes()
