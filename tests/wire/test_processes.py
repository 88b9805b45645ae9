"""Many processes: each serves its shards, hears of the others, and does once what is to be done once.

They run on one PostgreSQL database; without PostgreSQL these tests are not run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress

import pytest
import pytest_asyncio

from tests import postgresql
from tests.wire.fleet import OF_THE_BOT, QUESTION, SHARDS, Fleet, publishes, sailing
from tests.wire.gateway import Sharding
from tests.wire.loopback import Loopback

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALL = range(SHARDS)
LOST, BACK = "on which other processes are heard is lost", "on which other processes are heard is back"
OLD_VOTE = "INSERT INTO votes (card, user_id, helpful, at) VALUES ('card', 1, true, '2020-01-01')"


@pytest.fixture(scope="module")
def database(postgresql_server: str) -> Iterator[str]:
    """The URL of a database in which only a vote is, for which it is time to go."""
    url = postgresql.new_database(postgresql_server)
    postgresql.execute(url.replace("+asyncpg", ""), OLD_VOTE)
    yield url
    postgresql.drop_database(postgresql_server, url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loopback() -> AsyncIterator[Loopback]:
    discord = Loopback(servers=2 * SHARDS, shards=SHARDS)
    discord.gateway.sharding = Sharding(recommended=SHARDS, max_concurrency=SHARDS, seconds=5.0)
    async with discord.serving() as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fleet(
    loopback: Loopback, tmp_path_factory: pytest.TempPathFactory, database: str
) -> AsyncIterator[Fleet]:
    """Three processes, started at the same time."""
    async with sailing(loopback, tmp_path_factory.mktemp("fleet"), database) as processes:
        await processes.begin_all()
        await processes.are_there()
        yield processes


async def finds(fleet: Fleet, through: int, server: int, question: str, answer: str) -> float:
    """Ask a process until it finds an answer in a server; return how many seconds that took."""
    began = time.perf_counter()
    ann = fleet.member(server, through)
    while answer not in (await ann.slash("ask", question=question)).text:
        assert time.perf_counter() - began < 10
        await asyncio.sleep(0.02)
    return time.perf_counter() - began


# Who does what


async def test_each_process_answers_in_its_own_servers(fleet: Fleet) -> None:
    for number in range(2 * SHARDS):
        service = fleet.services[number % SHARDS]
        before = await service.metric("aid_bot_requests_total", kind="command")
        assert await fleet.answers(number)
        assert await service.metric("aid_bot_requests_total", kind="command") == before + 1
    assert [await one.metric("aid_bot_servers") for one in fleet.services.values()] == [2] * SHARDS


async def test_a_mention_and_a_direct_message_are_answered_once(fleet: Fleet, loopback: Loopback) -> None:
    await loopback.correspondent().says(QUESTION)
    await fleet.member(1).asks(QUESTION)
    await loopback.posted(2)
    await asyncio.sleep(0.3)
    assert len(loopback.api.posted) == 2


async def test_what_is_done_once_for_all_is_done_once(fleet: Fleet, loopback: Loopback) -> None:
    assert len(loopback.requests("commands")) == 1
    assert len(await fleet.on_duty()) == 1
    logs = [service.log for service in fleet.services.values()]
    assert sum(log.count("Older than 365 days, so deleted: 1 votes") for log in logs) == 1
    assert sum(log.count("Discord was told") for log in logs) == 1


async def test_no_server_is_taken_for_one_that_was_left_or_joined(fleet: Fleet, loopback: Loopback) -> None:
    rows = await fleet.in_database("SELECT guild_id, met, left_at FROM guilds")
    there = {(guild.id, True, None) for guild in loopback.guilds}
    assert {(row["guild_id"], row["met"], row["left_at"]) for row in rows} == there
    assert loopback.api.posted == []


# What one process changes, the others know


async def test_an_entry_written_in_one_process_is_found_in_every_other(
    fleet: Fleet, tell: Callable[[str], None]
) -> None:
    await publishes(fleet.moderator(0), "When does the reading group meet?", "On Mondays.")
    took = [await finds(fleet, one, 0, "when does the reading group meet", "On Mondays.") for one in ALL]
    tell(f"An entry was found in the processes after {', '.join(f'{1000 * one:.0f}' for one in took)} ms")


async def test_an_entry_edited_and_retired_elsewhere_is_found_as_it_is_now(fleet: Fleet) -> None:
    mod, question = fleet.moderator(0), "where does the group meet"
    await publishes(mod, "Where does the group meet?", "In the hall.")
    form = await mod.slash("faq-desk edit", id="where-does-the-group-meet")
    preview = await mod.submits(form, answer="In the library.")
    await mod.presses(preview.card, "Publish", messages=1)
    for number in ALL:
        await finds(fleet, number, 0, question, "In the library.")


async def test_a_reload_reaches_every_process(fleet: Fleet, loopback: Loopback) -> None:
    before = [service.log.count("The content was reloaded.") for service in fleet.services.values()]
    assert "in service" in (await loopback.operator().slash("reload")).text
    for service, count in zip(fleet.services.values(), before, strict=True):
        await service.says("The content was reloaded.", count + 1)


# What happens to one process is nothing to the others


async def test_when_one_is_killed_the_others_answer_on_and_it_comes_back_with_all(
    fleet: Fleet, loopback: Loopback
) -> None:
    holder = await fleet.duty_of()
    others = [number for number in ALL if number != holder]
    await publishes(fleet.moderator(holder), "Who keeps the key?", "The clerk.")
    await fleet.kill(holder)
    assert all([await fleet.answers(number) for number in others])
    assert await fleet.duty_of(holder) in others
    await publishes(fleet.moderator(others[0]), "Who has the other key?", "The warden.")
    await fleet.restart(holder)
    await finds(fleet, holder, holder, "Who keeps the key?", "The clerk.")
    await finds(fleet, holder, others[0], "Who has the other key?", "The warden.")
    assert len(loopback.requests("commands")) == 1
    assert len(await fleet.on_duty()) == 1


async def test_one_that_loses_the_database_says_so_answers_on_and_catches_up(fleet: Fleet) -> None:
    holder = await fleet.duty_of()
    others = [number for number in ALL if number != holder]
    service, line = fleet.services[holder], fleet.lines[holder]
    line.cut()
    await service.says(LOST)
    assert all([await fleet.answers(number) for number in ALL])
    assert await fleet.duty_of(holder) in others
    await publishes(fleet.moderator(others[0]), "When is the hall open?", "At noon.")
    await finds(fleet, others[1], others[0], "when is the hall open", "At noon.")
    card = (await fleet.member(holder).slash("ask", question=QUESTION)).card
    vote = fleet.member(holder).begin_press(card, "Helpful")
    assert "Nothing was changed; please try again later." in (await vote.until(messages=1, seconds=15)).text
    line.mend()
    await service.says(BACK)
    await finds(fleet, holder, others[0], "when is the hall open", "At noon.")
    await publishes(fleet.moderator(holder), "Who pays?", "The city.")
    await finds(fleet, others[0], holder, "who pays", "The city.")


async def test_one_whose_database_says_nothing_more_does_not_wait_for_it_for_ever(fleet: Fleet) -> None:
    service, line = fleet.services[1], fleet.lines[1]
    lost = service.log.count(LOST)
    line.is_silent = True
    await service.says(LOST, lost + 1)
    assert await fleet.answers(1)
    line.mend()
    await service.says(BACK, lost + 1)
    await publishes(fleet.moderator(0), "Who sings?", "The choir.")
    await finds(fleet, 1, 0, "who sings", "The choir.")


async def test_when_all_are_cut_off_at_once_all_come_back(fleet: Fleet) -> None:
    lost = {number: service.log.count(BACK) for number, service in fleet.services.items()}
    every = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OF_THE_BOT}"
    assert len(await fleet.in_database(every)) >= SHARDS
    for number, service in fleet.services.items():
        assert await fleet.answers(number)
        await service.says(BACK, lost[number] + 1)
    await publishes(fleet.moderator(1), "When is the hall shut?", "At dusk.")
    for number in ALL:
        await finds(fleet, number, 1, "when is the hall shut", "At dusk.")
    assert await fleet.duty_of() in ALL


async def test_nothing_of_this_is_told_as_a_fault_of_the_bot(fleet: Fleet) -> None:
    lines = [line for service in fleet.services.values() for line in service.log.splitlines()]
    told = [line for line in lines if "ERROR" in line or "trace=" in line]
    assert [line for line in told if "ERROR handlers.errors: Reference " not in line] == []


# Turns to identify


async def test_processes_identify_in_turn_even_if_one_is_killed_and_started_anew(
    postgresql_server: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = await asyncio.to_thread(postgresql.new_database, postgresql_server, empty=True)
    discord = Loopback(servers=SHARDS, shards=SHARDS)
    discord.gateway.sharding = Sharding(recommended=SHARDS, max_concurrency=1, seconds=5.0)
    async with (
        discord.serving() as loopback,
        sailing(loopback, tmp_path_factory.mktemp("in turn"), url) as fleet,
    ):
        await fleet.begin_all()
        assert await loopback.until(lambda: loopback.gateway.identified == 1, 30)
        first = next(number for number in ALL if loopback.gateway.has(number))
        await fleet.kill(first)
        await fleet.begin(first)
        await fleet.are_there()
        assert loopback.gateway.identified == SHARDS + 1
        assert len(loopback.requests("commands")) == 1
    with suppress(Exception):
        await asyncio.to_thread(postgresql.drop_database, postgresql_server, url)
