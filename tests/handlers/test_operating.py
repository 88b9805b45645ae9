"""An operator's night: the real bot in a process of its own, asked how it is, and given new content."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import simcord
import yaml
from aiohttp import WSMsgType, web
from prometheus_client.parser import text_string_to_metric_families
from simcord.backend.errors import SetupError

from tests.handlers.conftest import World
from tests.handlers.moderating import WRITTEN, published
from tests.handlers.reading import text
from tests.handlers.test_runner import ROOT, TOKEN, Discord, answer

# `bot.py` as it is, but with Discord on this machine.
BOT = """
import sys

import discord
import yarl

base = sys.argv.pop(1)
discord.http.Route.BASE = base + "/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(base.replace("http", "ws") + "/gateway")

from bot import cli

cli()
"""
ANN = {"id": "5", "username": "ann", "discriminator": "0", "avatar": None, "global_name": "Ann"}
VERBATIM = "Quick brown verbatim foxes were granted licenses."


@dataclass
class Town(Discord):
    """Discord with somebody in it who asks the bot."""

    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    replies: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def gateway(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 40_000}})
        self.sockets.append(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT and message.json()["op"] == 2:
                await socket.send_json({"op": 0, "s": 1, "t": "READY", "d": self.ready()})
        return socket

    async def replied(self, request: web.Request) -> web.Response:
        self.replies.put_nowait(await request.json())
        return answer({"interaction": {"id": "10", "type": 2}, "resource": {"type": 4}})

    async def asks(self, command: str, **options: str) -> str:
        """Have somebody use a command in a direct message; return what is replied, as JSON."""
        given = [{"name": name, "type": 3, "value": value} for name, value in options.items()]
        data = {"id": "3", "name": command, "type": 1, "options": given}
        channel = {"id": "7", "type": 1, "recipients": [ANN]}
        about = {"application_id": "1", "token": "reply-key", "version": 1, "locale": "en-US", "context": 1}
        where = {
            "channel_id": "7",
            "channel": channel,
            "user": ANN,
            "entitlements": [],
            "app_permissions": "0",
        }
        owners: dict[str, Any] = {"authorizing_integration_owners": {}, "attachment_size_limit": 0}
        interaction = {"id": "10", "type": 2, "data": data, **about, **where, **owners}
        await self.sockets[-1].send_json({"op": 0, "s": 2, "t": "INTERACTION_CREATE", "d": interaction})
        return json.dumps(await asyncio.wait_for(self.replies.get(), 10), ensure_ascii=False)


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    served = Town()
    app = web.Application()
    app.router.add_get("/api/v10/users/@me", served.me)
    app.router.add_get("/api/v10/oauth2/applications/@me", served.application)
    app.router.add_post("/api/v10/interactions/{id}/{token}/callback", served.replied)
    app.router.add_get("/gateway/", served.gateway)
    app.router.add_get("/gateway", served.gateway)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield served
    await runner.cleanup()


@dataclass
class Running:
    """A bot that runs, its log, and what it serves."""

    process: asyncio.subprocess.Process
    log: str = ""

    async def says(self, words: str) -> str:
        """Wait until the log has some words; return it."""
        assert self.process.stderr is not None
        async with asyncio.timeout(20):
            while words not in self.log:
                line = await self.process.stderr.readline()
                assert line, self.log
                self.log += line.decode()
        return self.log

    async def get(self, path: str) -> tuple[int, str]:
        """Return the status and the text of what is served at a path."""
        log = await self.says("Serving /healthz")
        found = re.search(r"at port (\d+) of 127\.0\.0\.1", log)
        assert found
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{found[1]}{path}") as response,
        ):
            return response.status, await response.text()

    async def metric(self, name: str, **labels: str) -> float:
        """Return the value of a metric."""
        _, served = await self.get("/metrics")
        assert TOKEN not in served
        samples = [s for family in text_string_to_metric_families(served) for s in family.samples]
        return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())

    async def is_ready(self, status: int = 200) -> None:
        """Wait until the bot is ready, or, with status 503, until it is not."""
        async with asyncio.timeout(20):
            while True:
                found, _ = await self.get("/readyz")
                if found == status:
                    return
                await asyncio.sleep(0.01)

    async def stops(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        printed, log = await asyncio.wait_for(self.process.communicate(), 30)
        self.log += log.decode()
        assert TOKEN not in self.log + printed.decode()
        assert TOKEN[:10] not in self.log
        assert self.process.returncode is not None
        return self.process.returncode


Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    @asynccontextmanager
    async def started(base: str, **settings: Any) -> AsyncIterator[Running]:
        chosen = {"data_dir": "data", "sync_commands": "never", "status_address": "127.0.0.1:0", **settings}
        (tmp_path / "config.yaml").write_text(yaml.safe_dump(chosen), "utf-8")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", BOT, base, "--config", str(tmp_path / "config.yaml"), "run"),
            cwd=ROOT,
            env={"DISCORD_TOKEN": TOKEN},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield Running(process)
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    return started


def take_in(folder: Path, ref: str, original: str) -> None:
    """Write the original of a paragraph, as the operator's own copy."""
    (folder / "data" / "originals").mkdir(parents=True, exist_ok=True)
    (folder / "data" / "originals" / "fp-2019.yaml").write_text(yaml.safe_dump({ref: original}), "utf-8")


