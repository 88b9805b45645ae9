"""Starting: what stops it says so and what to do, what passes is waited for, and no token is in any line."""

from __future__ import annotations

import asyncio
import ctypes
import os
import re
import signal
import socket
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.wire import faults
from tests.wire.faults import Fault
from tests.wire.loopback import TOKEN, Loopback
from tests.wire.service import NEVER, Service, is_closed, running, started

QUESTION = "who is Jung Pak"


def lines(service: Service) -> list[str]:
    return service.log.splitlines()


# What must be mended first


async def test_without_a_token_it_says_where_to_get_one(tmp_path: Path) -> None:
    async with started(NEVER, tmp_path, more={"DISCORD_TOKEN": ""}) as service:
        assert await service.ended() == 2
    assert len(lines(service)) == 3
    assert "https://discord.com/developers/applications" in service.log


async def test_a_refused_token_ends_it_without_a_second_try(tmp_path: Path) -> None:
    async with Loopback(token="another").serving() as loopback:
        async with started(loopback.base, tmp_path) as service:
            assert await service.ended() == 2
        assert len(loopback.requests("login")) == 1
    assert is_closed(tmp_path)
    assert "ERROR handlers.runner: Discord refused the token. Copy a new one from https://" in service.log
    assert "Trying again" not in service.log


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (4004, "Discord refused the token."),
        (4010, "Discord does not know these shards."),
        (4011, "The bot is in too many servers for so few connections."),
        (4013, "Discord does not grant the intents"),
        (4014, "Discord does not grant the intents"),
    ],
)
async def test_a_gateway_that_refuses_for_good_ends_it(tmp_path: Path, code: int, said: str) -> None:
    async with Loopback().serving() as loopback:
        loopback.gateway.refuses_with = code
        async with started(loopback.base, tmp_path) as service:
            assert await service.ended() == 2
    assert is_closed(tmp_path)
    assert f"ERROR handlers.runner: {said}" in service.log
    assert "Trying again" not in service.log


