"""Requests that fail on their way to Discord, or on the way back: the reply arrives, and arrives once."""

from __future__ import annotations

import pytest

from tests.wire import faults
from tests.wire.faults import Fault
from tests.wire.loopback import Loopback, Person
from tests.wire.service import Service
from tests.wire.things import text

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "who is Jung Pak"
PASSING = {
    "a reset before it was processed": faults.RESET,
    "a reset after it was processed": faults.RESET_AFTERWARDS,
    "an error 500 before it was processed": faults.ERROR,
    "an error 500 after it was processed": faults.ERROR_AFTERWARDS,
    "an error 502": faults.BAD_GATEWAY,
    "one request too many": faults.limited(0.3),
    "one request too many anywhere": faults.limited(0.3, everywhere=True),
}

passing = pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
unclear = pytest.mark.parametrize(
    "fault",
    [faults.RESET, faults.RESET_AFTERWARDS, faults.ERROR_AFTERWARDS],
    ids=["a reset before it was processed", "a reset after it", "an error 500 after it"],
)


@passing
async def test_the_first_answer_arrives(loopback: Loopback, ann: Person, fault: Fault) -> None:
    loopback.api.faults.add(fault, "callback")
    answered = await ann.slash("ask", question=QUESTION)
    assert "Foreign Policy" in answered.text
    assert answered.acked_after is not None
    assert answered.acked_after < 3


async def test_the_first_answer_arrives_though_the_connection_was_reset_three_times(
    loopback: Loopback, ann: Person
) -> None:
    loopback.api.faults.add(faults.RESET, "callback", times=3)
    assert "Foreign Policy" in (await ann.slash("ask", question=QUESTION)).text


@passing
async def test_the_time_to_the_first_answer_is_measured_once(
    loopback: Loopback, bot: Service, ann: Person, fault: Fault
) -> None:
    before = await bot.metric("aid_bot_ack_seconds_count")
    loopback.api.faults.add(fault, "callback")
    answered = bot.log.count("command ask: answered")
    await ann.slash("ask", question=QUESTION)
    await bot.says("command ask: answered", times=answered + 1)
    assert await bot.metric("aid_bot_ack_seconds_count") == before + 1


@unclear
async def test_what_comes_after_the_first_answer_arrives_too(
    loopback: Loopback, ann: Person, fault: Fault
) -> None:
    loopback.api.faults.add(fault, "callback")
    answered = await ann.slash("exports", period="2023-11", csv=True)
    await answered.until(messages=2)
    assert [len(one["attachments"]) for one in answered.messages] == [0, 1]


@unclear
async def test_a_file_arrives_whole(loopback: Loopback, ann: Person, fault: Fault) -> None:
    loopback.api.faults.add(fault, "followup")
    answered = await ann.slash("exports", period="2023-11", csv=True)
    await answered.until(messages=2)
    files = [file["text"] for one in answered.messages for file in one["attachments"]]
    assert files
    assert all("120000,USD" in file for file in files)


@passing
async def test_an_edit_arrives(loopback: Loopback, ann: Person, fault: Fault) -> None:
    card = (await ann.slash("ask", question=QUESTION)).card
    voted = await ann.presses(card, "Helpful", messages=1)
    loopback.api.faults.add(fault, "edit")
    withdrawn = await ann.presses(voted.card, "Withdraw my vote", messages=1)
    assert "withdrawn" in withdrawn.text


@unclear
async def test_a_card_that_turns_its_page_turns_it(loopback: Loopback, ann: Person, fault: Fault) -> None:
    card = (await ann.slash("timeline")).card
    before = text(card)
    loopback.api.faults.add(fault, "callback")
    await ann.presses(card, "Next ›", messages=1)
    assert text(card) != before


@unclear
async def test_a_card_is_deleted(loopback: Loopback, ann: Person, fault: Fault) -> None:
    card = (await ann.slash("ask", question=QUESTION, visibility="public")).card
    loopback.api.faults.add(fault, "delete")
    pressed = await ann.presses(card, "Delete")
    assert await loopback.until(lambda: int(card["id"]) not in loopback.api.messages)
    assert not (await pressed.until(messages=1, seconds=1.2)).messages


@unclear
async def test_a_chart_for_everyone_arrives_once(loopback: Loopback, ann: Person, fault: Fault) -> None:
    card = (await ann.slash("exports", period="2023-11..2024-03", visibility="public")).card
    loopback.api.faults.add(fault, "followup", "edit")
    drawn = await (await ann.presses(card, "Chart")).until(messages=1, seconds=10)
    assert [len(one["attachments"]) for one in drawn.messages] == [1]


@passing
async def test_a_mention_is_answered_once(loopback: Loopback, ann: Person, fault: Fault) -> None:
    sent = len(loopback.requests("post")) + 1
    loopback.api.faults.add(fault, "post")
    await ann.asks(QUESTION)
    (reply,) = await loopback.posted(1)
    assert "Foreign Policy" in text(reply)
    if fault.is_processed:
        assert await loopback.until(lambda: len(loopback.requests("post")) > sent)
        assert loopback.api.posted == [reply]


@pytest.mark.parametrize("fault", [faults.ERROR_AFTERWARDS, faults.RESET_AFTERWARDS], ids=["500", "reset"])
async def test_a_card_is_not_shared_twice(loopback: Loopback, ann: Person, fault: Fault) -> None:
    card = (await ann.slash("ask", question=QUESTION)).card
    loopback.api.faults.add(fault, "followup")
    shared = await ann.presses(card, "Share", messages=3)
    public = [one for one in shared.messages if not one["flags"] & 64]
    assert len(public) == 1
    assert "Please try again" in shared.text


async def test_a_limit_that_outlasts_the_time_to_answer_is_said_in_the_log(
    loopback: Loopback, bot: Service, ann: Person
) -> None:
    loopback.api.faults.add(faults.limited(4.0), "callback")
    lost = await ann.slash("ask", question=QUESTION)
    assert not lost.response_type
    await bot.says(f"ERROR handlers.errors: Interaction {lost.id} could not be answered")
    await bot.says("command ask: late")
    loopback.api.faults.add(faults.limited(4.0), "callback")
    assert await ann.types("timeline", "period", "2018") == []
    assert "Foreign Policy" in (await ann.slash("ask", question=QUESTION)).text


async def test_a_limit_on_one_channel_holds_up_nobody_else(loopback: Loopback, ann: Person) -> None:
    loopback.api.faults.add(faults.limited(1.0), "post")
    await ann.asks(QUESTION)
    answered = await ann.slash("ask", question=QUESTION)
    assert answered.acked_after is not None
    assert answered.acked_after < 0.5
    assert len(await loopback.posted(1)) == 1


async def test_no_fault_is_told_as_one_of_the_bot(bot: Service) -> None:
    assert "trace=" not in bot.log
