"""How the store keeps things in a file of SQLite: durably, and whatever stands in the way of the file."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from knowledge.errors import StoreError
from knowledge.store import Store, Votes
from tests.knowledge.store_samples import GUILD, NOW, PERSON, draft

ROOT = Path(__file__).parents[2]


def url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bot.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    async with await Store.open(url(file)) as opened:
        yield opened


def make(file: Path) -> None:
    async def once() -> None:
        async with await Store.open(url(file)) as store:
            await store.remember("key", "value")

    asyncio.run(once())


def refusal(file: Path) -> str:
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(StoreError) as caught:
        asyncio.run(Store.open(url(file), patience=0.05))
    assert str(file) in str(caught.value)
    assert (file.read_bytes() if file.is_file() else None) == before
    return str(caught.value)


async def test_connections_are_durable_and_checked(store: Store, file: Path) -> None:
    for engine in (store._engine, store._reader):
        async with engine.connect() as connection:

            async def pragma(name: str) -> object:
                return (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()

            assert await pragma("journal_mode") == "wal"
            assert await pragma("synchronous") == 2  # FULL
            assert await pragma("foreign_keys") == 1
            assert await pragma("busy_timeout") == 5000
            assert await pragma("secure_delete") == 1


async def test_readers_do_not_wait_for_a_writer_nor_hold_one_up(file: Path) -> None:
    async with await Store.open(url(file), patience=0.05) as store:
        await store.remember("key", "before")
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("UPDATE memory SET value = 'uncommitted'")
            assert await store.recall("key") == "before"
            with pytest.raises(StoreError, match=r"stayed locked for 0\.05 seconds"):
                await store.remember("key", "after")
            other.execute("ROLLBACK")
            other.execute("BEGIN")
            other.execute("SELECT * FROM memory").fetchall()
            await store.remember("key", "after")


async def test_what_was_deleted_is_not_to_be_found_in_the_file(file: Path) -> None:
    secrets = ["a question of mine", "a reason of mine", "a draft of mine"]
    async with await Store.open(url(file)) as store:
        await store.vote("card", PERSON, helpful=False, guild_id=GUILD, at=NOW)
        await store.vote_reason("card", PERSON, secrets[1], "what?")
        await store.ask_moderators(GUILD, PERSON, secrets[0], "key", NOW, channel_id=1, tell="", quota=1)
        await store.keep_draft(draft(author_id=PERSON, typed={"question": secrets[2]}), NOW)
        kept = b"".join(path.read_bytes() for path in file.parent.iterdir())
        assert all(secret.encode() in kept for secret in secrets)
        await store.forget_person(PERSON)
    kept = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert not any(secret.encode() in kept for secret in secrets)


@pytest.mark.parametrize(
    "wrong", ["mysql://me:secret@db/bot", "sqlite+aiosqlite:///", "sqlite:///:memory:", "bot.db"]
)
async def test_a_database_must_be_a_file(wrong: str) -> None:
    with pytest.raises(StoreError, match="must be a file, written sqlite") as caught:
        await Store.open(wrong)
    assert "secret" not in str(caught.value)


async def test_a_name_may_hold_what_urls_give_a_meaning_to(tmp_path: Path) -> None:
    file = tmp_path / "100% ours?mode=ro#1 자료" / "bot.db"
    async with await Store.open(url(file)):
        assert file.exists()


def test_a_locked_database_is_refused(file: Path) -> None:
    make(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "stayed locked for 0.05 seconds" in refusal(file)


async def test_a_database_locked_for_a_moment_is_waited_for(store: Store, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        opening = asyncio.create_task(Store.open(url(file)))
        await asyncio.sleep(0.05)
        assert not opening.done()
        other.execute("ROLLBACK")
        await (await opening).close()


@pytest.mark.parametrize("content", [b"not a database at all " * 200, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    assert "is damaged, or is not a database" in refusal(file)


@pytest.mark.parametrize("damage", ["cut short", "overwritten"])
def test_a_damaged_database_is_refused(file: Path, damage: str) -> None:
    make(file)
    content = file.read_bytes()
    half = len(content) // 2
    file.write_bytes(content[:half] + (b"" if damage == "cut short" else b"\xa5" * half))
    assert "restore a backup" in refusal(file)


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    assert "cannot be written" in refusal(tmp_path)


def test_a_folder_that_cannot_be_created_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"The folder of the database, .*/file, cannot be created"):
        asyncio.run(Store.open(url(tmp_path / "file" / "bot.db")))


async def test_a_full_disk_is_named_and_what_was_there_stays(store: Store) -> None:
    async with store._engine.connect() as connection:
        await connection.exec_driver_sql(
            "PRAGMA max_page_count = 1"
        )  # the smallest that it can be: no growth
    await store.remember("key", "before")
    with pytest.raises(StoreError, match=r"disk that is full\. Nothing was changed: make room"):
        await store.remember("key", "x" * 100_000)
    assert await store.recall("key") == "before"


async def test_what_was_to_be_written_does_not_reach_the_log(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    typed = "-".join(("what", "was", "typed"))
    async with store._engine.connect() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1")
    try:
        await store.remember("key", typed * 9000)
    except StoreError:
        logging.getLogger("bot").exception("It failed.")
    assert "disk is full" in caplog.text
    assert typed not in caplog.text


@pytest.mark.alone
async def test_all_who_wait_for_a_file_that_another_program_locks_give_up_in_time(file: Path) -> None:
    async with await Store.open(url(file), patience=0.1) as store:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            started = time.monotonic()
            waiting = [store.vote("card", person, helpful=True) for person in range(20)]
            results = await asyncio.gather(*waiting, return_exceptions=True)
            assert time.monotonic() - started < 1
            assert all("stayed locked for 0.1 seconds" in str(result) for result in results)
            other.execute("ROLLBACK")
        assert await store.vote("card", PERSON, helpful=True) == Votes(1, 0)


OPENER = """
import asyncio, os, sys
from knowledge.errors import StoreError
from knowledge.store import Store

async def main(scratch, wanted):
    await (await Store.open(scratch)).close()  # imports what another user may not be able to read
    if os.geteuid() == 0:  # who may write everywhere
        os.setgid(65534)
        os.setuid(65534)
    try:
        await Store.open(wanted)
    except StoreError as error:
        print(error)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody can reach, as those of pytest are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the permissions of Unix")
@pytest.mark.parametrize("exists", [True, False])
def test_a_file_or_folder_that_cannot_be_written_is_named(
    tmp_path: Path, open_folder: Path, exists: bool
) -> None:
    file = open_folder / "bot.db"
    if exists:
        make(file)
        file.chmod(0o444)
    open_folder.chmod(0o555)
    command = [sys.executable, "-c", OPENER, url(tmp_path / "scratch.db"), url(file)]
    opened = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"The database {file} cannot be written. Nothing was changed: let the bot write" in opened.stdout
    assert file.exists() == exists
