"""What processes hear of each other: changes by number, turns, news, and who has the duty."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import asyncpg
import pytest

from knowledge.errors import StoreError
from knowledge.guild_settings import GuildSettings
from knowledge.store import Change, Kind, Store, Watch
from tests import postgresql
from tests.knowledge.store_samples import ELSEWHERE, GUILD, MODERATOR, NOW, draft, revision

PATIENCE = 10.0
"""Seconds, far more than anything here takes."""


# Changes


async def test_what_was_changed_since_a_number_is_named_once_by_its_last_change(store: Store) -> None:
    assert await store.changes(since=0) == ()
    entry = await store.add_entry(GUILD, "permits", revision())
    before = await store.last_change()
    assert before == entry.change
    await store.save_guild_settings(ELSEWHERE, GuildSettings(language="ko"))
    changed = await store.change_entry(GUILD, "permits", 1, revision("Three weeks."))
    pointer = await store.point(GUILD, "how long?", "fp-2019¶6", MODERATOR, NOW)
    found = await store.changes(before)
    assert [(one.guild_id, one.kind) for one in found] == [
        (ELSEWHERE, Kind.SETTINGS),
        (GUILD, Kind.ENTRIES),
        (GUILD, Kind.POINTERS),
    ]
    assert found[1:] == (
        Change(changed.change, GUILD, Kind.ENTRIES),
        Change(pointer.change, GUILD, Kind.POINTERS),
    )
    assert await store.changes(await store.last_change()) == ()


async def test_what_is_taken_back_is_a_change_and_what_nobody_keeps_in_memory_is_none(store: Store) -> None:
    pointer = await store.point(GUILD, "how long?", "fp-2019¶6", MODERATOR, NOW)
    before = await store.last_change()
    assert await store.unpoint(GUILD, pointer.change)
    assert [one.kind for one in await store.changes(before)] == [Kind.POINTERS]
    before = await store.last_change()
    assert not await store.unpoint(GUILD, pointer.change)
    await store.keep_draft(draft(), NOW)
    await store.vote("card", 1, helpful=True, guild_id=GUILD, at=NOW)
    await store.remember("key", "value")
    assert await store.changes(before) == ()


async def test_entries_changed_since_a_number_are_read_alone(store: Store) -> None:
    first = await store.add_entry(GUILD, "one", revision())
    second = await store.add_entry(GUILD, "two", revision())
    assert await store.entries(GUILD, since=first.change) == (second,)
    again = await store.change_entry(GUILD, "one", 1, revision("Three weeks."))
    assert await store.entries(GUILD, since=second.change) == (again,)
    assert await store.entries(GUILD) == (second, again)


async def test_only_servers_of_ones_own_are_forgotten(store: Store) -> None:
    for guild_id in (GUILD, ELSEWHERE):
        await store.add_entry(guild_id, "permits", revision())
        await store.left(guild_id, NOW)
    later = NOW + timedelta(days=1)
    assert await store.forget_servers(later, lambda guild_id: guild_id == ELSEWHERE) == (ELSEWHERE,)
    assert await store.servers_known() == {GUILD}
    assert [one.guild_id for one in await store.changes(0)] == [GUILD]


# Turns


async def test_turns_come_one_after_the_other_however_many_want_them(store: Store) -> None:
    waits = await asyncio.gather(*(store.take_turn("identify 0", 10.0) for _ in range(5)))
    assert sorted(round((wait or 0.0) / 10.0) for wait in waits) == [0, 1, 2, 3, 4]
    assert await store.take_turn("identify 1", 10.0) == 0.0


async def test_a_turn_that_is_too_far_off_is_not_taken(store: Store) -> None:
    assert await store.take_turn("identify", 10.0) == 0.0
    assert await store.take_turn("identify", 10.0, within=5.0) is None
    wait = await store.take_turn("identify", 10.0, within=15.0)
    assert wait is not None
    assert 5.0 < wait <= 10.0


# News and duty


@dataclass(eq=False)
class Process:
    """A process that watches, and what it was told."""

    store: Store
    looks: int = 0
    duties: list[str] = field(default_factory=list)
    fails: Exception | None = None

    async def look(self) -> None:
        self.looks += 1
        if self.fails:
            raise self.fails

    async def take_over(self) -> None:
        self.duties.append("taken over")

    async def stand_down(self) -> None:
        self.duties.append("stood down")

    @property
    def is_on_duty(self) -> bool:
        return self.duties[-1:] == ["taken over"]


@pytest.fixture
def database(postgresql_server: str) -> Iterator[str]:
    url = postgresql.new_database(postgresql_server)
    yield url
    postgresql.drop_database(postgresql_server, url)


@asynccontextmanager
async def watching(url: str) -> AsyncIterator[tuple[Process, Watch]]:
    async with await Store.open(url) as store:
        process = Process(store)
        watch = await store.watch(process)
        try:
            yield process, watch
        finally:
            await watch.close()


async def until(happened: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    began = time.perf_counter()
    while not happened():
        assert time.perf_counter() - began < PATIENCE
        await asyncio.sleep(0.005)


async def ask(url: str, query: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute(query)
    finally:
        await connection.close()


def _has_looked(process: Process, before: int) -> bool:
    return process.looks > before


CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def test_who_has_a_database_to_itself_has_the_duty(url: str) -> None:
    async with watching(url) as (process, _):
        assert process.duties == ["taken over"]


async def test_news_of_a_change_reach_the_others_before_they_would_look(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.store.watching.EVERY", 3600.0)
    async with watching(database) as (one, _), watching(database) as (other, _):
        await until(lambda: other.looks > 0)
        before = other.looks
        await one.store.add_entry(GUILD, "permits", revision())
        await until(lambda: other.looks > before)


async def test_what_no_news_came_of_is_looked_for(database: str) -> None:
    async with watching(database) as (process, _):
        before = process.looks
        await until(lambda: process.looks > before + 1)


async def test_one_process_has_the_duty_and_another_takes_over_when_it_leaves(database: str) -> None:
    async with watching(database) as (first, watch), watching(database) as (second, _):
        assert (first.is_on_duty, second.is_on_duty) == (True, False)
        await watch.close()
        assert first.duties == ["taken over", "stood down"]
        await until(lambda: second.is_on_duty)


async def test_a_process_that_is_stopped_while_it_takes_over_leaves_the_duty(database: str) -> None:
    class Slow(Process):
        async def take_over(self) -> None:
            await super().take_over()
            await asyncio.Event().wait()

    async with await Store.open(database) as store:
        slow = Slow(store)
        beginning = asyncio.ensure_future(store.watch(slow))
        await until(lambda: slow.is_on_duty)
        beginning.cancel()
        await asyncio.wait({beginning})
        assert slow.duties == ["taken over", "stood down"]
        async with watching(database) as (another, _):
            await until(lambda: another.is_on_duty)


async def test_what_cannot_be_begun_by_whoever_has_the_duty_is_tried_again(database: str) -> None:
    class Failing(Process):
        tries = 0

        async def take_over(self) -> None:
            self.tries += 1
            if self.tries == 1:
                raise StoreError("The database is read-only.")
            await super().take_over()

    async with await Store.open(database) as store:
        failing = Failing(store)
        watch = await store.watch(failing)
        await until(lambda: failing.is_on_duty)
        await watch.close()
    assert failing.tries == 2


async def test_after_its_connection_is_cut_a_process_looks_at_once_and_hears_again(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "knowledge")
    async with watching(database) as (one, _), watching(database) as (other, _):
        await ask(database, CUT)
        await until(lambda: caplog.text.count("is back") == 2)
        assert caplog.text.count("on which other processes are heard is lost") == 2
        await until(lambda: one.is_on_duty is not other.is_on_duty)
        before = other.looks
        await one.store.add_entry(GUILD, "permits", revision())
        await until(lambda: other.looks > before)


async def test_what_cannot_be_read_is_said_once_and_read_later(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "knowledge")
    async with watching(database) as (process, _):
        process.fails = StoreError("The database is away.")
        for number in range(3):
            before = process.looks
            await process.store.add_entry(GUILD, f"permits-{number}", revision())
            await until(partial(_has_looked, process, before))
        process.fails = None
        await process.store.add_entry(GUILD, "permits", revision())
        await until(lambda: "What other processes changed meanwhile is read." in caplog.text)
    assert caplog.text.count("cannot be read, and is read later. The database is away.") == 1
