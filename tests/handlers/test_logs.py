"""The log: a line a record, with the request's id, without the token and without what people typed."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
from discord import app_commands
from hypothesis import given
from hypothesis import strategies as st

from handlers.logs import JsonLine, OneLine
from handlers.markup import spoken
from handlers.requests import Request, begin, current
from knowledge.text import echo
from tests.handlers.conftest import World
from tests.handlers.reading import buttons, text

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAwMA.GaBcDe.fGhIjKlMnOpQrStUvWxYz0123456789_-abcd"
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (DEBUG|INFO|WARNING|ERROR) [\w.]+: .+")
QUESTION = "why did 최선희 say the “ferry permit” took 90 days?\n<@1> And why not ninety-one?"


def record(message: str, *values: object, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("handlers", logging.INFO, "", 0, message, values, None)
    vars(made).update(fields)
    return made


@given(st.text(), st.text())
def test_whatever_is_logged_is_one_printable_line_without_the_token(message: str, value: str) -> None:
    line = OneLine(TOKEN).format(record("%s", f"{message}{TOKEN}", card=[value, TOKEN]))
    assert LINE.fullmatch(line)
    assert len(line.splitlines()) == 1
    assert TOKEN not in line


@given(st.text(), st.text())
def test_as_json_it_is_one_object_a_line_without_the_token(message: str, value: str) -> None:
    line = JsonLine(TOKEN).format(record("%s", f"{message}{TOKEN}", card=[value, TOKEN]))
    assert len(line.splitlines()) == 1
    read = json.loads(line)
    assert read["level"] == "INFO"
    assert read["logger"] == "handlers"
    assert read["message"] == f"{message}[token]"
    assert read["card"] == [value, "[token]"]
    assert TOKEN not in line


def test_a_field_cannot_pretend_to_be_the_level_of_its_line() -> None:
    read = json.loads(JsonLine(TOKEN).format(record("so it is", level="none", time="never")))
    assert (read["level"], read["message"]) == ("INFO", "so it is")
    assert read["time"] != "never"


def test_the_key_to_reply_to_an_interaction_is_not_logged() -> None:
    address = "POST https://discord.com/api/v10/webhooks/123/aW50ZXJhY3Rpb246_-x/messages responded with 429"
    assert "/webhooks/123/[hidden]/messages" in OneLine(TOKEN).format(record(address))


@pytest.mark.parametrize("form", [OneLine, JsonLine])
@pytest.mark.parametrize("written", [QUESTION, repr(QUESTION), spoken(QUESTION), echo(QUESTION)])
def test_what_was_typed_is_left_out_unless_it_is_switched_on(form: type[OneLine], written: str) -> None:
    request = begin(Request("command", "ask", typed=(QUESTION,)))
    try:
        kept, shown = (
            form(TOKEN, typed_too=on).format(record("No such key: %s", written)) for on in (False, True)
        )
    finally:
        end_quietly()
    assert "ferry" not in kept
    assert "[typed]" in kept
    assert request.id in kept
    assert "ferry" in shown


def end_quietly() -> None:
    from handlers.requests import _CURRENT

    _CURRENT.set(None)
    assert current() is None


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Return what the bot writes to its log, every line, as an operator has it by default."""
    yield from logged(typed_too=False)


@pytest.fixture
def outspoken() -> Iterator[io.StringIO]:
    """Return the log as it is with `log_questions`."""
    yield from logged(typed_too=True)


@pytest.fixture
def of_discord() -> Iterator[io.StringIO]:
    """Return what the library logs that the bot stands on."""
    yield from logged(typed_too=False, name="discord")


def logged(*, typed_too: bool, name: str = "handlers") -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine(TOKEN, typed_too=typed_too))
    ours = logging.getLogger(name)
    ours.addHandler(handler)
    level = ours.level
    ours.setLevel(logging.INFO)
    yield stream
    ours.removeHandler(handler)
    ours.setLevel(level)


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


