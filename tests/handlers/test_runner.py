from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.delivery import Backoff
from handlers.runner import run
from knowledge.store import Store
from settings import NO_TOKEN, Settings
from tests.wire.faults import ERROR, Fault
from tests.wire.loopback import Loopback
from tests.wire.service import NEVER, SECONDS_TO_START, Service, started

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (DEBUG|INFO|WARNING|ERROR) [\w.]+: .+")

# The service as `bot.py` runs it, but with small delays and an idle bot.
SERVICE = """
import sys

import discord

from handlers.delivery import Backoff
from handlers.runner import run
from settings import load_settings

settings, fault = load_settings(), " ".join(sys.argv[1:])


class Bot(discord.Client):
    def __init__(self, store):
        super().__init__(intents=discord.Intents.none())
        self.store = store

    async def setup_hook(self):
        await self.store.remember("started", "yes")
        if fault:
            raise RuntimeError(f"{fault}\\n{settings.discord_token.get_secret_value()}")

    async def on_connect(self):
        print("connected", flush=True)

    async def close(self):
        await super().close()
        await self.store.remember("closed", "yes")
        print("closed", flush=True)


sys.exit(run(settings, Bot, backoff=Backoff(first=0.02, longest=0.1)))
"""


Start = Callable[..., AbstractAsyncContextManager[Service]]


@pytest.fixture
async def loopback() -> AsyncIterator[Loopback]:
    async with Loopback().serving() as served:
        yield served


@pytest.fixture
def start(tmp_path: Path) -> Start:
    def begun(base: str, *fault: str) -> AbstractAsyncContextManager[Service]:
        return started(base, tmp_path, program=("-c", SERVICE, *fault))

    return begun


def printed(service: Service) -> list[str]:
    """Return the lines that are none of the log: what the bot printed."""
    return [line for line in service.log.splitlines() if not LINE.fullmatch(line)]


def remembered(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / "data" / "bot.db")) as database:
        return {key for (key,) in database.execute("SELECT key FROM memory")}


# What must be mended first


def test_without_a_token_exactly_three_lines_say_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    def no_bot(_: Store) -> Any:
        raise AssertionError("no bot is made")

    assert run(Settings(), no_bot) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", NO_TOKEN + "\n")


# What passes


async def test_while_discord_is_away_it_tries_again_until_it_is_stopped(start: Start) -> None:
    async with start(NEVER) as service:
        await service.says("Trying again in 0.", times=8)
        assert await service.stopped() == 0
    assert service.seconds_to_stop < 3
    assert re.search(r"WARNING .*: Discord cannot be reached \(Cannot connect .*attempt=8\n", service.log)
    assert "trace=" not in service.log
    assert set(printed(service)) == {"closed"}


async def test_after_an_outage_it_signs_in(loopback: Loopback, start: Start, tmp_path: Path) -> None:
    for status in (503, 429):
        loopback.api.faults.add(Fault(status=status), "login")
    async with start(loopback.base) as service:
        await service.says("connected\n")
        assert await service.stopped() == 0
    assert service.seconds_to_stop < 3
    assert "(it answered 503). Trying again" in service.log
    assert "(it answered 429). Trying again" in service.log
    assert printed(service) == ["closed", "closed", "connected", "closed"]
    assert {"started", "closed"} <= remembered(tmp_path)


async def test_a_gateway_that_is_away_is_no_end(loopback: Loopback, start: Start) -> None:
    loopback.gateway.is_away = True
    async with start(loopback.base) as service:
        await service.says("Attempting a reconnect")
        assert await service.stopped() == 0
    assert service.seconds_to_stop < 3
    assert "trace=" not in service.log
    assert printed(service) == ["closed"]


# Stopping


async def test_it_stops_at_once_while_the_client_waits_on_its_own(loopback: Loopback, start: Start) -> None:
    # after which discord.py sleeps for a second, then three, and so on
    loopback.api.faults.add(ERROR, "login", times=math.inf)
    async with start(loopback.base) as service:
        assert await loopback.until(lambda: loopback.requests("login"), SECONDS_TO_START)
        assert await service.stopped() == 0
    assert service.seconds_to_stop < 3
    assert printed(service) == ["closed"]


# Faults


async def test_a_fault_of_the_bot_ends_it_with_a_trace_on_one_line(loopback: Loopback, start: Start) -> None:
    async with start(loopback.base, "broken") as service:
        assert await service.ended() == 1
    (line,) = [line for line in service.log.splitlines() if "ERROR" in line]
    assert 'error="RuntimeError: broken\\n[token]" trace="Traceback (most recent call last):\\n' in line
    assert printed(service) == ["closed"]


async def test_a_database_that_cannot_be_used_ends_it(
    loopback: Loopback, start: Start, tmp_path: Path
) -> None:
    (tmp_path / "data" / "bot.db").mkdir(parents=True)
    async with start(loopback.base) as service:
        assert await service.ended() == 1
    assert f"ERROR handlers.runner: The database {tmp_path}/data/bot.db cannot be written." in service.log
    assert not loopback.requests("login")
    assert printed(service) == []


# The parts


@given(st.integers(1, 10_000), st.floats(0.01, 10), st.floats(10, 1000))
def test_delays_double_up_to_a_limit_with_jitter(attempt: int, first: float, longest: float) -> None:
    step = min(longest, first * 2 ** min(attempt - 1, 100))
    assert step / 2 <= Backoff(first, longest).delay(attempt) <= step
