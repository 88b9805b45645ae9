"""How the store keeps things: durably, for whoever writes at once, through migrations and all obstacles."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import upgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from knowledge.errors import StoreError
from knowledge.guild_settings import GuildSettings
from knowledge.store import Forgotten, Store, Votes
from knowledge.store.migrate import REVISIONS, SCRIPTS
from knowledge.store.schema import guilds, metadata
from tests.knowledge.store_samples import ELSEWHERE, GUILD, NOW, OTHER, PERSON, draft

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


# What is kept


async def test_what_was_remembered_is_recalled(store: Store) -> None:
    assert await store.recall("commands") is None
    await store.remember("commands", "old")
    await store.remember("commands", "new")
    assert await store.recall("commands") == "new"
    assert await store.recall("Commands") is None


async def test_what_was_chosen_for_a_server_is_kept(store: Store) -> None:
    assert GUILD not in await store.guild_settings()
    first = GuildSettings(answer_mentions_in=(2**63 - 1, 5), log_channel=2**62, default_visibility="public")
    await store.save_guild_settings(GUILD, first)
    assert (await store.guild_settings())[GUILD] == first
    await store.save_guild_settings(GUILD, GuildSettings(moderator_roles=(1,), two_person_rule=True))
    assert (await store.guild_settings())[GUILD] == GuildSettings(moderator_roles=(1,), two_person_rule=True)
    assert ELSEWHERE not in await store.guild_settings()


async def test_all_of_it_is_there_after_a_restart(file: Path) -> None:
    async with await Store.open(url(file)) as store:
        await store.vote("card", PERSON, helpful=True)
        await store.remember("key", "value")
        await store.save_guild_settings(GUILD, GuildSettings(questions_a_day=1))
    async with await Store.open(url(file)) as store:
        assert await store.votes("card") == Votes(1, 0)
        assert await store.recall("key") == "value"
        assert (await store.guild_settings())[GUILD] == GuildSettings(questions_a_day=1)


# Servers


async def test_a_server_is_news_once(store: Store) -> None:
    assert await store.joined(GUILD)
    assert not await store.joined(GUILD)
    await store.left(GUILD, NOW)
    assert not await store.joined(GUILD)
    assert await store.servers() == {GUILD}


async def test_the_data_of_a_server_goes_a_while_after_the_bot_has_left_it(store: Store) -> None:
    await store.joined(GUILD)
    await store.vote("card", PERSON, helpful=True, guild_id=GUILD)
    await store.vote("card", OTHER, helpful=True, guild_id=ELSEWHERE)
    await store.left(GUILD, NOW)
    assert await store.servers() == {ELSEWHERE}
    assert await store.forget_servers(left_before=NOW) == ()
    assert await store.votes("card") == Votes(2, 0)
    assert await store.forget_servers(left_before=NOW + timedelta(seconds=1)) == (GUILD,)
    assert await store.votes("card") == Votes(1, 0)
    assert await store.joined(GUILD)


async def test_the_time_counts_from_the_first_leaving_and_starts_anew_after_a_return(store: Store) -> None:
    await store.joined(GUILD)
    await store.left(GUILD, NOW)
    await store.left(GUILD, NOW + timedelta(days=9))
    await store.joined(GUILD)
    assert await store.forget_servers(left_before=NOW + timedelta(days=1)) == ()
    await store.left(GUILD, NOW)
    await store.left(GUILD, NOW + timedelta(days=9))
    assert await store.forget_servers(left_before=NOW + timedelta(days=1)) == (GUILD,)


async def test_a_moment_needs_a_time_zone(store: Store) -> None:
    await store.joined(GUILD)
    with pytest.raises(StoreError, match="cannot be used"):
        await store.left(GUILD, NOW.replace(tzinfo=None))


def test_whatever_belongs_to_a_server_goes_with_it() -> None:
    known = {guilds}
    for table in metadata.sorted_tables:
        owners = {key.column.table for key in table.foreign_keys if key.ondelete == "CASCADE"}
        assert len(owners) == len({key.column.table for key in table.foreign_keys})
        if owners & known:
            known.add(table)
        elif table is not guilds:
            assert table.name in ("memory", "numbers")
        if "guild_id" in table.columns and table is not guilds:
            (reference,) = table.columns["guild_id"].foreign_keys
            assert reference.column is guilds.c.guild_id


# How it is kept


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


@pytest.mark.alone  # the last of them may wait as long as the store does
async def test_240_people_voting_at_once_are_counted_one_after_the_other(file: Path) -> None:
    async with await Store.open(url(file)) as store, await Store.open(url(file)) as second:
        stores = (store, second)
        tasks = (stores[person % 2].vote("card", person, helpful=True) for person in range(240))
        counts = await asyncio.gather(*tasks)
        assert sorted(votes.helpful for votes in counts) == list(range(1, 241))


async def test_a_new_database_opened_by_several_at_once_is_made_once(file: Path) -> None:
    stores = await asyncio.gather(*(Store.open(url(file)) for _ in range(6)))
    for number, store in enumerate(stores):
        assert await store.vote("card", number, helpful=True) == Votes(number + 1, 0)
    for store in stores:
        await store.close()


async def test_a_cancelled_write_leaves_the_store_usable(store: Store) -> None:
    for pause in (0, 0.0005, 0.001):
        task = asyncio.create_task(store.remember("key", "cancelled"))
        await asyncio.sleep(pause)
        task.cancel()
        await asyncio.wait({task})
        await store.remember("key", "after")
        assert await store.recall("key") == "after"


async def test_whoever_stops_waiting_leaves_nothing_locked(file: Path) -> None:
    pauses = random.Random(1)
    async with await Store.open(url(file), patience=0.3) as store:
        for number in range(200):
            vote = store.vote(f"card {number}", PERSON, helpful=True, guild_id=GUILD, at=NOW)
            task = asyncio.create_task(vote)
            await asyncio.sleep(pauses.uniform(0, 0.003))
            task.cancel()
            await asyncio.wait({task})
            await store.remember("key", "after")


async def test_closing_lets_a_write_finish_and_refuses_those_after_it(file: Path) -> None:
    store = await Store.open(url(file))
    writing = asyncio.create_task(store.remember("key", "value"))
    await asyncio.sleep(0)
    await store.close()
    await store.close()
    await writing
    for late in (store.remember("key", "late"), store.recall("key")):
        with pytest.raises(StoreError, match="closed"):
            await late
    async with await Store.open(url(file)) as again:
        assert await again.recall("key") == "value"


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


# Migrations


def test_the_revisions_that_the_code_knows_are_those_of_the_scripts() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS


def test_the_migrations_lead_to_the_schema_of_the_code(file: Path) -> None:
    make(file)
    with create_engine(f"sqlite:///{file}").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_an_up_to_date_database_opens_without_alembic(file: Path) -> None:
    make(file)
    code = (
        "import asyncio, sys; from knowledge.store import Store; "
        "asyncio.run(asyncio.run(Store.open(sys.argv[1])).close()); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, url(file)], cwd=ROOT, check=True)


def test_a_migration_that_fails_changes_nothing(file: Path) -> None:
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as other:
        other.executescript(
            "CREATE TABLE alembic_version (version_num TEXT); CREATE TABLE memory (id INTEGER);"
        )
    assert "memory already exists" in refusal(file)


def make_old(file: Path, revision: str, *rows: str) -> None:
    """Make a database as an earlier version of the bot left it."""
    file.parent.mkdir()
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with create_engine(f"sqlite:///{file}").begin() as connection:
        config.attributes["connection"] = connection
        upgrade(config, revision)
        for row in rows:
            connection.exec_driver_sql(row)


OLD_VOTE = "INSERT INTO votes (card, user_id, helpful) VALUES ('card', 1, 1)"
OLD = {
    "0001": [OLD_VOTE],
    "0002": [OLD_VOTE, "INSERT INTO guilds VALUES (7, 0, NULL)", "UPDATE votes SET guild_id = 7"],
    "0003": [
        OLD_VOTE,
        "INSERT INTO guilds VALUES (7, 0, NULL)",
        "UPDATE votes SET guild_id = 7",
        "INSERT INTO drafts VALUES (1, 7, 2, '{}', '\"\"', 0, NULL, 0, '2026-01-31 12:00:00')",
    ],
    "0004": [
        OLD_VOTE,
        "INSERT INTO guilds VALUES (7, 0, NULL)",
        "UPDATE votes SET guild_id = 7",
        "INSERT INTO questions VALUES (1, 7, '\"k\"', 'dismissed', 3, '2026-01-31 12:00:00')",
        "INSERT INTO askers VALUES (1, 2, '\"k?\"', '2026-01-30 12:00:00', NULL, 'dm')",
    ],
}


def test_the_data_of_every_earlier_schema_is_tested() -> None:
    assert tuple(OLD) == REVISIONS[:-1]


@pytest.mark.parametrize("revision", OLD)
async def test_votes_outlive_the_migration_from_every_earlier_schema(file: Path, revision: str) -> None:
    await asyncio.to_thread(make_old, file, revision, *OLD[revision])
    async with await Store.open(url(file)) as store:
        assert await store.votes("card") == Votes(1, 0)
        assert await store.vote("card", PERSON, helpful=False, guild_id=GUILD) == Votes(1, 1)
        assert await store.servers() == ({GUILD} if revision == "0001" else {GUILD, 7})
        assert [draft.sent_back for draft in await store.drafts(7)] == [""] * (revision == "0003")
        assert await store.untold() == ()  # nobody knows who of them was told


async def test_votes_of_an_earlier_schema_are_kept_as_if_cast_at_the_migration(file: Path) -> None:
    await asyncio.to_thread(make_old, file, "0002", OLD_VOTE)
    now = datetime.now(UTC)
    async with await Store.open(url(file)) as store:
        assert await store.enforce_retention(before=now - timedelta(minutes=1)) == Forgotten()
        assert await store.enforce_retention(before=now + timedelta(minutes=1)) == Forgotten(votes=1)


def test_a_database_of_a_newer_version_is_left_alone(file: Path) -> None:
    make(file)
    with closing(sqlite3.connect(file)) as other:
        other.execute("UPDATE alembic_version SET version_num = '0999'")
        other.commit()
    assert "newer version of the bot (schema 0999" in refusal(file)


def test_a_database_of_another_program_is_left_alone(file: Path) -> None:
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE votes (id INTEGER)")
    assert "belongs to another program" in refusal(file)


# What stands in the way


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