async def test_every_request_is_one_line_with_its_outcome_and_without_its_words(
    world: World, log: io.StringIO
) -> None:
    card = (await world.asker.slash(world.channel, "ask", question="who is Stephen Biegun?")).response
    assert card is not None
    await world.asker.slash(world.channel, "ask", question="how do I bake sourdough bread?")
    await world.asker.slash(world.channel, "timeline", period="banana split")
    await world.asker.slash(world.channel, "cite", reference="nowhere **at all**")
    await world.asker.click(card, custom_id=next(id_ for id_ in buttons(card).values() if "open:" in id_))
    await world.asker.send(world.channel, f"{world.mention} who is Jung Pak?")
    await world.env.settle()
    ended = [(line["message"], line["guild"]) for line in lines(log) if "ms" in line]
    guild = str(world.guild.id)
    assert ended == [
        ("command ask: answered", guild),
        ("command ask: refused", guild),
        ("command timeline: error", guild),
        ("command cite: error", guild),
        ("button Open: answered", guild),
        ("message message: answered", guild),
    ]
    assert len({line["request"] for line in lines(log)}) == 6
    for typed in ("Biegun", "sourdough", "banana", "nowhere", "Jung Pak"):
        assert typed not in log.getvalue()


async def test_the_words_are_logged_once_that_is_switched_on(world: World, outspoken: io.StringIO) -> None:
    await world.restart(log_questions=True)
    await world.asker.slash(world.channel, "ask", question="who is Stephen Biegun?")
    assert lines(outspoken)[-1]["typed"] == ["who is Stephen Biegun?"]


async def test_the_reference_of_a_fault_is_the_id_of_its_request(world: World, log: io.StringIO) -> None:
    card = (await world.asker.slash(world.channel, "ask", question="who is Stephen Biegun?")).response
    assert card is not None
    del world.bot.engine
    failed = await world.asker.slash(world.channel, "ask", question="who is Jung Pak then?")
    pressed = await world.asker.click(card, label="Export")
    world.env.errors.clear()
    for result in (failed, pressed):
        reference = text(result.response or result.followups[0]).rsplit(" ", 1)[-1].strip(".")
        found = [line for line in lines(log) if line.get("request") == reference]
        assert [line["level"] for line in found] == ["ERROR", "INFO"]
        assert "AttributeError" in str(found[0]["error"])
        assert str(found[1]["message"]).endswith(": failed")
    assert "Jung Pak" not in log.getvalue()


async def test_what_fails_below_an_option_is_logged_with_an_id_and_without_what_was_typed(
    world: World, of_discord: io.StringIO
) -> None:
    async def fail(_: object, typed: str) -> list[app_commands.Choice[str]]:
        raise KeyError(typed)

    command = world.bot.tree.get_command("who")
    assert isinstance(command, app_commands.Command)
    before, command._params["name"].autocomplete = command._params["name"].autocomplete, fail
    try:
        await world.asker.autocomplete(world.channel, "who", "name", "my aunt Agatha")
    finally:
        command._params["name"].autocomplete = before
        world.env.errors.clear()
    (line,) = [line for line in lines(of_discord) if line["level"] == "ERROR"]
    assert line["request"]
    assert "KeyError" in str(line["trace"])
    assert "Agatha" not in of_discord.getvalue()


async def test_what_a_form_has_in_it_is_not_logged_when_it_fails(world: World, log: io.StringIO) -> None:
    card = (await world.asker.slash(world.channel, "ask", question="who is Stephen Biegun?")).response
    assert card is not None
    noted = (await world.asker.click(card, label="Not helpful")).response
    assert noted is not None
    for reason, outcome in (("\u202e", "turned down"), ("It was my aunt Agatha", "done")):
        form = await world.asker.click(noted, label="Say why")
        await world.asker.submit_modal(form, {"reason": reason})
        assert lines(log)[-1]["message"] == f"form Reason: {outcome}"
    assert "Agatha" not in log.getvalue()
