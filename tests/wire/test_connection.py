"""The connection to the gateway: whatever happens to it, the bot comes back and answers what it missed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.wire import faults
from tests.wire.loopback import Loopback, Person
from tests.wire.service import Service, running
from tests.wire.things import text

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "who is Jung Pak"
HEARTBEAT, SILENCE, HASTE = 0.3, 1.0, 20.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(loopback: Loopback, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """The bot, with a pulse and waits that are as many times faster as a test cannot wait for."""
    loopback.gateway.heartbeat_interval = HEARTBEAT
    hurried = {"WIRE_HEARTBEAT_TIMEOUT": str(SILENCE), "WIRE_HASTE": str(HASTE)}
    async with running(loopback, tmp_path_factory.mktemp("bot"), **hurried) as service:
        yield service


async def test_heartbeats_are_sent(loopback: Loopback, bot: Service) -> None:
    before = loopback.gateway.heartbeats
    assert await loopback.until(lambda: loopback.gateway.heartbeats >= before + 3)


async def test_after_a_drop_it_resumes_and_answers_what_it_missed(loopback: Loopback, ann: Person) -> None:
    resumed, identified = loopback.gateway.resumed, loopback.gateway.identified
    loopback.gateway.cut()
    missed = await ann.slash("ask", question=QUESTION)
    assert "Foreign Policy" in missed.text
    assert (loopback.gateway.resumed, loopback.gateway.identified) == (resumed + 1, identified)


@pytest.mark.parametrize("code", [1001, 4000, 4007, 4009])
async def test_after_a_close_it_resumes(loopback: Loopback, ann: Person, code: int) -> None:
    await loopback.gateway.close(code)
    assert "Foreign Policy" in (await ann.slash("ask", question=QUESTION)).text


async def test_when_asked_to_reconnect_it_resumes(loopback: Loopback, ann: Person) -> None:
    resumed = loopback.gateway.resumed
    await loopback.gateway.ask_to_reconnect()
    assert "Foreign Policy" in (await ann.slash("ask", question=QUESTION)).text
    assert loopback.gateway.resumed == resumed + 1


async def test_a_session_that_is_invalid_but_can_be_resumed_is_resumed(
    loopback: Loopback, ann: Person
) -> None:
    resumed = loopback.gateway.resumed
    await loopback.gateway.invalidate(resumable=True)
    assert "Foreign Policy" in (await ann.slash("ask", question=QUESTION)).text
    assert loopback.gateway.resumed == resumed + 1


async def test_a_session_that_is_gone_is_begun_anew(loopback: Loopback, bot: Service, ann: Person) -> None:
    identified = loopback.gateway.identified
    await loopback.gateway.invalidate(resumable=False)
    await bot.signs_in(loopback)
    assert loopback.gateway.identified == identified + 1
    assert "Foreign Policy" in (await ann.slash("ask", question=QUESTION)).text


async def test_a_gateway_that_falls_silent_is_left_for_another(
    loopback: Loopback, bot: Service, ann: Person
) -> None:
    resumed = loopback.gateway.resumed
    loopback.gateway.fall_silent()
    missed = await ann.slash("ask", question=QUESTION)
    assert "Foreign Policy" in missed.text
    assert loopback.gateway.resumed == resumed + 1


async def test_a_card_of_before_the_drop_can_still_be_used(loopback: Loopback, ann: Person) -> None:
    card = (await ann.slash("ask", question=QUESTION)).card
    loopback.gateway.cut()
    assert "Noted" in (await ann.presses(card, "Helpful", messages=1)).text


async def test_a_mention_made_in_an_outage_of_a_minute_is_answered_after_it(
    loopback: Loopback, ann: Person
) -> None:
    outage = loopback.api.faults.add(faults.BAD_GATEWAY, times=float("inf"))
    await ann.asks(QUESTION)
    assert not await loopback.posted(1, seconds=60 / HASTE)
    outage.times = 0
    (reply,) = await loopback.posted(1, seconds=20)
    assert "Foreign Policy" in text(reply)


async def test_a_command_in_an_outage_fails_and_the_next_is_answered(
    loopback: Loopback, bot: Service, ann: Person
) -> None:
    outage = loopback.api.faults.add(faults.BAD_GATEWAY, times=float("inf"))
    lost = await ann.slash("ask", question=QUESTION)
    assert not lost.response_type
    await bot.says(f"Interaction {lost.id} could not be answered")
    outage.times = 0
    assert "Foreign Policy" in (await ann.slash("ask", question=QUESTION)).text


async def test_no_drop_is_told_as_a_fault_of_the_bot(bot: Service) -> None:
    assert "trace=" not in bot.log
