"""`python bot.py doctor`: what it finds of token, Discord, database, content, disk and clock."""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from handlers.doctor import NEEDED
from knowledge.database_servers import Address
from knowledge.store import Store
from settings import load_settings
from tests import postgresql
from tests.serving import serving
from tests.wire.loopback import TOKEN
from tests.wire.service import NEVER, ROOT, SHIM

BOT = {"id": "1", "username": "bot", "discriminator": "0", "avatar": None}
HOSTILE = "\x1b[31mRed\u202e @everyone\x07"


@dataclass
class Servers:
    """As much of Discord as the doctor looks at, with servers in which the bot has rights."""

    guilds: dict[int, tuple[str, int]]
    status: int = 200
    flags: int = 0
    ahead: timedelta = timedelta()
    shards: int = 1
    is_reached: bool = False
    base: str = ""

    async def me(self, request: web.Request) -> web.Response:
        self.is_reached = True
        assert request.headers["Authorization"] == f"Bot {TOKEN}"
        return answer(BOT, self.status)

    async def application(self, _: web.Request) -> web.Response:
        owner = {"id": "2", "username": "owner", "discriminator": "0", "avatar": None}
        about = {"description": "", "summary": "", "verify_key": "", "icon": None, "owner": owner}
        limits = {"bot_public": True, "bot_require_code_grant": False, "flags": self.flags}
        return answer({"id": "1", "name": "bot", **about, **limits})

    async def listed(self, _: web.Request) -> web.Response:
        return answer([self._guild(id_) for id_ in self.guilds])

    async def gateway(self, _: web.Request) -> web.Response:
        starts = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 2}
        return answer({"url": "wss://gateway.invalid", "shards": self.shards, "session_start_limit": starts})

    async def guild(self, request: web.Request) -> web.Response:
        return answer(self._guild(int(request.match_info["id"])))

    async def member(self, _: web.Request) -> web.Response:
        return answer({"user": BOT, "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "flags": 0})

    def _guild(self, id_: int) -> dict[str, Any]:
        name, rights = self.guilds[id_]
        everyone = {
            "id": str(id_),
            "name": "@everyone",
            "permissions": str(rights),
            "position": 0,
            "color": 0,
        }
        role = {**everyone, "hoist": False, "managed": False, "mentionable": False, "flags": 0}
        return {"id": str(id_), "name": name, "owner_id": "9", "roles": [role], "features": [], "emojis": []}

    async def dated(self, _: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_datetime(datetime.now(UTC) + self.ahead, usegmt=True)


def answer(body: object, status: int = 200) -> web.Response:
    return web.Response(body=json.dumps(body).encode(), status=status, content_type="application/json")


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    served = Servers(guilds={11: ("Archive", NEEDED.value)})
    app = web.Application()
    app.router.add_get("/api/v10/users/@me", served.me)
    app.router.add_get("/api/v10/oauth2/applications/@me", served.application)
    app.router.add_get("/api/v10/users/@me/guilds", served.listed)
    app.router.add_get("/api/v10/guilds/{id}", served.guild)
    app.router.add_get("/api/v10/gateway/bot", served.gateway)
    app.router.add_get("/api/v10/guilds/{id}/members/{member}", served.member)
    app.on_response_prepare.append(served.dated)
    async with serving(app) as served.base:
        yield served


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor printed, and the code with which it ended."""

    code: int
    printed: str

    def of(self, about: str) -> tuple[str, str]:
        """Return the state of a thing, and what was said of it and what to do."""
        lines = self.printed.splitlines()
        place = next(n for n, line in enumerate(lines) if line[12:].startswith(f"{about}:"))
        remedy = lines[place + 1] if "→" in "".join(lines[place + 1 : place + 2]) else ""
        return lines[place][:11].strip(), lines[place][12:] + remedy


async def diagnose(
    folder: Path, base: str, token: str = TOKEN, preparing: Callable[[], None] | None = None
) -> Diagnosis:
    (folder / "config.yaml").touch()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "bot.py", "--config", str(folder / "config.yaml"), "doctor"),
        cwd=ROOT,
        env={"PYTHONPATH": str(SHIM), "WIRE_BASE": base, **({"DISCORD_TOKEN": token} if token else {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=preparing,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    printed = out.decode()
    assert err == b""
    assert not token or token not in printed
    assert process.returncode is not None
    return Diagnosis(process.returncode, printed)


async def database(folder: Path) -> Path:
    """Make the database that a bot in this folder has."""
    (folder / "config.yaml").touch()
    async with await Store.open(load_settings(folder / "config.yaml", {}).store_url):
        pass
    return folder / "data" / "bot.db"


async def test_where_all_is_well_it_says_so_of_everything(servers: Servers, tmp_path: Path) -> None:
    await database(tmp_path)
    found = await diagnose(tmp_path, servers.base)
    assert found.code == 0
    states = [line[:11].strip() for line in found.printed.splitlines()]
    assert states == ["ok"] * 8, found.printed
    for about in ("content", "database", "disk", "token", "sign-in", "intents", "server “Archive”", "clock"):
        assert found.of(about)[0] == "ok"


async def test_it_changes_nothing(servers: Servers, tmp_path: Path) -> None:
    await diagnose(tmp_path, servers.base)
    assert await asyncio.to_thread(lambda: [path.name for path in tmp_path.iterdir()]) == ["config.yaml"]


@pytest.mark.parametrize("token", ["hello", "a" * 32, TOKEN.replace("M", "-", 1), f"{TOKEN}.{TOKEN}"])
async def test_what_is_no_token_is_named_and_not_sent(servers: Servers, tmp_path: Path, token: str) -> None:
    found = await diagnose(tmp_path, servers.base, token)
    state, said = found.of("token")
    assert (found.code, state) == (1, "fault")
    assert f"the {len(token)} characters that are set do not look like a bot's token" in said
    assert "Reset Token" in said
    assert not servers.is_reached


async def test_without_a_token_the_rest_is_checked(servers: Servers, tmp_path: Path) -> None:
    found = await diagnose(tmp_path, servers.base, "")
    assert found.code == 1
    assert "To get one: https://discord.com/developers" in found.of("token")[1]
    assert [found.of(about)[0] for about in ("content", "sign-in", "servers")] == ["ok"] + ["not checked"] * 2


async def test_a_token_that_discord_refuses(servers: Servers, tmp_path: Path) -> None:
    servers.status = 401
    found = await diagnose(tmp_path, servers.base)
    assert found.code == 1
    assert "Discord refused the token" in found.of("sign-in")[1]
    assert found.of("servers")[0] == "not checked"


async def test_without_a_network_it_says_what_could_not_be_checked(tmp_path: Path) -> None:
    found = await diagnose(tmp_path, NEVER)
    assert found.code == 3
    assert "cannot be reached" in found.of("sign-in")[1]
    assert "Check the network and any proxy" in found.of("sign-in")[1]
    unchecked = ("sign-in", "intents", "servers", "clock")
    assert [found.of(about)[0] for about in unchecked] == ["not checked"] * 4
    assert found.printed.endswith("\nNot everything could be checked: sign-in, intents, servers, clock.\n")


async def test_a_fault_weighs_more_than_what_could_not_be_checked(tmp_path: Path) -> None:
    (await database(tmp_path)).write_bytes(b"no database" * 1000)
    found = await diagnose(tmp_path, NEVER)
    assert found.code == 1
    assert (found.of("database")[0], found.of("sign-in")[0]) == ("fault", "not checked")
    assert "Not everything could be checked: sign-in, intents" in found.printed


async def test_permissions_that_are_missing_are_named_by_server(servers: Servers, tmp_path: Path) -> None:
    servers.guilds = {
        11: ("Archive", NEEDED.value & ~0x8000 & ~0x400),
        12: ("Palace", 8),
        13: (HOSTILE, NEEDED.value),
    }
    found = await diagnose(tmp_path, servers.base)
    assert found.code == 1
    state, said = found.of("server “Archive”")
    assert state == "fault"
    assert "the bot lacks View Channels, Attach Files" in said
    assert "client_id=1&scope=bot+applications.commands&permissions=274878008320" in said
    assert found.of("server “Palace”")[0] == "warning"
    assert found.of("server “[31mRed @everyone”")[0] == "ok"
    assert not {"\x1b", "\u202e", "\x07"} & set(found.printed)


async def test_intents_that_nobody_needs_are_named(servers: Servers, tmp_path: Path) -> None:
    servers.flags = 1 << 18 | 1 << 15
    state, said = (await diagnose(tmp_path, servers.base)).of("intents")
    assert state == "warning"
    assert "switched on: message content, server members" in said


@pytest.mark.parametrize(("ahead", "said"), [(-90, "90 seconds ahead of"), (90, "90 seconds behind")])
async def test_a_clock_that_is_wrong(servers: Servers, tmp_path: Path, ahead: int, said: str) -> None:
    servers.ahead = timedelta(seconds=ahead)
    state, told = (await diagnose(tmp_path, servers.base)).of("clock")
    assert state == "warning"
    assert said in told or said.replace("90", "91") in told or said.replace("90", "89") in told
    assert "timedatectl set-ntp true" in told


async def test_a_database_that_is_damaged(servers: Servers, tmp_path: Path) -> None:
    (await database(tmp_path)).write_bytes(b"no database" * 1000)
    found = await diagnose(tmp_path, servers.base)
    assert found.code == 1
    assert "is damaged, or is not a database" in found.of("database")[1]
    assert "python bot.py restore" in found.of("database")[1]


async def test_a_database_on_a_server(servers: Servers, tmp_path: Path, postgresql_server: str) -> None:
    url = await asyncio.to_thread(postgresql.new_database, postgresql_server)
    (tmp_path / "config.yaml").write_text(f"database_url: {url}", "utf-8")
    found = await diagnose(tmp_path, servers.base)
    assert found.code == 0
    where = Address.of_url(url)
    assert found.of("database") == (
        "ok",
        f"database: {where}, 1 rows in 13 tables, schema 0006",
    )
    await asyncio.to_thread(postgresql.drop_database, postgresql_server, url)
    found = await diagnose(tmp_path, servers.base)
    assert found.code == 1
    state, said = found.of("database")
    assert state == "fault"
    assert "is not there" in said
    assert "restore" not in said


async def test_shards_that_are_left_to_others_want_a_server(servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("shards: 0-1/4", "utf-8")
    found = await diagnose(tmp_path, servers.base)
    assert found.code == 1
    assert "an SQLite file is for one process alone" in found.of("database")[1]


async def test_a_database_of_a_newer_version(servers: Servers, tmp_path: Path) -> None:
    with closing(sqlite3.connect(await database(tmp_path))) as opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
        opened.commit()
    assert (
        "was written by a newer version of the bot"
        in (await diagnose(tmp_path, servers.base)).of("database")[1]
    )


async def test_content_with_faults(servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "data" / "originals").mkdir(parents=True)
    (tmp_path / "data" / "originals" / "fp-2019.yaml").write_text("'666': nowhere", "utf-8")
    state, said = (await diagnose(tmp_path, servers.base)).of("content")
    assert state == "fault"
    assert "fp-2019.yaml:1: 666: no such passage" in said
    assert "python bot.py check" in said


async def test_a_folder_that_cannot_be_written(servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    state, said = (await diagnose(tmp_path, servers.base)).of("disk")
    assert state == "fault"
    assert "cannot be written" in said
    assert "data_dir" in said


async def test_a_database_elsewhere_whose_folder_cannot_be_written(servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch()
    (tmp_path / "config.yaml").write_text("database_url: sqlite:///elsewhere/bot.db\n", "utf-8")
    state, said = (await diagnose(tmp_path, servers.base)).of("disk")
    assert state == "fault"
    assert "elsewhere cannot be written" in said


@pytest.mark.skipif(sys.platform != "linux", reason="lets no file grow, as a full disk does")
async def test_a_disk_that_is_full(servers: Servers, tmp_path: Path) -> None:
    def fill() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    found = await diagnose(tmp_path, servers.base, preparing=fill)
    assert found.code == 1
    assert found.of("disk")[0] == "fault"


async def test_fewer_shards_than_discord_recommends_are_named(servers: Servers, tmp_path: Path) -> None:
    servers.shards = 4
    state, said = (await diagnose(tmp_path, servers.base)).of("shards")
    assert state == "warning"
    assert "Discord recommends 4, and there is 1" in said
    assert "python bot.py run --shards 0-3/4" in said


async def test_shards_are_held_against_discord_and_the_database(servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("shards: 0-3/4")
    servers.shards = 4
    assert (await diagnose(tmp_path, servers.base)).of("shards") == (
        "ok",
        "shards: 0-3/4; Discord recommends 4, and lets 2 identify at once",
    )
    (tmp_path / "config.yaml").write_text("shards: 0-1/4")
    found = await diagnose(tmp_path, servers.base)
    state, said = found.of("shards")
    assert (found.code, state) == (1, "fault")
    assert "Set database_url to a PostgreSQL database" in said
