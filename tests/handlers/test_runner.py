from __future__ import annotations

import asyncio
import json
import re
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from hypothesis import given
from hypothesis import strategies as st

from handlers.delivery import Backoff
from handlers.runner import run
from knowledge.store import Store
from settings import NO_TOKEN, Settings

ROOT = Path(__file__).parents[2]
TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAwMA.GaBcDe.fGhIjKlMnOpQrStUvWxYz0123456789_-abcd"
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (DEBUG|INFO|WARNING|ERROR) [\w.]+: .+")

# The service as `bot.py` runs it, but with small delays, an idle bot, and Discord on this machine.
SERVICE = """
import sys
from pathlib import Path

import discord
import yarl
from pydantic import SecretStr

from handlers.delivery import Backoff
from handlers.runner import run
from settings import Settings

base, data, token, fault = sys.argv[1:]
discord.http.Route.BASE = base + "/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(base.replace("http", "ws") + "/gateway")


class Bot(discord.Client):
    def __init__(self, store):
        super().__init__(intents=discord.Intents.none())
        self.store = store

    async def setup_hook(self):
        await self.store.remember("started", "yes")
        if fault:
            raise RuntimeError(f"{fault}\\n{token}")

    async def on_connect(self):
        print("connected", flush=True)

    async def close(self):
        await super().close()
        await self.store.remember("closed", "yes")
        print("closed", flush=True)


settings = Settings(discord_token=SecretStr(token), data_dir=Path(data))
sys.exit(run(settings, Bot, backoff=Backoff(first=0.02, longest=0.1)))
"""


@dataclass
class Discord:
    """As much of Discord as a bot meets while it signs in."""

    logins: list[int] = field(default_factory=list)  # the statuses to answer with, the last one for ever
    gateway_is_up: bool = True
    close_code: int | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    base: str = ""

    async def me(self, request: web.Request) -> web.Response:
        self.reached.set()
        status = self.logins.pop(0) if len(self.logins) > 1 else (self.logins or [200])[0]
        assert request.headers["Authorization"] == f"Bot {TOKEN}"
        return answer({"id": "1", "username": "bot", "discriminator": "0", "avatar": None}, status)

    async def application(self, _: web.Request) -> web.Response:
        owner = {"id": "2", "username": "owner", "discriminator": "0", "avatar": None}
        about = {"description": "", "summary": "", "verify_key": "", "icon": None, "owner": owner, "flags": 0}
        return answer(
            {"id": "1", "name": "bot", "bot_public": True, "bot_require_code_grant": False, **about}
        )

    async def gateway(self, request: web.Request) -> web.StreamResponse:
        if not self.gateway_is_up:
            return answer({}, 503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 40_000}})
        async for message in socket:
            if message.type is WSMsgType.TEXT and message.json()["op"] == 2:
                if self.close_code:
                    await socket.close(code=self.close_code)
                else:
                    await socket.send_json({"op": 0, "s": 1, "t": "READY", "d": self.ready()})
        return socket

    def ready(self) -> dict[str, Any]:
        me = {"id": "1", "username": "bot", "discriminator": "0", "avatar": None}
        session = {"session_id": "s", "resume_gateway_url": self.base.replace("http", "ws") + "/gateway"}
        return {"v": 10, "user": me, "guilds": [], "application": {"id": "1", "flags": 0}, **session}


def answer(body: object, status: int = 200) -> web.Response:
    return web.Response(body=json.dumps(body).encode(), status=status, content_type="application/json")


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    served = Discord()
    app = web.Application()
    app.router.add_get("/api/v10/users/@me", served.me)
    app.router.add_get("/api/v10/oauth2/applications/@me", served.application)
    app.router.add_get("/gateway/", served.gateway)
    app.router.add_get("/gateway", served.gateway)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield served
    await runner.cleanup()


@dataclass
class Service:
    """The running process, and what it wrote."""

    process: asyncio.subprocess.Process
    seconds_to_stop: float = 0.0
    log: str = ""
    printed: str = ""

    async def says(self, words: str, times: int = 1) -> None:
        """Wait until the log has some words a number of times."""
        assert self.process.stderr is not None
        async with asyncio.timeout(10):
            while self.log.count(words) < times:
                line = await self.process.stderr.readline()
                assert line, self.log
                self.log += line.decode()

    async def connects(self) -> None:
        """Wait until the bot says that it is connected."""
        assert self.process.stdout is not None
        async with asyncio.timeout(10):
            while "connected" not in self.printed:
                line = await self.process.stdout.readline()
                assert line, self.printed
                self.printed += line.decode()

    async def exit_code(self, number: signal.Signals | None = None) -> int:
        """Return the exit code, after sending a signal if one is given; check all that was written."""
        started = time.monotonic()
        if number is not None:
            self.process.send_signal(number)
        printed, log = await asyncio.wait_for(self.process.communicate(), 10)
        self.seconds_to_stop = time.monotonic() - started
        self.printed += printed.decode()
        self.log += log.decode()
        assert TOKEN[:10] not in self.log + self.printed
        assert [line for line in self.log.splitlines() if not LINE.fullmatch(line)] == []
        assert self.process.returncode is not None
        return self.process.returncode