async def test_it_says_how_it_is_before_and_after_discord_is_reached(town: Town, run: Run) -> None:
    town.logins = [503, 503, 200]
    async with run(town.base) as bot:
        assert await bot.get("/healthz") == (200, "ok\n")
        assert await bot.get("/readyz") == (503, "not ready: not connected to Discord\n")
        await bot.is_ready()
        await town.sockets[-1].close(code=4000)
        await bot.is_ready(503)
        await bot.is_ready()
        assert await bot.stops() == 0


async def test_the_metrics_tell_what_came_of_requests_and_how_fast(town: Town, run: Run) -> None:
    async with run(town.base, log_format="json") as bot:
        await bot.is_ready()
        assert await bot.metric("aid_bot_requests_total") == 0
        assert "Biegun" in await town.asks("ask", question="who is Stephen Biegun?")
        assert "bread" in await town.asks("ask", question="how do I bake sourdough bread?")
        await town.asks("cite", reference="nowhere 6")
        assert await bot.metric("aid_bot_requests_total", outcome="answered") == 1
        assert await bot.metric("aid_bot_requests_total", outcome="refused") == 1
        assert await bot.metric("aid_bot_requests_total", outcome="error") == 1
        assert await bot.metric("aid_bot_ack_seconds_count") == 3
        assert 0 < await bot.metric("aid_bot_ack_seconds_sum") < 9
        assert await bot.metric("aid_bot_index_passages") > 40
        assert await bot.metric("aid_bot_queue_length") == 0
        assert await bot.metric("aid_bot_ready") == 1
        assert await bot.stops() == 0
    lines = [json.loads(line) for line in bot.log.splitlines()]
    assert [line["message"] for line in lines if "request" in line] == [
        "command ask: answered",
        "command ask: refused",
        "command cite: error",
    ]
    assert "sourdough" not in bot.log


async def test_new_content_is_taken_into_service_at_a_signal_and_broken_content_is_not(
    town: Town, run: Run, tmp_path: Path
) -> None:
    async with run(town.base) as bot:
        await bot.is_ready()
        assert VERBATIM not in await town.asks("cite", reference="fp-2019 6")
        take_in(tmp_path, "6", VERBATIM)
        bot.process.send_signal(signal.SIGHUP)
        await bot.says("The content was reloaded. Version")
        assert VERBATIM in await town.asks("cite", reference="fp-2019 6")

        take_in(tmp_path, "666", "There is no such paragraph.")
        bot.process.send_signal(signal.SIGHUP)
        await bot.says("stays in service.")
        assert re.search(
            r"ERROR .*not reloaded; version \w+ stays.*fp-2019\.yaml:1: 666: no such passage", bot.log
        )
        assert VERBATIM in await town.asks("cite", reference="fp-2019 6")
        assert await bot.metric("aid_bot_reloads_total", outcome="done") == 1
        assert await bot.metric("aid_bot_reloads_total", outcome="failed") == 1
        assert await bot.stops() == 0


async def test_a_signal_before_discord_is_reached_ends_nothing(town: Town, run: Run) -> None:
    town.logins = [503, 503, 503, 200]
    async with run(town.base) as bot:
        await bot.says("Trying again")
        bot.process.send_signal(signal.SIGHUP)
        await bot.says("The content was reloaded.")
        await bot.is_ready()
        assert await bot.stops() == 0