async def test_a_configuration_with_faults_names_them_all_and_shows_no_secret(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(f"log_level: loud\ntoken: {TOKEN}\ndiscord_token: Bot {TOKEN}\n")
    async with started(NEVER, tmp_path, more={"DISCORD_TOKEN": ""}) as service:
        assert await service.ended() == 2
    assert [line.split(": ")[1] for line in lines(service)] == ["token", "discord_token", "log_level"]
    assert "config.yaml:1" in service.log


@pytest.mark.parametrize("content", [b"log_level: [", None], ids=["no YAML", "a folder"])
async def test_a_configuration_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    config = tmp_path / "config.yaml"
    if content is None:
        config.mkdir()
    else:
        config.write_bytes(content)
    async with started(NEVER, tmp_path) as service:
        assert await service.ended() == 2
    assert "config.yaml" in service.log
    assert "Traceback" not in service.log


# What passes


async def test_while_discord_is_away_it_tries_again_and_says_so(tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    loopback = Loopback()
    async with started(f"http://127.0.0.1:{port}", tmp_path) as service:
        await service.says("Discord cannot be reached", times=2)
        async with loopback.serving(port):
            await service.signs_in(loopback)
            assert "Foreign Policy" in (await loopback.member().slash("ask", question=QUESTION)).text
            assert await service.stopped() == 0
    waits = [float(wait) for wait in re.findall(r"Trying again in ([\d.]+) seconds", service.log)]
    assert 0.4 <= waits[0] <= 1.0
    assert 0.9 <= waits[1] <= 2.0
    assert "trace=" not in service.log


async def test_errors_and_limits_at_start_pass(tmp_path: Path) -> None:
    async with Loopback().serving() as loopback:
        loopback.api.faults.add(faults.ERROR, "login", "application", "commands", times=4)
        loopback.api.faults.add(faults.limited(0.2, everywhere=True), "login", "commands", times=3)
        async with running(loopback, tmp_path, WIRE_HASTE="10"):
            assert len(loopback.api.commands) > 10


async def test_a_discord_that_takes_the_request_and_says_nothing_is_given_up(tmp_path: Path) -> None:
    async with Loopback().serving() as loopback:
        loopback.api.faults.add(faults.slowly(60), "login")
        async with running(loopback, tmp_path, WIRE_HASTE="30") as service:
            await service.says("Discord cannot be reached (TimeoutError). Trying again")


async def test_after_a_restart_old_cards_and_forms_can_still_be_used(tmp_path: Path) -> None:
    async with Loopback().serving() as loopback:
        ann = loopback.member()
        async with running(loopback, tmp_path):
            card = (await ann.slash("ask", question=QUESTION)).card
            form = await ann.presses((await ann.presses(card, "Not helpful", messages=1)).card, "Say why")
        async with running(loopback, tmp_path):
            assert "and why" in (await ann.submits(form, reason="It is about another.")).text
            assert "Noted: helpful" in (await ann.presses(card, "Helpful", messages=1)).text
        assert len(loopback.requests("commands")) == 1, (
            "Discord knows the commands, and need not be told again"
        )


async def test_an_answer_that_cannot_be_used_ends_it_with_one_line(tmp_path: Path) -> None:
    async with Loopback().serving() as loopback:
        loopback.api.faults.add(Fault(status=200, body={"nonsense": TOKEN}), "login")
        async with started(loopback.base, tmp_path) as service:
            assert await service.ended() == 1
    (line,) = [line for line in lines(service) if "ERROR" in line]
    assert "trace=" in line


# The database


async def refused(tmp_path: Path, *, unprivileged: bool = False) -> str:
    """Return what the bot says when it cannot start on the database that is there."""
    preparing = _drop_the_power_to_write_everywhere if unprivileged else None
    async with started(NEVER, tmp_path, preparing=preparing) as service:
        assert await service.ended() == 1
    (line,) = [line for line in lines(service) if "ERROR" in line]
    assert "trace=" not in line
    return line


def database(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "bot.db"


async def test_a_damaged_database_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    file = database(tmp_path)
    file.write_bytes(b"no database at all" * 1000)
    assert "is damaged, or is not a database. It was left as it is" in await refused(tmp_path)
    assert file.read_bytes() == b"no database at all" * 1000


async def test_a_database_that_is_locked_is_waited_for_and_named(tmp_path: Path) -> None:
    with closing(sqlite3.connect(database(tmp_path))) as other:
        other.execute("CREATE TABLE another (a)")
        other.execute("BEGIN EXCLUSIVE")
        began = time.perf_counter()
        assert "stayed locked" in await refused(tmp_path)
        assert time.perf_counter() - began < 20


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the permissions of Unix")
async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    database(tmp_path)
    (tmp_path / "data").chmod(0o500)
    assert "let the bot write" in await refused(tmp_path, unprivileged=True)


def _drop_the_power_to_write_everywhere() -> None:
    """Let a process of the administrator have no more rights on files than others (CAP_DAC_OVERRIDE)."""
    if os.geteuid() == 0:
        drop_from_the_bounding_set, dac_override, dac_read_search = 24, 1, 2
        library = ctypes.CDLL(None)
        for power in (dac_override, dac_read_search):
            library.prctl(drop_from_the_bounding_set, power, 0, 0, 0)


# Signals while it starts


@pytest.mark.parametrize("seconds", [0.02, 0.2, 0.5, 0.8, 1.2])
async def test_it_can_be_ended_at_any_moment_of_its_start(tmp_path: Path, seconds: float) -> None:
    async with Loopback().serving() as loopback:
        async with started(loopback.base, tmp_path) as service:
            await asyncio.sleep(seconds)
            assert await service.stopped() in (0, -signal.SIGTERM)
        assert service.seconds_to_stop < 5
        assert not re.search(r"Traceback|trace=", service.log)
        async with running(loopback, tmp_path):
            assert "Foreign Policy" in (await loopback.member().slash("ask", question=QUESTION)).text


def holds_back(number: signal.Signals, service: Service) -> bool:
    """Return whether a process lets a signal wait, which Linux tells."""
    about = Path(f"/proc/{service.process.pid}/status").read_text()
    found = re.search(r"^SigBlk:\s*(\w+)$", about, re.MULTILINE)
    return bool(found and int(found[1], 16) >> (number - 1) & 1)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into the process")
async def test_a_reload_that_is_asked_for_while_it_starts_is_done_once_it_can_be(tmp_path: Path) -> None:
    async with Loopback().serving() as loopback, started(loopback.base, tmp_path) as service:
        assert await loopback.until(lambda: holds_back(signal.SIGHUP, service))
        assert not (tmp_path / "data").exists(), "the database is open already"
        service.process.send_signal(signal.SIGHUP)
        await service.signs_in(loopback)
        await service.says("The content was reloaded.")
        assert not holds_back(signal.SIGHUP, service)
        service.process.send_signal(signal.SIGHUP)
        await service.says("The content was reloaded.", times=2)
        assert "Foreign Policy" in (await loopback.member().slash("ask", question=QUESTION)).text
        assert await service.stopped() == 0