Start = Callable[..., Any]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    @asynccontextmanager
    async def started(base: str, fault: str = "") -> AsyncIterator[Service]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SERVICE, base, str(tmp_path), TOKEN, fault),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield Service(process)
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    return started


def remembered(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / "bot.db")) as database:
        return {key for (key,) in database.execute("SELECT key FROM memory")}


# What must be mended first


def test_without_a_token_exactly_three_lines_say_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    def no_bot(_: Store) -> Any:
        raise AssertionError("no bot is made")

    assert run(Settings(), no_bot) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", NO_TOKEN + "\n")


async def test_a_token_that_discord_refuses_ends_it(discord: Discord, start: Start) -> None:
    discord.logins = [401]
    async with start(discord.base) as service:
        assert await service.exit_code() == 2
    assert "ERROR handlers.runner: Discord refused the token. Copy a new one from https://" in service.log
    assert "Trying again" not in service.log
    assert service.printed == "closed\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (4004, "Discord refused the token."),
        (4013, "Discord does not grant the intents"),
        (4014, "Discord does not grant the intents"),
    ],
)
async def test_a_gateway_that_refuses_for_good_ends_it(
    discord: Discord, start: Start, code: int, said: str
) -> None:
    discord.close_code = code
    async with start(discord.base) as service:
        assert await service.exit_code() == 2
    assert f"ERROR handlers.runner: {said}" in service.log
    assert "Trying again" not in service.log


# What passes


async def test_while_discord_is_away_it_tries_again_until_it_is_stopped(start: Start) -> None:
    async with start("http://127.0.0.1:9") as service:
        await service.says("Trying again in 0.", times=8)
        assert await service.exit_code(signal.SIGTERM) == 0
    assert service.seconds_to_stop < 3
    assert re.search(r"WARNING .*: Discord cannot be reached \(Cannot connect .*attempt=8\n", service.log)
    assert "trace=" not in service.log


async def test_after_an_outage_it_signs_in(discord: Discord, start: Start, tmp_path: Path) -> None:
    discord.logins = [503, 429, 200]
    async with start(discord.base) as service:
        await service.connects()
        assert await service.exit_code(signal.SIGTERM) == 0
    assert service.seconds_to_stop < 3
    assert "(it answered 503). Trying again" in service.log
    assert "(it answered 429). Trying again" in service.log
    assert service.printed == "closed\nclosed\nconnected\nclosed\n"
    assert {"started", "closed"} <= remembered(tmp_path)


async def test_a_gateway_that_is_away_is_no_end(discord: Discord, start: Start) -> None:
    discord.gateway_is_up = False
    async with start(discord.base) as service:
        await service.says("Attempting a reconnect")
        assert await service.exit_code(signal.SIGTERM) == 0
    assert service.seconds_to_stop < 3
    assert "trace=" not in service.log


# Stopping


async def test_ctrl_c_stops_it(discord: Discord, start: Start) -> None:
    async with start(discord.base) as service:
        await service.connects()
        assert await service.exit_code(signal.SIGINT) == 0
    assert service.seconds_to_stop < 3
    assert service.log.endswith("INFO handlers.runner: The bot has stopped.\n")


async def test_it_stops_at_once_while_the_client_waits_on_its_own(discord: Discord, start: Start) -> None:
    discord.logins = [500]  # after which discord.py sleeps for a second, then three, and so on
    async with start(discord.base) as service:
        await discord.reached.wait()
        assert await service.exit_code(signal.SIGTERM) == 0
    assert service.seconds_to_stop < 3


# Faults


async def test_a_fault_of_the_bot_ends_it_with_a_trace_on_one_line(discord: Discord, start: Start) -> None:
    async with start(discord.base, fault="broken") as service:
        assert await service.exit_code() == 1
    (line,) = [line for line in service.log.splitlines() if "ERROR" in line]
    assert 'error="RuntimeError: broken\\n[token]" trace="Traceback (most recent call last):\\n' in line


async def test_a_database_that_cannot_be_used_ends_it(discord: Discord, start: Start, tmp_path: Path) -> None:
    (tmp_path / "bot.db").mkdir()
    async with start(discord.base) as service:
        assert await service.exit_code() == 1
    assert f"ERROR handlers.runner: The database {tmp_path}/bot.db cannot be written." in service.log
    assert not discord.reached.is_set()


# The parts


@given(st.integers(1, 10_000), st.floats(0.01, 10), st.floats(10, 1000))
def test_delays_double_up_to_a_limit_with_jitter(attempt: int, first: float, longest: float) -> None:
    step = min(longest, first * 2 ** min(attempt - 1, 100))
    assert step / 2 <= Backoff(first, longest).delay(attempt) <= step
