"""Backing the database up while the bot runs, and restoring a backup while it does not.

A copy counts once it is verified and on the disk; only then is it swapped in, whole, for what was there. It
is one file, without the write-ahead log of a database in use, and marked, so that the next backup overwrites
nothing else.
"""

from __future__ import annotations

import asyncio
import glob
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect

from knowledge.database_servers import is_server
from knowledge.errors import StoreError
from knowledge.store import sqlite
from knowledge.store.database import count_rows
from knowledge.store.holding import Hold
from knowledge.store.migrate import REVISIONS, stored_revision
from knowledge.store.places import Place, place_of
from knowledge.store.schema import metadata

BACKUP_MARK = int.from_bytes(b"aidb")
"""The application id of a backup, https://www.sqlite.org/pragma.html#pragma_application_id"""

_MAGIC = b"SQLite format 3\0"
_MARK_AT = slice(68, 72)  # https://www.sqlite.org/fileformat.html#the_database_header
_FIRST_TABLES = {"alembic_version", "memory", "votes"}
_BESIDE = ("-wal", "-shm", "-journal")
_PATIENCE = 5.0
_SURELY_OVER = 24 * 60 * 60.0
_IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds: its schema, and how many rows in each table."""

    revision: str
    rows: Mapping[str, int]

    def __str__(self) -> str:
        """Return it in a few words."""
        return f"{sum(self.rows.values()):,} rows in {len(self.rows)} tables, schema {self.revision}"


@dataclass(frozen=True, slots=True)
class Restored:
    """A database that was restored, what it holds, and where the one that it replaced is kept, if any."""

    database: Path
    contents: Contents
    kept: Path | None


def examine(url: str) -> Contents | None:
    """Return what the database at a URL holds, None if there is none yet; nothing is changed.

    The bot may be running. Raises `StoreError` if it is damaged, or not one that this version can use.
    Blocks, also while a server is asked, so that it must not be called on an event loop.
    """
    if is_server(url):
        return asyncio.run(_examine(place_of(url, _PATIENCE)))
    database = _file(url).path.resolve()
    if not database.exists():
        return None
    what = f"The database {database}"
    try:
        with _open(database, "rw", what) as opened:
            if opened.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise _damaged(what)
            return _contents(opened, what)
    except sqlite3.Error as error:
        raise _unreadable(what, error) from error


async def _examine(place: Place) -> Contents | None:
    """Return what a database on a server holds, None if there are no tables yet."""
    engine = place.engine().execution_options(**place.read_only)
    try:
        with place.errors_in_words():
            async with place.reading(engine) as connection:
                revision = await connection.run_sync(stored_revision, place)
                if revision is None:
                    return None
                rows = {
                    name: await count_rows(connection, table)
                    for name, table in metadata.tables.items()
                    if await connection.run_sync(_has, name)
                }
                return Contents(revision, rows)
    finally:
        await engine.dispose()


def _has(connection: Connection, table: str) -> bool:
    return inspect(connection).has_table(table)


def back_up(url: str, file: Path) -> Contents:
    """Copy the database at a URL, as it is at one moment, to a file; the bot may be running.

    An earlier backup in that file is replaced. Raises `StoreError`, with that backup as it was, if there is
    no sound database of this bot, or if the file cannot be written or holds anything but a backup.
    """
    database, file = _file(url).path.resolve(), file.resolve()
    if not database.is_file():
        raise StoreError(f"There is no database {database}, so there is nothing to back up yet.")
    _refuse_to_overwrite(file, database)
    with _open(database, "rw", f"The database {database}") as source, _place_beside(file) as copy:
        contents = _copy(source, copy, f"The database {database}", mark=BACKUP_MARK)
        _swap_in(copy, file)
    return contents


def restore(url: str, file: Path, at: datetime) -> Restored:
    """Put a backup in the place of the database at a URL; what was there is kept beside it, named by `at`.

    Raises `StoreError`, with the database as it was, if a bot or another program has it open, or if the file
    is damaged or not a database of this bot, or if anything on the way fails.
    """
    target, file = _file(url), file.resolve()
    database = target.path.resolve()
    if not file.is_file():
        raise StoreError(f"There is no backup {file}. Nothing was changed.")
    if database.exists() and database.samefile(file):
        raise StoreError(f"{file} is the database itself. Nothing was changed: choose a backup of it.")
    target.make_folder()
    with _held_alone(database), _place_beside(database) as copy:
        # Nobody writes to a file without a log beside it; so it can be read wherever it lies.
        how = "ro" if file.with_name(f"{file.name}-wal").exists() else "ro&immutable=1"
        with _open(file, how, f"The backup {file}") as source:
            contents = _copy(source, copy, f"The backup {file}", mark=0)
        return Restored(database, contents, kept=_exchange(database, copy, at))


def _file(url: str) -> sqlite.File:
    """Return the file that a URL names; raises `StoreError` for a database that is kept on a server."""
    place = place_of(url, _PATIENCE)
    if isinstance(place, sqlite.File):
        return place
    raise StoreError(
        f"The database {place} is on PostgreSQL, whose own programs do this. Nothing was done: back it up, "
        "also while the bot runs, with pg_dump --format=custom --file=FILE DATABASE; to restore that, stop "
        "the bot and use pg_restore --clean --if-exists --single-transaction --dbname=DATABASE FILE."
    )


def _refuse_to_overwrite(file: Path, database: Path) -> None:
    """Raise `StoreError` if a backup cannot go to a file, or would overwrite something else there."""
    if file.is_dir():
        raise StoreError(f"{file} is a folder. Nothing was written: name a file in it.")
    if not file.parent.is_dir():
        raise StoreError(f"There is no folder {file.parent}. Nothing was written: create it first.")
    if not file.exists():
        return
    if file.samefile(database):
        raise StoreError(f"{file} is the database itself. Nothing was written: name another file.")
    try:
        header = b"" if not file.is_file() else _header(file)
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror}. Nothing was written.") from error
    if not header.startswith(_MAGIC) or int.from_bytes(header[_MARK_AT]) != BACKUP_MARK:
        raise StoreError(
            f"{file} exists and is not a backup of this bot. It was left as it is: name another file, or "
            "move it away."
        )


def _header(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(100)


def _open(file: Path, mode: str, what: str) -> closing[sqlite3.Connection]:
    """Open a file that is there, in a way that `mode` names."""
    try:
        uri = f"{file.as_uri()}?mode={mode}"
        return closing(sqlite3.connect(uri, timeout=_PATIENCE, isolation_level=None, uri=True))
    except sqlite3.Error as error:
        raise _unreadable(what, error) from error


@contextmanager
def _place_beside(file: Path) -> Iterator[Path]:
    """Have an empty file beside another, and delete it in the end if it is still there."""
    prefix = f".{file.name}.copy-"
    try:
        for left in file.parent.glob(f"{glob.escape(prefix)}*"):  # by one that was killed
            if time.time() - left.stat().st_mtime > _SURELY_OVER:
                left.unlink(missing_ok=True)
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=prefix)
    except OSError as error:
        raise StoreError(
            f"Nothing can be written to the folder {file.parent}: {error.strerror}. Nothing was changed."
        ) from error
    os.close(descriptor)
    place = Path(name)
    try:
        yield place
    finally:
        for path in (place, *_beside(place)):
            path.unlink(missing_ok=True)


def _copy(source: sqlite3.Connection, copy: Path, what: str, *, mark: int) -> Contents:
    """Copy an opened database to a file, verify the copy, and have it on the disk; return what it holds."""
    try:
        source.execute("BEGIN")  # from here to the end, it is read as it is at one moment
        contents = _contents(source, what)
    except sqlite3.Error as error:
        raise _unreadable(what, error) from error
    try:
        with closing(sqlite3.connect(copy, isolation_level=None)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            target.execute(f"PRAGMA application_id={mark}")
        with closing(sqlite3.connect(copy, isolation_level=None)) as written:
            # More than quick_check: this compares indexes with their tables too.
            checked = written.execute("PRAGMA integrity_check(1)").fetchone()
            if checked != ("ok",) or _contents(written, what) != contents:
                raise _damaged(what)
        _sync(copy)
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, sqlite3.Error) and _code(error) in _DAMAGED:
            raise _damaged(what) from error
        raise StoreError(
            f"{what} cannot be copied to {copy.parent}: {error}. Nothing was changed."
        ) from error
    return contents


def _contents(connection: sqlite3.Connection, what: str) -> Contents:
    """Return what a database holds; raises `StoreError` if it is not one that this version can use."""
    named = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    tables = {name for (name,) in named}
    if not tables >= _FIRST_TABLES:
        raise StoreError(f"{what} does not belong to this bot. Nothing was changed.")
    revision = (connection.execute("SELECT version_num FROM alembic_version").fetchone() or [None])[0]
    if revision not in REVISIONS:
        raise StoreError(
            f"{what} was written by a newer version of the bot (schema {revision}; this one knows up to "
            f"{REVISIONS[-1]}). Nothing was changed: update the bot first."
        )
    if revision == REVISIONS[-1] and not tables >= metadata.tables.keys():
        raise _damaged(what)
    # No name is anybody's: they are those of the tables that are there.
    query = 'SELECT count(*) FROM "%s"'
    counts = {name: connection.execute(query % name).fetchone()[0] for name in tables}  # nosec B608
    return Contents(revision, counts)


def _swap_in(copy: Path, file: Path) -> None:
    """Put a copy in the place of a file, with whose owner and rights it goes on."""
    try:
        if file.exists():
            shutil.copymode(file, copy)
            if hasattr(os, "chown"):
                with suppress(PermissionError):
                    os.chown(copy, file.stat().st_uid, file.stat().st_gid)
        copy.replace(file)
    except OSError as error:
        raise StoreError(f"{file} cannot be replaced: {error.strerror}. It is as it was.") from error
    with suppress(OSError):  # not every system lets a folder be written to the disk
        _sync(file.parent, os.O_RDONLY)


def _sync(path: Path, mode: int = os.O_RDWR) -> None:
    """Have what was written to a file or a folder on the disk."""
    descriptor = os.open(path, mode)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _held_alone(database: Path) -> Iterator[None]:
    """Have a database that no bot uses, nor starts to use."""
    try:
        hold = Hold(database, alone=True)
    except BlockingIOError:
        raise StoreError(
            f"A bot is running on the database {database}. Nothing was changed: stop it first."
        ) from None
    except OSError as error:
        raise StoreError(
            f"The database {database} cannot be held: {error.strerror}. Nothing was changed."
        ) from error
    with hold:
        yield


def _exchange(database: Path, copy: Path, at: datetime) -> Path | None:
    """Put a copy in the place of a database, which is kept under a name with a date; return that name.

    What lies beside the database is renamed with it. At every moment there is a database in the place; if
    anything fails before the copy is there, everything has its old name again.
    """
    existed, kept = database.exists(), _free_name(database, at)
    renamed: list[tuple[Path, Path]] = []
    try:
        if existed:
            _settle(database)
            _link(database, kept)
        for path, name in zip(_beside(database), _beside(kept), strict=True):
            if path.exists():
                path.rename(name)
                renamed.append((path, name))
        _swap_in(copy, database)
    except BaseException as error:
        if copy.exists():
            for path, name in renamed:
                name.rename(path)
            kept.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise StoreError(
                f"The database {database} cannot be set aside: {error.strerror}. It is as it was."
            ) from error
        raise
    return kept if existed else None


def _settle(database: Path) -> None:
    """Have all of a sound database in its one file, for which it must be nobody else's.

    A log that stayed beside it would be replayed into what replaces it. One that is damaged is left alone:
    who may write, and closes it, deletes the log with what is not in the file yet.
    """
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", timeout=_PATIENCE, uri=True)) as looked:
            is_sound = looked.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except sqlite3.Error as error:
        is_sound = _code(error) in _IN_USE
    if not is_sound:
        return
    try:
        with closing(sqlite3.connect(database, timeout=_PATIENCE, isolation_level=None)) as opened:
            opened.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        if _code(error) in _IN_USE:
            raise StoreError(
                f"Another program has the database {database} open. Nothing was changed: close it first."
            ) from error
        raise StoreError(f"The database {database} cannot be set aside: {error}. It is as it was.") from error


def _free_name(database: Path, at: datetime) -> Path:
    stem = f"{database.stem}-replaced-{at:%Y-%m-%d-%H%M%S}"
    names = (f"{stem}{number}{database.suffix}" for number in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(path for path in map(database.with_name, names) if not path.exists())


def _link(file: Path, name: Path) -> None:
    """Give a file a second name, or make a copy where files have one name only."""
    try:
        name.hardlink_to(file)
    except OSError:
        shutil.copy2(file, name)
        _sync(name)


def _beside(file: Path) -> tuple[Path, ...]:
    """Return what SQLite may have written beside a file."""
    return tuple(file.with_name(f"{file.name}{suffix}") for suffix in _BESIDE)


def _unreadable(what: str, error: sqlite3.Error) -> StoreError:
    if _code(error) in _DAMAGED:
        return _damaged(what)
    return StoreError(f"{what} cannot be read: {error}. Nothing was changed.")


def _damaged(what: str) -> StoreError:
    return StoreError(f"{what} is damaged, or is not a database. Nothing was changed.")


def _code(error: sqlite3.Error) -> int:
    # The low byte is the primary result code: https://www.sqlite.org/rescode.html
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
