"""What people are told when something fails."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
import pytest
from discord import app_commands, ui

from handlers.base import Interaction
from handlers.errors import UserError, report, report_message, text_for
from handlers.views import CardItem
from knowledge.errors import CitationError, StoreError, UncertainError
from tests.handlers.conftest import World
from tests.handlers.reading import text

SECRET = "token-MTAwMDAw at /srv/bot/bot.db"


def http(kind: type[discord.HTTPException]) -> discord.HTTPException:
    return kind(SimpleNamespace(status=400, reason="Bad"), {"code": 50035, "message": SECRET})


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(SECRET),
        StoreError(SECRET),
        UncertainError(SECRET),
        http(discord.HTTPException),
        http(discord.Forbidden),
        aiohttp.ClientError(SECRET),
        TimeoutError(SECRET),
        KeyError(SECRET),
    ],
)
def test_a_fault_is_told_without_its_details(error: Exception) -> None:
    told, is_fault = text_for(error)
    assert is_fault
    assert told.endswith(".")
    assert "token" not in told
    assert "bot.db" not in told


def test_nobody_is_told_that_nothing_was_changed_where_that_is_not_known() -> None:
    assert "Nothing was changed" in text_for(StoreError(SECRET))[0]
    assert text_for(UncertainError(SECRET))[0].startswith("I cannot tell whether that was written down.")


@pytest.mark.parametrize("error", [UserError("Only you."), CitationError("Only you.")])
def test_what_is_the_persons_to_know_is_told_as_it_is(error: Exception) -> None:
    assert text_for(error) == ("Only you.", False)


@pytest.mark.parametrize(
    "error",
    [
        app_commands.CommandNotFound("x", []),
        app_commands.CheckFailure(),
        app_commands.MissingPermissions(["x"]),
    ],
)
def test_what_discord_turns_down_is_no_fault_of_ours(error: Exception) -> None:
    assert not text_for(error)[1]


def test_what_a_person_typed_pings_nobody_in_an_error() -> None:
    assert r"\@everyone" in text_for(CitationError("“@everyone” is no reference."))[0]


@app_commands.command(name="fail")
async def fail(interaction: Interaction, late: bool = False) -> None:
    """Fail, before or after answering."""
    if late:
        await interaction.response.send_message("so far so good")
    raise RuntimeError(SECRET)


@pytest.mark.parametrize("late", [False, True])
async def test_a_command_that_fails_is_excused_with_the_reference_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture, late: bool
) -> None:
    world.bot.tree.add_command(fail)
    await world.bot.sync_if_changed()
    result = await world.asker.slash(world.channel, "fail", late=late)
    assert result.acknowledged
    shown = result.followups[0] if late else result.response
    assert shown is not None
    assert shown.ephemeral
    assert "Something went wrong on my side" in shown.content
    assert SECRET not in shown.content
    assert shown.content.rsplit(" ", 1)[-1].strip(".") in caplog.text
    assert SECRET in caplog.text
    assert len(world.env.errors) == 1


async def test_an_apology_that_cannot_be_sent_is_only_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.bot.tree.add_command(fail)
    await world.bot.sync_if_changed()
    world.env.inject_error("POST", "/interactions/*/callback", status=400, code=50035, times=None)
    await world.asker.slash(world.channel, "fail")
    assert "could not be shown" in caplog.text
    assert world.env.errors


class Deaf:
    """Somebody whom no reply reaches: a response, a follow-up and a message in one."""

    id = 4711

    def __init__(self, failure: Exception, *, done: bool = False) -> None:
        self.failure, self.done = failure, done
        self.response = self.followup = self

    def is_done(self) -> bool:
        return self.done

    async def send(self, *_: object, **__: object) -> None:
        raise self.failure

    send_message = reply = send


@pytest.mark.parametrize("error", [RuntimeError(SECRET), UserError("Only you.")])
@pytest.mark.parametrize("failure", [TimeoutError(), OSError("reset"), aiohttp.ClientError(), ValueError()])
async def test_reporting_never_raises_and_the_log_says_what_was_not_shown(
    failure: Exception, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for deaf in (Deaf(failure), Deaf(failure, done=True)):
        await report(cast("Any", deaf), error)
    await report_message(cast("Any", deaf), error)
    unshown = [record.getMessage() for record in caplog.records if "could not be shown" in record.message]
    assert len(unshown) == 3
    assert all(type(failure).__name__ in message for message in unshown)
    for message in unshown:  # under this name the log has the error itself
        name = message.partition(": the error")[0]
        assert caplog.text.count(name) == 2 if name.startswith("Reference") else "4711" in name


async def test_an_interaction_that_somebody_else_answered_meanwhile_raises_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failure = discord.InteractionResponded(cast("Any", SimpleNamespace(response=None)))
    await report(cast("Any", Deaf(failure)), RuntimeError(SECRET))
    assert "could not be shown: InteractionResponded" in caplog.text


class Broken(CardItem, template=r"broken:(?P<where>\w+)"):
    """A button with a fault in one of the three places where discord.py would hide it."""

    def __init__(self, item: ui.Item[Any], **fields: str) -> None:
        super().__init__(item, **fields)
        if fields["where"] == "revived" and item.view is not None:
            raise RuntimeError(SECRET)

    async def allow(self, press: Interaction) -> None:
        if self.fields["where"] == "check":
            raise RuntimeError(SECRET)

    async def run(self, press: Interaction) -> None:
        raise RuntimeError(SECRET)


@app_commands.command(name="buttons")
async def broken_buttons(interaction: Interaction) -> None:
    """Show buttons that fail."""
    view = ui.LayoutView(timeout=None)
    row: ui.ActionRow[Any] = ui.ActionRow()
    for where in ("revived", "check", "callback"):
        row.add_item(Broken.button(where, f"broken:{where}"))
    view.add_item(row)
    await interaction.response.send_message(view=view)


@pytest.mark.parametrize("where", ["revived", "check", "callback"])
async def test_wherever_a_button_fails_the_person_who_pressed_is_told(
    world: World, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    world.bot.tree.add_command(broken_buttons)
    world.bot.add_dynamic_items(Broken)
    await world.bot.sync_if_changed()
    card = (await world.asker.slash(world.channel, "buttons")).response
    assert card is not None
    result = await world.asker.click(card, label=where)
    assert result.acknowledged
    assert result.ephemeral
    assert "Something went wrong on my side" in text(result.response)
    assert SECRET not in text(result.response)
    assert "Reference" in caplog.text
