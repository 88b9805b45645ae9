"""One process with several shards: each has a connection of its own, on which the others do not hang."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.wire.gateway import Sharding
from tests.wire.loopback import Loopback, Person
from tests.wire.service import NEVER, ROOT, Service, running, started
from tests.wire.things import Guild, id_of_shard

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "who is Jung Pak"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loopback() -> AsyncIterator[Loopback]:
    discord = Loopback(servers=4, shards=2)
    discord.gateway.sharding = Sharding(recommended=2, max_concurrency=2, remaining=1, seconds=5.0)
    async with discord.serving() as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(loopback: Loopback, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with running(loopback, tmp_path_factory.mktemp("bot"), AID_BOT_SHARDS="0-1/2") as service:
        yield service


def people(loopback: Loopback) -> list[Person]:
    """Return somebody in each server."""
    return [loopback.member(of=guild) for guild in loopback.guilds]


async def answers(person: Person) -> bool:
    return "Foreign Policy" in (await person.slash("ask", question=QUESTION)).text


async def test_every_server_is_served_on_a_file_too(loopback: Loopback, bot: Service) -> None:
    assert all([await answers(person) for person in people(loopback)])
    assert len(loopback.requests("commands")) == 1
    assert loopback.gateway.identified == 2


async def test_where_few_starts_are_left_it_says_so(bot: Service) -> None:
    await bot.says("Discord lets this bot identify 1 times more in the next 60 minutes, and it has 2 shards")


async def test_when_the_connection_of_one_shard_is_cut_the_others_answer_and_it_resumes(
    loopback: Loopback, bot: Service
) -> None:
    resumed = loopback.gateway.resumed
    loopback.gateway.cut(1)
    first, second, *_ = people(loopback)
    missed = second.begin_slash("ask", question=QUESTION)
    assert await answers(first)
    assert "Foreign Policy" in (await missed.until(messages=1)).text
    assert loopback.gateway.resumed == resumed + 1


async def test_when_the_session_of_one_shard_is_gone_it_begins_anew_and_no_server_is_lost(
    loopback: Loopback, bot: Service
) -> None:
    assert await bot.metric("aid_bot_servers") == 4
    await loopback.gateway.invalidate(resumable=False, shard=1)
    assert await answers(people(loopback)[0])
    await bot.signs_in(loopback)
    assert all([await answers(person) for person in people(loopback)])
    assert await bot.metric("aid_bot_servers") == 4
    assert loopback.api.posted == []


async def test_a_server_that_is_joined_or_left_is_noted_whatever_its_shard(
    loopback: Loopback, bot: Service
) -> None:
    guild = Guild("Another", id=id_of_shard(1, 2))
    await loopback.invite(guild)
    (greeting,) = await loopback.posted(1)
    assert greeting["channel_id"] == str(guild.channel.id)
    assert await answers(loopback.member(of=guild))
    await loopback.expel(guild)
    for _ in range(100):
        if (servers := await bot.metric("aid_bot_servers")) == 4:
            break
        await asyncio.sleep(0.05)
    assert servers == 4


# While not all shards are there


async def test_while_shards_wait_for_their_turn_the_others_answer_and_it_can_be_stopped(
    tmp_path: Path,
) -> None:
    discord = Loopback(servers=2, shards=2)
    discord.gateway.sharding = Sharding(recommended=2, max_concurrency=1, seconds=5.0)
    async with (
        discord.serving() as loopback,
        started(loopback.base, tmp_path, more={"AID_BOT_SHARDS": "0-1/2"}) as service,
    ):
        assert await loopback.until(lambda: loopback.gateway.has(0), 30)
        began = time.perf_counter()
        assert await answers(people(loopback)[0])
        is_ready = await service.metric("aid_bot_ready")
        if time.perf_counter() - began < 5:  # else the second shard has had its turn
            assert not is_ready
            assert not loopback.gateway.has(1)
        assert await service.stopped() == 0
        assert service.seconds_to_stop < 5


async def test_a_gateway_that_is_away_at_the_start_is_waited_for(tmp_path: Path) -> None:
    discord = Loopback(servers=2, shards=2)
    discord.gateway.sharding = Sharding(recommended=2, max_concurrency=2, seconds=5.0)
    discord.gateway.is_away = True
    async with (
        discord.serving() as loopback,
        started(loopback.base, tmp_path, more={"AID_BOT_SHARDS": "0-1/2"}) as service,
    ):
        await service.says("Failed to connect for shard_id: 0")
        loopback.gateway.is_away = False
        await service.signs_in(loopback)
        assert all([await answers(person) for person in people(loopback)])
        assert await service.stopped() == 0
        assert "trace=" not in service.log


# What is wrong is said before anything is begun


@pytest.mark.parametrize(
    ("shards", "said"),
    [
        ("3-0/4", "“3-0/4” is not accepted; the last shard comes before the first; did you mean 0-3/4?"),
        ("0-4/4", "“0-4/4” is not accepted; of 4 shards, the last is 3, since they are counted from 0."),
        ("some", "“some” is not accepted; a first and a last shard and how many there are in all"),
        ("0-1/4", "The shards 0-1/4 leave the rest to other processes, but an SQLite file is for one"),
    ],
)
async def test_shards_that_cannot_be_served_end_it(tmp_path: Path, shards: str, said: str) -> None:
    program = (str(ROOT / "bot.py"), "run", "--shards", shards)
    async with started(NEVER, tmp_path, program=program) as service:
        assert await service.ended() == 2
    assert said in " ".join(service.log.split())
    assert not (tmp_path / "data").exists()
