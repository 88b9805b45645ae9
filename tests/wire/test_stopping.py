"""Stopping in the middle of something: it is finished or refused, and the store closed, in five seconds."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.wire import faults
from tests.wire.loopback import Loopback
from tests.wire.service import is_closed, running, started
from tests.wire.things import text

QUESTION = "who is Jung Pak"
SECONDS_TO_STOP = 5.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_an_answer_under_way_is_finished(tmp_path: Path, number: signal.Signals) -> None:
    async with Loopback().serving() as loopback, running(loopback, tmp_path) as service:
        ann = loopback.member()
        card = (await ann.slash("ask", question=QUESTION)).card
        loopback.api.faults.add(faults.slowly(0.5), "callback")
        loopback.api.faults.add(faults.limited(0.5), "post")
        voting = ann.begin_press(card, "Helpful")
        await ann.asks(QUESTION)
        assert await loopback.until(lambda: voting.response_type and loopback.requests("post"))
        assert await service.stopped(number) == 0
        assert "Noted" in voting.text
        assert "Foreign Policy" in text(loopback.api.posted[0])
    assert service.log.endswith("INFO handlers.runner: The bot has stopped.\n")
    assert service.seconds_to_stop < SECONDS_TO_STOP
    assert "trace=" not in service.log
    assert is_closed(tmp_path)


async def test_an_answer_that_hangs_is_dropped(tmp_path: Path) -> None:
    async with Loopback().serving() as loopback, running(loopback, tmp_path) as service:
        loopback.api.faults.add(faults.slowly(60), "callback", "followup", times=9)
        loopback.member().begin_slash("ask", question=QUESTION)
        assert await loopback.until(lambda: loopback.requests("callback"))
        assert await service.stopped() == 0
    assert service.seconds_to_stop < SECONDS_TO_STOP
    assert is_closed(tmp_path)


async def test_what_comes_once_it_stops_is_not_begun(tmp_path: Path) -> None:
    async with Loopback().serving() as loopback, running(loopback, tmp_path) as service:
        ann = loopback.member()
        loopback.api.faults.add(faults.slowly(1.0), "callback")
        ann.begin_slash("exports", period="2023-11", csv=True)
        assert await loopback.until(lambda: loopback.requests("callback"))
        service.stop()
        await service.says("Stopping.")
        late = ann.begin_slash("ask", question=QUESTION)
        assert await service.ended() == 0
        assert not late.response_type
        assert len(loopback.requests("followup")) == 1
    assert service.seconds_to_stop < SECONDS_TO_STOP


async def test_a_write_that_waits_for_a_lock_does_not_keep_it(tmp_path: Path) -> None:
    async with Loopback().serving() as loopback, running(loopback, tmp_path) as service:
        ann = loopback.member()
        card = (await ann.slash("ask", question=QUESTION)).card
        with closing(sqlite3.connect(tmp_path / "data" / "bot.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            voting = ann.begin_press(card, "Helpful")
            assert await loopback.until(lambda: voting.response_type)
            assert await service.stopped() == 0
    assert service.seconds_to_stop < SECONDS_TO_STOP


async def test_it_can_be_stopped_while_the_gateway_is_away(tmp_path: Path) -> None:
    async with Loopback().serving() as loopback, running(loopback, tmp_path) as service:
        loopback.gateway.is_away = True
        loopback.gateway.cut()
        await service.says("Attempting a reconnect")
        assert await service.stopped() == 0
    assert service.seconds_to_stop < SECONDS_TO_STOP
    assert "trace=" not in service.log


async def test_it_can_be_stopped_while_it_starts(tmp_path: Path) -> None:
    async with Loopback().serving() as loopback, started(loopback.base, tmp_path) as service:
        await service.says("logging in")
        assert await service.stopped() == 0
    assert service.seconds_to_stop < SECONDS_TO_STOP
    assert is_closed(tmp_path)