async def test_where_nothing_can_be_served_the_bot_runs_and_says_so(town: Town, run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        async with run(town.base, status_address=address) as bot:
            log = await bot.says(f"Nothing is served at {address} (")
            assert "Set status_address to a free one, or to off." in log
            assert await bot.stops() == 0


async def test_it_serves_on_this_machine_alone_unless_told_otherwise(town: Town, run: Run) -> None:
    async with run(town.base, status_address="off") as bot:
        await asyncio.wait_for(town.reached.wait(), 20)
        assert await bot.stops() == 0
    assert "Serving" not in bot.log
    from settings import Settings

    assert Settings().status_address.startswith("127.0.0.1:")


# Reloading by command


@dataclass
class House:
    """A server with two administrators, one of whom runs the bot."""

    world: World
    operator: simcord.MemberActor
    administrator: simcord.MemberActor


@pytest.fixture
async def house(world: World, tmp_path: Path) -> House:
    await world.restart(data_dir=tmp_path / "data")
    role = world.guild.create_role("Administrators", permissions=discord.Permissions(administrator=True))
    names = ("olga", "adam")
    olga, adam = (world.guild.add_member(world.env.create_user(name), roles=[role]) for name in names)
    world.bot.owner_ids = {olga.id}
    return House(world, olga, adam)


async def test_whoever_runs_the_bot_reloads_it_by_command(house: House, tmp_path: Path) -> None:
    world = house.world
    before = world.bot.engine.library.version
    take_in(tmp_path, "6", VERBATIM)
    done = await house.operator.slash(world.channel, "reload")
    assert done.ephemeral
    said = text(done.response)
    assert said == f"Version {world.bot.engine.library.version} is in service, after {before}."
    assert VERBATIM in text((await world.other.slash(world.channel, "cite", reference="fp-2019 6")).response)


async def test_content_with_faults_is_refused_with_their_lines_and_the_old_one_stays(
    house: House, tmp_path: Path
) -> None:
    world, before = house.world, house.world.bot.engine
    take_in(tmp_path, "666", "There is no such paragraph.")
    told = text((await house.operator.slash(world.channel, "reload")).response)
    assert world.env.errors
    assert f"The content has faults, so version {before.library.version} stays in service." in told
    assert "fp-2019.yaml:1" in told
    assert "python bot.py check" in told
    assert world.bot.engine is before


async def test_nobody_else_reloads_it_not_even_an_administrator(house: House) -> None:
    world, before = house.world, house.world.bot.engine
    told = await house.administrator.slash(world.channel, "reload")
    assert told.ephemeral
    assert "Only whoever runs this bot can do that" in text(told.response)
    assert world.env.errors
    for hidden_from in (world.other, world.moderator):
        with pytest.raises(SetupError, match="not visible"):
            await hidden_from.slash(world.channel, "reload")
    assert world.bot.engine is before


async def test_what_a_server_wrote_is_found_before_and_after_a_reload(house: House, tmp_path: Path) -> None:
    world = house.world
    await published(world)
    take_in(tmp_path, "6", VERBATIM)
    asked = {"question": WRITTEN["question"]}
    before = text((await world.asker.slash(world.channel, "ask", **asked)).response)
    await house.operator.slash(world.channel, "reload")
    after = text((await world.asker.slash(world.channel, "ask", **asked)).response)
    assert WRITTEN["answer"] in before
    assert WRITTEN["answer"] in after
    assert world.bot.desk.published == 1


async def test_while_it_is_reloaded_the_bot_answers_and_what_is_written_meanwhile_is_found(
    house: House, tmp_path: Path
) -> None:
    world = house.world
    await published(world, question="How long does a ferry take?", alternatives="")
    take_in(tmp_path, "6", VERBATIM)
    reload = asyncio.create_task(world.bot.reload())
    await published(world, question="How long does a ferry permit take?", alternatives="")
    assert "Biegun" in text((await world.asker.slash(world.channel, "ask", question="Biegun?")).response)
    await reload
    found = await world.asker.slash(world.channel, "ask", question="How long does a ferry permit take?")
    assert WRITTEN["answer"] in text(found.response)
    assert world.bot.desk.published == 2
    assert VERBATIM in text((await world.asker.slash(world.channel, "cite", reference="fp-2019 6")).response)
