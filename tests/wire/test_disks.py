"""Disks that are full, or turn read-only: real ones, where the machine lets us have one (Linux, as root)."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest

from tests.wire.disks import disk
from tests.wire.loopback import Loopback, Person
from tests.wire.service import running, started

QUESTION = "who is Jung Pak"
NEVER = "http://127.0.0.1:9"
TOLD = "I cannot write that down at the moment. Nothing was changed; please try again later."


async def votes(ann: Person) -> str:
    """Return what somebody is told who votes, which is written to the database."""
    card = (await ann.slash("ask", question=QUESTION)).card
    return (await ann.begin_press(card, "Helpful").until(messages=1, seconds=8)).text


async def reads(ann: Person) -> bool:
    """Return whether questions are answered."""
    return "Foreign Policy" in (await ann.slash("ask", question=QUESTION)).text


async def test_on_a_disk_that_is_full_it_says_so_and_does_not_start(tmp_path: Path) -> None:
    with disk(tmp_path / "data") as full:
        filler = full.fill()
        async with started(NEVER, tmp_path) as service:
            assert await service.ended() == 1
        (line,) = [line for line in service.log.splitlines() if "ERROR" in line]
        assert f"The database {full.at / 'bot.db'} " in line
        assert "room" in line
        assert "trace=" not in line
        filler.unlink()
        async with Loopback().serving() as loopback, running(loopback, tmp_path):
            assert "Noted" in await votes(loopback.member())


@pytest.mark.skipif(sys.platform != "linux", reason="lets no file grow, as a full disk does")
async def test_where_no_file_may_grow_it_says_so_and_does_not_start(tmp_path: Path) -> None:
    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    async with started(NEVER, tmp_path, preparing=fill) as service:
        assert await service.ended() == 1
    (line,) = [line for line in service.log.splitlines() if "ERROR" in line]
    assert "room" in line
    assert "trace=" not in line


async def test_on_a_disk_that_fills_questions_are_answered_and_writes_fail_in_words(tmp_path: Path) -> None:
    with disk(tmp_path / "data") as full:
        async with Loopback().serving() as loopback, running(loopback, tmp_path) as service:
            ann = loopback.member()
            filler = full.fill()
            assert TOLD in await votes(ann)
            assert await reads(ann)
            assert "is on a disk that is full. Nothing was changed: make room on it" in service.log
            filler.unlink()
            assert "Noted" in await votes(ann)


async def test_on_a_disk_that_turns_read_only_questions_are_answered_also_after_a_restart(
    tmp_path: Path,
) -> None:
    with disk(tmp_path / "data") as failing:
        async with Loopback().serving() as loopback, running(loopback, tmp_path) as service:
            ann = loopback.member()
            assert "Noted" in await votes(ann)
            failing.fail()
            assert TOLD in await votes(ann)
            assert await reads(ann)
            assert f"The database {failing.at / 'bot.db'} " in service.log
            assert await service.stopped() == 0
            assert service.seconds_to_stop < 5
            async with running(loopback, tmp_path) as again:
                assert TOLD in await votes(ann)
                assert await reads(ann)
                assert "cannot be written. Nothing was changed" in again.log
