"""Load: 5,000 people at 200 interactions a second. `python -m benchmarks.load` does the same for longer."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.load import MOST_GROWTH, RATE, SERVERS, Crowd, Load, blocked, press_on, share
from tests.wire.interactions import SECONDS_TO_ANSWER
from tests.wire.lawful import broken
from tests.wire.loopback import Loopback
from tests.wire.service import running

SECONDS = 10.0
ATTEMPTS = 3
"""What the machine does beside may make people wait now and then, but not each time."""

MANY = 150
QUESTION = "who is Jung Pak"


@pytest.mark.alone
async def test_of_many_people_at_once_nobody_waits(tmp_path: Path, tell: Callable[[str], None]) -> None:
    lag, ours = tmp_path / "lag", await share()
    rate = RATE if ours > 0.9 else RATE * ours / 2
    async with (
        Loopback(servers=SERVERS).serving(strict=False) as loopback,
        running(loopback, tmp_path, WIRE_LAG=str(lag)) as service,
    ):
        for _ in range(ATTEMPTS):
            result = await press_on(loopback, {service: lag}, Load(rate, seconds=SECONDS))
            tell(f"Load, {rate:.0f} interactions a second for {SECONDS:g} s:\n{result}")
            assert result.asked >= rate * SECONDS
            assert (result.lost, result.late, result.held_back) == (0, 0, 0)
            assert result.grown <= MOST_GROWTH
            if not result.broken():
                break
    if rate < RATE:
        tell(f"    (not {RATE:g}: other programs left us {ours:.0%} of a processor)")
    if min(ours, await share()) > 0.9:  # else people, and the loop, wait for other programs
        assert not result.broken()
    assert not broken(loopback.api.requests)
    assert "trace=" not in service.log


@pytest.mark.alone
async def test_what_comes_while_the_process_stands_still_is_answered_one_by_one(tmp_path: Path) -> None:
    lag = tmp_path / "lag"
    async with (
        Loopback(servers=SERVERS).serving(strict=False) as loopback,
        running(loopback, tmp_path, WIRE_LAG=str(lag)) as service,
    ):
        crowd = Crowd(loopback, MANY)
        await loopback.member().slash("ask", question=QUESTION)
        before = len(blocked(lag))
        service.process.send_signal(signal.SIGSTOP)
        for _ in range(MANY):
            crowd.act()
        await asyncio.sleep(0.5)
        service.process.send_signal(signal.SIGCONT)
        await crowd.finished()
        assert all(one.acked_after for one in crowd.begun)
        assert not blocked(lag)[before:]


@pytest.mark.alone
async def test_what_comes_too_late_to_be_answered_is_shed_and_counted(tmp_path: Path) -> None:
    async with (
        Loopback().serving() as loopback,
        running(loopback, tmp_path, AID_BOT_STATUS_ADDRESS="127.0.0.1:0") as service,
    ):
        ann = loopback.member()
        card = (await ann.slash("ask", question=QUESTION)).card
        await service.says("command ask: answered")
        service.process.send_signal(signal.SIGSTOP)
        old = [ann.begin_slash("ask", question=QUESTION) for _ in range(20)]
        old += [ann.begin_press(card, "Helpful"), ann.begin_typing("timeline", "period", "20")]
        await asyncio.sleep(SECONDS_TO_ANSWER + 0.3)
        before = len(loopback.requests("callback"))
        young = ann.begin_slash("ask", question=QUESTION)
        service.process.send_signal(signal.SIGCONT)
        await young.until(messages=1)
        assert young.acked_after is not None
        assert young.acked_after < SECONDS_TO_ANSWER
        assert [one.response_type for one in old] == [0] * len(old)
        assert len(loopback.requests("callback")) == before + 1
        assert await service.metric("aid_bot_requests_total", outcome="shed") == 21
        assert await service.metric("aid_bot_suggestions_total", outcome="shed") == 1
        assert await service.metric("aid_bot_requests_total", outcome="late") == 0
    assert service.log.count("come too late to be answered") == 1
