"""Backing the database up while a bot runs on it, and restoring a backup when none does."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.database_files import url_of_file
from knowledge.errors import StoreError
from knowledge.store import Store, backups
from knowledge.store.backups import Contents, back_up, restore
from knowledge.store.migrate import REVISIONS

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 1, 31, 12, 30, 15, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return a database in which “the present” is remembered, with no bot on it."""
    file = tmp_path / "data" / "bot.db"
    remember(file, "the present")
    return file


@pytest.fixture
def backup(tmp_path: Path, database: Path) -> Path:
    """Return a backup from when “the past” was remembered."""
    past, file = tmp_path / "past" / "bot.db", tmp_path / "backups" / "bot.backup"
    file.parent.mkdir()
    remember(past, "the past")
    back_up(url_of_file(past), file)
    shutil.rmtree(past.parent)
    return file


def remember(file: Path, value: str) -> None:
    async def once() -> None:
        async with await Store.open(url_of_file(file)) as store:
            await store.remember("when", value)

    asyncio.run(once())


def remembered(file: Path) -> str | None:
    async def once() -> str | None:
        async with await Store.open(url_of_file(file)) as store:
            return await store.recall("when")

    return asyncio.run(once())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def everything(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, but for those in which SQLite only notes where in a log to look."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}


def mark(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("PRAGMA application_id").fetchone()[0])


def sql(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


# Backing up


def test_a_backup_is_one_file_that_holds_what_the_database_does(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    contents = back_up(url_of_file(database), folder / "bot.backup")
    assert contents.revision == REVISIONS[-1]
    assert contents.rows["memory"] == 1
    assert "schema 000" in str(contents)
    assert names(folder) == ["bot.backup"]
    with closing(sqlite3.connect(folder / "bot.backup")) as connection:
        assert connection.execute("SELECT value FROM memory").fetchall() == [("the present",)]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert mark(folder / "bot.backup") == backups.BACKUP_MARK
    assert mark(database) == 0
    assert remembered(database) == "the present"


async def test_a_backup_is_made_while_a_bot_runs_and_holds_what_it_acknowledged(
    database: Path, tmp_path: Path
) -> None:
    file = tmp_path / "bot.backup"
    async with await Store.open(url_of_file(database)) as store:
        for number in range(10):
            await store.remember(f"key {number}", "value")
            contents = await asyncio.to_thread(back_up, url_of_file(database), file)
            assert contents.rows["memory"] == number + 2


def test_a_backup_is_of_one_moment_however_much_is_written_meanwhile(database: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            for number in itertools.takewhile(lambda _: not stop.is_set(), itertools.count(1)):
                connection.execute("INSERT INTO votes (card, user_id, helpful) VALUES ('', ?, 1)", [number])
                connection.execute("INSERT INTO memory VALUES (?, '')", [str(number)])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [back_up(url_of_file(database), tmp_path / "bot.backup").rows for _ in range(10)]
    finally:
        stop.set()
        writer.join()
    # What was written first is never missing where what was written after it is there.
    assert all(rows["votes"] - (rows["memory"] - 1) in (0, 1) for rows in copies)
    assert copies[0]["votes"] < copies[-1]["votes"]


def test_the_next_backup_takes_the_place_of_the_last(database: Path, backup: Path) -> None:
    backup.chmod(0o640)
    back_up(url_of_file(database), backup)
    assert names(backup.parent) == ["bot.backup"]
    assert remembered(backup) == "the present"
    if os.name == "posix":
        assert backup.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of Unix")
def test_a_backup_is_for_nobody_elses_eyes(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600


def test_what_a_killed_backup_left_is_deleted_a_day_later(database: Path, backup: Path) -> None:
    old, new, other = (
        backup.with_name(f".{name}.copy-x") for name in ("bot.backup", "bot.backup", "letters")
    )
    new = new.with_name(f"{new.name}y")
    for left in (old, new, other):
        left.write_text("left")
    for left in (old, other):
        os.utime(left, (0, 0))
    back_up(url_of_file(database), backup)
    assert names(backup.parent) == [new.name, other.name, "bot.backup"]


def test_a_backup_through_a_link_goes_where_the_link_leads(database: Path, backup: Path) -> None:
    link = backup.with_name("latest")
    link.symlink_to(backup)
    back_up(url_of_file(database), link)
    assert link.is_symlink()
    assert remembered(backup) == "the present"


def make_other_things(folder: Path) -> list[Path]:
    """Make whatever is no backup."""
    empty, text, other, copy, alive = (folder / name for name in ("empty", "text", "other", "copy", "alive"))
    empty.touch()
    text.write_text("A letter. " * 100)
    sql(other, "CREATE TABLE votes (id INTEGER)")
    remember(copy, "another bot")
    with closing(sqlite3.connect(alive, isolation_level=None)) as connection:
        connection.execute("PRAGMA application_id = 1")
        connection.execute("CREATE TABLE memory (key)")
    return [empty, text, other, copy, alive]


def test_nothing_but_a_backup_is_overwritten(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "things"
    folder.mkdir()
    for thing in make_other_things(folder):
        before = thing.read_bytes()
        with pytest.raises(StoreError, match=r"is not a backup of this bot\. It was left as it is"):
            back_up(url_of_file(database), thing)
        assert thing.read_bytes() == before
    with pytest.raises(StoreError, match="is not a backup"):
        back_up(url_of_file(database), Path(os.devnull))


def test_the_database_is_not_its_own_backup(database: Path, tmp_path: Path) -> None:
    link, hard_link = tmp_path / "link", tmp_path / "hard link"
    link.symlink_to(database)
    hard_link.hardlink_to(database)
    for file in (database, link, hard_link):
        with pytest.raises(StoreError, match="is the database itself"):
            back_up(url_of_file(database), file)
    assert remembered(database) == "the present"


def test_a_backup_needs_a_folder_and_a_name(database: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"There is no folder .*not mounted.* create it first"):
        back_up(url_of_file(database), tmp_path / "not mounted" / "bot.backup")
    with pytest.raises(StoreError, match=r"is a folder.* name a file in it"):
        back_up(url_of_file(database), tmp_path)


def test_where_there_is_no_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing to back up yet"):
        back_up(url_of_file(tmp_path / "none.db"), tmp_path / "bot.backup")
    assert names(tmp_path) == []


def damage(file: Path) -> None:
    """Overwrite the second half of a file, where the indexes and most of the rows are."""
    content = file.read_bytes()
    half = len(content) // 2
    file.write_bytes(content[:half] + b"\xa5" * (len(content) - half))


def cut(file: Path) -> None:
    """Cut off the second half of a file."""
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def lose_a_row_of_an_index(file: Path) -> None:
    """Have an index that lacks a row of its table, which a quick check does not see."""
    sql(
        file,
        "INSERT INTO guilds VALUES (7, 0, NULL)",
        "INSERT INTO votes (card, user_id, helpful, guild_id) VALUES ('card', 1, 1, 7)",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = sql || ' WHERE card = ''none''' WHERE name = 'ix_votes_guild_id'",
    )
    sql(file, "REINDEX ix_votes_guild_id")
    sql(
        file,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, ' WHERE card = ''none''', '')",
    )


def drop_a_table(file: Path) -> None:
    sql(file, "DROP TABLE blocks")


def empty(file: Path) -> None:
    file.write_bytes(b"")


def become_text(file: Path) -> None:
    file.write_text("A letter. " * 1000)


def become_newer(file: Path) -> None:
    sql(file, "UPDATE alembic_version SET version_num = '0999'")


def become_anothers(file: Path) -> None:
    file.unlink()
    sql(
        file,
        "CREATE TABLE alembic_version (version_num)",
        "CREATE TABLE songs (id)",
        "INSERT INTO alembic_version VALUES ('0003')",
    )


UNUSABLE = {
    damage: "is damaged",
    cut: "is damaged",
    lose_a_row_of_an_index: "is damaged",
    drop_a_table: "is damaged",
    become_text: "is damaged, or is not a database",
    empty: "does not belong to this bot",
    become_anothers: "does not belong to this bot",
    become_newer: r"newer version of the bot \(schema 0999; .*update the bot first",
}


@pytest.mark.parametrize("spoil", UNUSABLE)
def test_of_an_unusable_database_there_is_no_backup_and_the_last_one_stays(
    database: Path, backup: Path, spoil: object
) -> None:
    before = everything(backup.parent)
    assert callable(spoil)
    spoil(database)
    with pytest.raises(StoreError, match=UNUSABLE[spoil]) as caught:
        back_up(url_of_file(database), backup)
    assert str(database) in str(caught.value)
    assert everything(backup.parent) == before


# Restoring


def test_a_restored_backup_is_the_database_and_the_one_before_is_kept(database: Path, backup: Path) -> None:
    before = backup.read_bytes()
    restored = restore(url_of_file(database), backup, AT)
    assert restored.database == database
    assert restored.kept == database.with_name("bot-replaced-2026-01-31-123015.db")
    assert restored.contents.rows["memory"] == 1
    assert names(database.parent) == ["bot-replaced-2026-01-31-123015.db", "bot.db", "bot.db.lock"]
    assert remembered(database) == "the past"
    assert remembered(restored.kept) == "the present"
    assert mark(database) == 0
    assert backup.read_bytes() == before
    assert names(backup.parent) == ["bot.backup"]


def test_what_was_backed_up_is_what_is_restored(database: Path, backup: Path) -> None:
    back_up(url_of_file(database), backup)
    with closing(sqlite3.connect(database)) as connection:
        before = list(connection.iterdump())
    sql(database, "DELETE FROM memory")
    restore(url_of_file(database), backup, AT)
    with closing(sqlite3.connect(database)) as connection:
        assert list(connection.iterdump()) == before


def test_restoring_twice_in_a_second_keeps_both(database: Path, backup: Path) -> None:
    first = restore(url_of_file(database), backup, AT)
    second = restore(url_of_file(database), backup, AT)
    assert first.kept is not None
    assert second.kept is not None
    assert remembered(first.kept) == "the present"
    assert remembered(second.kept) == "the past"


def test_a_backup_is_restored_where_there_was_nothing(tmp_path: Path, backup: Path) -> None:
    database = tmp_path / "new machine" / "data" / "bot.db"
    assert restore(url_of_file(database), backup, AT).kept is None
    assert remembered(database) == "the past"


def test_a_backup_of_an_earlier_schema_is_restored_and_migrated_at_the_next_start(
    database: Path, backup: Path
) -> None:
    tables = ("vote_reasons", "numbers", "guild_settings", "revisions", "drafts", "askers", "questions")
    dropped = (f"DROP TABLE {name}" for name in (*tables, "pointers", "blocks", "changes"))
    undone = ("ALTER TABLE votes DROP COLUMN at", "UPDATE alembic_version SET version_num = '0002'")
    sql(backup, *dropped, *undone)
    assert restore(url_of_file(database), backup, AT).contents.revision == "0002"
    assert remembered(database) == "the past"


def test_a_copy_of_a_database_can_be_restored_too_with_its_log(tmp_path: Path, database: Path) -> None:
    copied = tmp_path / "copied" / "bot.db"
    shutil.copytree(die_on(database, tmp_path), copied.parent)
    assert copied.with_name("bot.db-wal").stat().st_size > 0
    for shared in ("bot.db-shm", "bot.db.lock"):
        copied.with_name(shared).unlink()
    remember(database, "something else")
    restore(url_of_file(database), copied, AT)
    assert remembered(database) == "the last word"


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of Unix")
def test_what_is_restored_is_open_to_the_same_people(database: Path, backup: Path) -> None:
    database.chmod(0o660)
    if os.geteuid() == 0:
        os.chown(database, 12345, 12345)
    restore(url_of_file(database), backup, AT)
    assert database.stat().st_mode & 0o777 == 0o660
    if os.geteuid() == 0:
        assert (database.stat().st_uid, database.stat().st_gid) == (12345, 12345)


def test_a_database_behind_a_link_is_restored_behind_it(tmp_path: Path, database: Path, backup: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(database)
    assert restore(url_of_file(link), backup, AT).database == database
    assert link.is_symlink()
    assert remembered(link) == "the past"


# What must not be in the way of a restored database: the log of the one before


DIE = """
import asyncio, os, signal, sys
from knowledge.store import Store

async def main():
    store = await Store.open(sys.argv[1])
    await store.remember("when", "the last word")
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def die_on(database: Path, _: Path) -> Path:
    """Let a bot be killed right after it wrote; return the folder of the database, with its log."""
    command = [sys.executable, "-c", DIE, url_of_file(database)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    return database.parent


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_after_a_killed_bot_nothing_of_its_log_gets_into_what_is_restored(
    tmp_path: Path, database: Path, backup: Path
) -> None:
    die_on(database, tmp_path)
    assert {"bot.db-wal", "bot.db-shm"} <= set(names(database.parent))
    restored = restore(url_of_file(database), backup, AT)
    assert restored.kept is not None
    assert names(database.parent) == [restored.kept.name, "bot.db", "bot.db.lock"]
    assert remembered(database) == "the past"
    assert remembered(restored.kept) == "the last word"


@pytest.mark.parametrize("spoil", [damage, cut, empty, become_text, become_newer, become_anothers])
def test_a_damaged_database_is_replaced_and_kept_with_its_log(
    database: Path, backup: Path, spoil: object
) -> None:
    assert callable(spoil)
    spoil(database)
    sides = {"-wal": b"stale log", "-shm": b"stale memory", "-journal": b"stale journal"}
    before = database.read_bytes()
    for suffix, content in sides.items():
        database.with_name(f"bot.db{suffix}").write_bytes(content)
    restored = restore(url_of_file(database), backup, AT)
    assert restored.kept is not None
    assert not any(database.with_name(f"bot.db{suffix}").exists() for suffix in sides)
    assert remembered(database) == "the past"
    if spoil in (damage, cut, become_text):
        assert restored.kept.read_bytes() == before
        assert restored.kept.with_name(f"{restored.kept.name}-wal").read_bytes() == b"stale log"


def test_a_log_without_its_database_is_put_aside(database: Path, backup: Path) -> None:
    shutil.copy(database, database.with_name("bot.db-wal"))
    database.unlink()
    assert restore(url_of_file(database), backup, AT).kept is None
    assert remembered(database) == "the past"
    assert "bot-replaced-2026-01-31-123015.db-wal" in names(database.parent)


# Who has the database


HOLD = """
import asyncio, sys
from knowledge.store import Store

async def main():
    async with await Store.open(sys.argv[1]):
        print("running", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@contextmanager
def bot_running(database: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process that runs on a database."""
    command = [sys.executable, "-c", HOLD, url_of_file(database)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_nothing_is_restored_while_a_bot_runs_however_it_ends(database: Path, backup: Path) -> None:
    with bot_running(database) as process:
        for _ in range(2):
            with pytest.raises(StoreError, match=r"A bot is running on the database .*stop it first"):
                restore(url_of_file(database), backup, AT)
        process.kill()
        process.wait()
        restore(url_of_file(database), backup, AT)
    assert remembered(database) == "the past"


async def test_nothing_is_restored_until_the_last_of_several_has_closed(database: Path, backup: Path) -> None:
    first = await Store.open(url_of_file(database))
    second = await Store.open(url_of_file(database))
    await first.close()
    with pytest.raises(StoreError, match="A bot is running"):
        restore(url_of_file(database), backup, AT)
    await second.remember("when", "still here")
    await second.close()
    await second.close()
    restore(url_of_file(database), backup, AT)


async def test_a_bot_that_could_not_start_holds_nothing(database: Path, backup: Path) -> None:
    become_newer(database)
    with pytest.raises(StoreError, match="newer version"):
        await Store.open(url_of_file(database))
    restore(url_of_file(database), backup, AT)


async def test_no_bot_starts_while_a_backup_is_restored(database: Path) -> None:
    with backups._held_alone(database):
        with pytest.raises(StoreError, match=r"A backup is being restored over the database .*bot.db"):
            await Store.open(url_of_file(database), patience=0.05)
        waiting = asyncio.create_task(Store.open(url_of_file(database)))
        await asyncio.sleep(0.05)
        assert not waiting.done()
    await (await waiting).close()


def test_nothing_is_restored_while_another_program_has_the_database_open(
    database: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "_PATIENCE", 0.05)
    with closing(sqlite3.connect(database)) as other:
        other.execute("SELECT * FROM memory").fetchall()
        with pytest.raises(StoreError, match=r"Another program has the database .*bot.db open"):
            restore(url_of_file(database), backup, AT)
    assert remembered(database) == "the present"
    assert names(database.parent) == ["bot.db", "bot.db.lock"]


# What cannot be restored changes nothing


@pytest.mark.parametrize("spoil", UNUSABLE)
def test_an_unusable_backup_changes_nothing(database: Path, backup: Path, spoil: object) -> None:
    assert callable(spoil)
    spoil(backup)
    before = everything(database.parent)
    with pytest.raises(StoreError, match=UNUSABLE[spoil]) as caught:
        restore(url_of_file(database), backup, AT)
    assert str(backup) in str(caught.value)
    assert everything(database.parent) == before


def test_what_is_no_file_cannot_be_restored(database: Path, tmp_path: Path) -> None:
    for file in (tmp_path / "none", tmp_path):
        with pytest.raises(StoreError, match="There is no backup"):
            restore(url_of_file(database), file, AT)
    with pytest.raises(StoreError, match="is the database itself"):
        restore(url_of_file(database), database, AT)
    assert names(database.parent) == ["bot.db", "bot.db.lock"]


STEPS = ("_copy", "_sync", "_settle", "_link", "_swap_in")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_whichever_step_fails_the_database_stays_in_use(
    database: Path, backup: Path, step: str, failure: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    become_text(database)
    database.with_name("bot.db-wal").write_bytes(b"log")
    before = everything(database.parent)
    monkeypatch.setattr(backups, step, fail)
    with pytest.raises((StoreError, OSError, KeyboardInterrupt)):
        restore(url_of_file(database), backup, AT)
    assert everything(database.parent) == before


def test_an_interruption_after_the_swap_loses_neither_database(
    database: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swap = backups._swap_in

    def swap_and_fail(copy: Path, file: Path) -> None:
        swap(copy, file)
        raise KeyboardInterrupt

    monkeypatch.setattr(backups, "_swap_in", swap_and_fail)
    with pytest.raises(KeyboardInterrupt):
        restore(url_of_file(database), backup, AT)
    assert remembered(database) == "the past"
    assert remembered(database.with_name("bot-replaced-2026-01-31-123015.db")) == "the present"


def test_files_with_one_name_only_are_kept_as_copies(
    database: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    restored = restore(url_of_file(database), backup, AT)
    assert restored.kept is not None
    assert remembered(restored.kept) == "the present"
    assert remembered(database) == "the past"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_disk_is_named_and_the_last_backup_stays(
    database: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(backup.parent)

    @contextmanager
    def on_a_full_disk(_: Path) -> Iterator[Path]:
        yield Path("/dev/full")

    monkeypatch.setattr(backups, "_place_beside", on_a_full_disk)
    with pytest.raises(StoreError, match="cannot be copied to /dev: "):
        back_up(url_of_file(database), backup)
    assert everything(backup.parent) == before


def test_contents_are_told_in_a_few_words() -> None:
    assert str(Contents("0003", {"a": 1200, "b": 34})) == "1,234 rows in 2 tables, schema 0003"
