"""SQLite as this bot uses it: how a file is opened, and its errors in words that say what to do."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from knowledge.database_files import WRITTEN, file_of_url
from knowledge.errors import StoreError
from knowledge.store.holding import Hold
from knowledge.store.places import Watcher


class Alone:
    """The watch of the one process that uses a file."""

    async def close(self) -> None:
        """Do nothing: there is nobody else."""


@dataclass(frozen=True, slots=True)
class File:
    """A database file, how many seconds to wait while another program holds it, and whether to be `alone`."""

    path: Path
    patience: float
    alone: bool = False
    read_only: ClassVar[Mapping[str, Any]] = {"read_only": True}

    @classmethod
    def at(cls, url: str, patience: float, *, alone: bool = False) -> Self:
        """Return the file that a URL names; raises `StoreError` if it names none."""
        try:
            return cls(file_of_url(url), patience, alone)
        except ValueError:
            raise StoreError(f"The database must be a file, written {WRITTEN}.") from None

    def __str__(self) -> str:
        """Return its path."""
        return str(self.path)

    async def hold(self) -> Hold:
        """Hold the file, in a folder that is made if need be, for as long as it is in use.

        So nothing is restored over it meanwhile. Raises `StoreError` if it cannot be held.
        """
        await asyncio.to_thread(self.make_folder)
        until = time.monotonic() + self.patience
        while True:
            try:
                return Hold(self.path, alone=self.alone)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise (self.in_use() if self.alone else self.being_restored()) from None
                await asyncio.sleep(0.01)
            except OSError as error:
                raise self.not_to_be_held(error) from error

    def engine(self, *, migrating: bool = False) -> AsyncEngine:
        """Return an engine over the file: durable, waiting for others, with transactions that are real.

        For migrations it opens one connection at a time, on which tables can be replaced although others
        refer to them.
        """
        return _engine(self, migrating=migrating)

    def reading(self, engine: AsyncEngine) -> AbstractAsyncContextManager[AsyncConnection]:
        """Have a connection to read on; its transaction begins with what is read first."""
        return engine.connect()

    def writing(self, engine: AsyncEngine) -> AbstractAsyncContextManager[AsyncConnection]:
        """Have a connection in a transaction that holds the one lock to write, then commit it."""
        return engine.begin()

    migrating = writing

    def check(self, connection: Connection) -> None:
        """Raise `StoreError` if the file is damaged."""
        if connection.scalar(text("PRAGMA quick_check(1)")) != "ok":
            raise self.damaged()

    def check_migrated(self, connection: Connection) -> None:
        """Raise `StoreError` if rows refer to nothing, which is not checked while tables are replaced."""
        if connection.execute(text("PRAGMA foreign_key_check")).first():
            raise self.damaged()

    async def settle(self, engine: AsyncEngine) -> None:
        """Let readers and a writer work side by side from now on."""
        async with engine.connect() as connection:
            await use_write_ahead_log(connection, self)

    async def now(self, _: AsyncConnection) -> float:
        """Return the time of this machine, on which all are who use the file."""
        return time.time()

    async def announce(self, _: AsyncConnection, news: str) -> None:
        """Do nothing: one process uses the file."""

    async def watch(self, watcher: Watcher) -> Alone:
        """Let the watcher do what one process does for all; there are no others to hear of."""
        await watcher.take_over()
        return Alone()

    def make_folder(self) -> None:
        """Create the folder of the file, if there is none; raises `StoreError` if it cannot be."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The folder of the database, {self.path.parent}, cannot be created: {error.strerror}. "
                "Create it, let the bot write to it, or set data_dir to another folder."
            ) from error

    @contextmanager
    def errors_in_words(self) -> Iterator[None]:
        """Turn whatever SQLAlchemy or SQLite raises inside into a `StoreError`."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise StoreError(self._words(error)) from error

    def locked(self) -> StoreError:
        """Return the error for a file that others kept to themselves for as long as one can wait."""
        return StoreError(
            f"The database {self.path} stayed locked for {self.patience:g} seconds. Nothing was changed: "
            "stop the other program that writes to it, perhaps a second copy of the bot."
        )

    def being_restored(self) -> StoreError:
        """Return the error for a file over which a backup is restored just now."""
        return StoreError(
            f"A backup is being restored over the database {self.path}. Nothing was changed: start the bot "
            "again when that is done."
        )

    def in_use(self) -> StoreError:
        """Return the error for a file that a bot uses, and that is wanted alone."""
        return StoreError(
            f"A bot is running on the database {self.path}. Nothing was changed: stop it first."
        )

    def not_to_be_held(self, error: OSError) -> StoreError:
        """Return the error for a file beside which no other can be written, to say that it is in use."""
        if isinstance(error, PermissionError) or error.errno == errno.EROFS:
            return StoreError(self._unwritable())
        return StoreError(
            f"The database {self.path} cannot be marked as in use ({error.strerror}). Nothing was changed: "
            "check that its folder is on a local disk that has room."
        )

    def damaged(self) -> StoreError:
        """Return the error for a file that holds no sound database."""
        return StoreError(
            f"The database {self.path} is damaged, or is not a database. It was left as it is: restore a "
            "backup over it, or move it away to start with an empty one."
        )

    def _words(self, error: SQLAlchemyError | sqlite3.Error) -> str:
        reason = error.orig if isinstance(error, DBAPIError) else error
        # The low byte is the primary result code: https://www.sqlite.org/rescode.html
        match getattr(reason, "sqlite_errorcode", 0) & 0xFF:
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return str(self.locked())
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
                return self._unwritable()
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                return str(self.damaged())
            case sqlite3.SQLITE_FULL:
                problem, remedy = "is on a disk that is full", "make room on it"
            case sqlite3.SQLITE_IOERR:
                problem, remedy = "is on a disk that fails", "check that it has room and is sound"
            case _:
                problem, remedy = f"cannot be used ({reason})", "check the settings and the log"
        return f"The database {self.path} {problem}. Nothing was changed: {remedy}."

    def _unwritable(self) -> str:
        return (
            f"The database {self.path} cannot be written. Nothing was changed: let the bot write to the file "
            "and to its folder, or set data_dir to another folder."
        )


def _engine(file: File, *, migrating: bool) -> AsyncEngine:
    made = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(file.path)),
        hide_parameters=True,  # what people typed does not belong into errors, which are logged
        **({"poolclass": NullPool} if migrating else {}),
    )
    pragmas = [
        f"busy_timeout={int(file.patience * 1000)}",
        "synchronous=FULL",
        "secure_delete=ON",  # what people had deleted is not to be found in the file
        f"foreign_keys={'OFF' if migrating else 'ON'}",
    ]

    # The driver would otherwise begin transactions on its own, too late and never for DDL.
    @event.listens_for(made.sync_engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    # A transaction that reads before it writes must hold the write lock from the start, or it may fail late.
    @event.listens_for(made.sync_engine, "begin")
    def begun(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return made


async def use_write_ahead_log(connection: AsyncConnection, file: File) -> None:
    """Let readers and a writer work side by side from now on; the file remembers it.

    SQLite does not wait for others when it changes the mode, so this does.
    """
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    until = time.monotonic() + file.patience
    while True:
        try:
            await driver.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            await asyncio.sleep(0.01)
