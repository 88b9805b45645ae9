"""What the machine does to a running bot: a full disk, a database that others hold, a clock that jumps."""

from __future__ import annotations

import os
import resource
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from tests.wire.loopback import Loopback, Person
from tests.wire.service import Service, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "who is Jung Pak"
A_DAY = 86_400
TOLD = "I cannot write that down at the moment. Nothing was changed; please try again later."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bot")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(loopback: Loopback, folder: Path) -> AsyncIterator[Service]:
    """The bot, under a clock that can be set."""
    (folder / "clock").write_text("0")
    async with running(loopback, folder, WIRE_CLOCK=str(folder / "clock")) as service:
        yield service


async def reads(ann: Person) -> bool:
    """Return whether questions are answered."""
    return "Foreign Policy" in (await ann.slash("ask", question=QUESTION)).text


async def votes(ann: Person) -> str:
    """Return what somebody is told who votes, which is written to the database."""
    card = (await ann.slash("ask", question=QUESTION)).card
    pressed = ann.begin_press(card, "Helpful")
    await pressed.until(messages=1, seconds=8)
    assert pressed.acked_after is not None
    assert pressed.acked_after < 3
    return pressed.text


# The clock


@pytest.mark.parametrize(
    "seconds", [A_DAY, -A_DAY, 400 * A_DAY, -3], ids=["+1 day", "-1 day", "+400 days", "-3 s"]
)
async def test_whatever_the_clock_says_people_are_answered(
    folder: Path, loopback: Loopback, bot: Service, ann: Person, seconds: int
) -> None:
    resumed = loopback.gateway.resumed
    (folder / "clock").write_text(str(seconds))
    assert await reads(ann)
    assert "Noted" in await votes(ann)
    await ann.asks(QUESTION)
    assert await loopback.posted(1)
    loopback.gateway.cut()
    assert await reads(ann)
    if abs(seconds) >= A_DAY:
        await bot.says(f"{datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%d}")
    assert loopback.gateway.resumed == resumed + 1
    (folder / "clock").write_text("0")
    assert await reads(ann)
    assert "Noted" in await votes(ann)


# The database


@contextmanager
def full_disk(service: Service) -> Iterator[None]:
    """Let no file of the bot grow, as on a disk that is full."""
    pid = service.process.pid
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can set the limits of another process")
async def test_on_a_full_disk_questions_are_answered_and_writes_fail_in_words(
    bot: Service, ann: Person
) -> None:
    with full_disk(bot):
        assert TOLD in await votes(ann)
        assert await reads(ann)
    assert "Noted" in await votes(ann)
    assert "check that it has room" in bot.log or "make room" in bot.log


async def test_while_others_hold_the_database_questions_are_answered_and_writes_fail_in_words(
    folder: Path, bot: Service, ann: Person
) -> None:
    with closing(sqlite3.connect(folder / "data" / "bot.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert TOLD in await votes(ann)
        assert await reads(ann)
        other.execute("ROLLBACK")
    assert "Noted" in await votes(ann)
    assert "stop the other program that writes to it" in bot.log


async def test_a_short_lock_is_waited_for(folder: Path, ann: Person) -> None:
    card = (await ann.slash("ask", question=QUESTION)).card
    with closing(sqlite3.connect(folder / "data" / "bot.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        pressed = ann.begin_press(card, "Helpful")
        assert await ann.at.until(lambda: pressed.response_type)
        other.execute("ROLLBACK")
    assert "Noted" in (await pressed.until(messages=1)).text


async def test_no_trouble_of_the_machine_shows_people_more_than_they_need(bot: Service, ann: Person) -> None:
    assert bot.process.returncode is None
    assert bot.log.count("ERROR") == bot.log.count("ERROR handlers.errors: Reference ")


async def test_in_a_database_that_breaks_questions_are_answered_and_writes_fail_in_words(
    tmp_path: Path,
) -> None:
    async with Loopback().serving() as loopback, running(loopback, tmp_path) as service:
        ann = loopback.member()
        assert "Noted" in await votes(ann)
        with (tmp_path / "data" / "bot.db").open("r+b") as file:
            file.write(os.urandom(200_000))
        (tmp_path / "data" / "bot.db-wal").write_bytes(b"")
        assert TOLD in await votes(ann)
        assert await reads(ann)
        assert "restore a backup" in service.log
