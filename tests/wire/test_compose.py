"""Several processes as deploy/compose.yaml has them, without containers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import yaml

from tests import postgresql
from tests.wire.gateway import Sharding
from tests.wire.loopback import Loopback
from tests.wire.service import ROOT, started

SERVICES = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))["services"]
BOTS = {name: one["environment"] for name, one in SERVICES.items() if name.startswith("bot-")}
SHARDS = 4


@pytest.fixture
def database(postgresql_server: str) -> Iterator[str]:
    url = postgresql.new_database(postgresql_server, empty=True)
    yield url
    postgresql.drop_database(postgresql_server, url)


async def test_the_processes_answer_in_every_server(tmp_path: Path, database: str) -> None:
    discord = Loopback(servers=SHARDS, shards=SHARDS)
    discord.gateway.sharding = Sharding(recommended=SHARDS, max_concurrency=SHARDS)
    async with discord.serving() as loopback, AsyncExitStack() as stack:
        for name, environment in BOTS.items():
            given = {key: value for key, value in environment.items() if key.startswith("AID_BOT_")}
            folder = tmp_path / name
            folder.mkdir()
            more = {**given, "AID_BOT_DATABASE_URL": database}
            await stack.enter_async_context(started(loopback.base, folder, more=more))
        assert await loopback.until(loopback.gateway.ready.is_set, 60)
        for guild in loopback.guilds:
            answer = await loopback.member(of=guild).slash("ask", question="who is Jung Pak")
            assert "Foreign Policy" in answer.text
    assert len(loopback.requests("commands")) == 1
