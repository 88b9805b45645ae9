"""PostgreSQL as this bot uses it: how a database is opened, and its errors in words that say what to do.

Whoever writes takes one advisory lock of the transaction first, so that one writes at a time, as on SQLite:
methods read before they write, and what they read must hold until they have written. Several processes may
have the same database open. Each connection holds another lock, shared, by which a move finds that the
database is in use; whatever else has to be agreed upon among processes goes into `Lock`, and what needs a
connection of its own (LISTEN, say) gets one from `Remote.connect`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, ClassVar, Self
from uuid import uuid4

import asyncpg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from knowledge.database_servers import WRITTEN, Address
from knowledge.errors import StoreError, UncertainError
from knowledge.store.places import PassingError, Watch, Watcher, pauses

_log = logging.getLogger(__name__)

APPLICATION = "aid-policy-bot"
OURS = int.from_bytes(b"aidb")
"""The first of the two numbers of every advisory lock of this bot."""

CHANNEL = "aid_policy_bot"
"""On which processes notify each other."""

_CONNECTIONS = 5
_LONGEST_CLOSING = 1.0
_LONGEST_MIGRATION = 600.0
_LONG_GONE = timedelta(days=1)


class Lock(IntEnum):
    """What processes agree upon by an advisory lock; the second of its two numbers."""

    WRITING = 1
    IN_USE = 2
    DUTY = 3


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What an error means: in words, what to do, whether it may pass, and whether to connect anew."""

    problem: str
    remedy: str
    passes: bool = False
    anew: bool = False


_LOOK = "find what keeps it busy (pg_stat_activity shows it)"
_AWAY = "check that the server runs, and that database_url names it"
_FULL = _Trouble("is on a disk that is full", "make room on it")
_DAMAGED = _Trouble("is damaged", "look into the server's log, and restore a backup")
_REFUSED = _Trouble(
    "refuses the user or the password",
    "check database_url, PGPASSWORD, the file ~/.pgpass and the server's pg_hba.conf",
)
_LOST = _Trouble("cannot be reached ({reason})", _AWAY, passes=True, anew=True)
_STOPPED = _Trouble("stops, starts or was restarted ({reason})", _AWAY, passes=True, anew=True)
_CLASHED = _Trouble("gave way to another program ({reason})", "stop the other program", passes=True)

# By SQLSTATE or its first two characters: https://www.postgresql.org/docs/current/errcodes-appendix.html
_TROUBLES: Mapping[str, _Trouble] = {
    "08": _LOST,
    "57P01": _STOPPED,
    "57P02": _STOPPED,
    "57P03": _STOPPED,
    "57P05": _STOPPED,
    "25P03": _STOPPED,
    "25006": _Trouble(
        "is read-only, as after a fail-over",
        "let database_url name the server that takes writes, or all of them, parted by commas",
        passes=True,
        anew=True,
    ),
    "57014": _Trouble("took too long for a statement ({reason})", _LOOK, passes=True),
    "53300": _Trouble(
        "has no connection left",
        "stop what takes them (pg_stat_activity shows it), or raise max_connections",
        passes=True,
    ),
    "53100": _FULL,
    "40": _CLASHED,
    "0A000": _CLASHED,  # a statement that was prepared before somebody else migrated the tables
    "28": _REFUSED,
    "3D000": _Trouble("is not there", "create it (createdb NAME), or name another in database_url"),
    "42501": _Trouble(
        "does not let the bot's user do what it must ({reason})", "make that user the database's owner"
    ),
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
_BUSY = _Trouble("kept all connections busy", _LOOK, passes=True)


_ERRORS = (
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
"""What can be raised by whatever stands between the store and the server."""


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # its package has no types
    """A connection that can be closed although the server says nothing any more."""

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109  (as asyncpg has it)
        """Close it, in words if they are heard; asyncpg would wait for ever to have a request cancelled."""
        try:
            async with asyncio.timeout(_LONGEST_CLOSING):
                await super().close(timeout=timeout)
        except TimeoutError:
            self.terminate()


@dataclass(frozen=True, slots=True)
class Remote:
    """A database on a server, how many seconds to wait for what may pass, and whether to be `alone`."""

    address: Address
    patience: float
    alone: bool = False
    _writer: str = field(default_factory=lambda: uuid4().hex)
    read_only: ClassVar[Mapping[str, Any]] = {
        "isolation_level": "REPEATABLE READ",
        "postgresql_readonly": True,
    }

    @classmethod
    def at(cls, url: str, patience: float, *, alone: bool = False) -> Self:
        """Return the database that a URL names; raises `StoreError`, without the URL, if it names none."""
        try:
            return cls(Address.of_url(url), patience, alone)
        except ValueError:
            raise StoreError(
                f"The database must be written {WRITTEN}; in a password, signs such as @ : / ? # are escaped "
                "(@ is %40)."
            ) from None

    def __str__(self) -> str:
        """Return its name and where it is, without user and password."""
        return str(self.address)

    async def hold(self) -> Self:
        """Return itself: every connection says that the database is in use, for as long as it lasts."""
        return self

    def release(self) -> None:
        """Do nothing: the connections are closed by whoever has them."""

    async def connect(self, statement_seconds: float | None = None) -> asyncpg.Connection:
        """Return a connection of asyncpg with what the bot needs set, for whoever wants one of its own.

        Raises what asyncpg raises, or `StoreError` if others do not allow that the database is in use.
        """
        seconds = statement_seconds or self.patience
        # A lock is given up before the statement that waits for it, and the statement before its answer.
        several = {"target_session_attrs": "read-write"} if "," in self.address.hosts else {}
        connection = await asyncpg.connect(
            self.address.dsn,
            connection_class=_Connection,
            timeout=self.patience,
            command_timeout=2 * seconds,
            server_settings={
                "application_name": APPLICATION,
                "synchronous_commit": "on",  # what was acknowledged is on the disk
                "lock_timeout": str(int(1000 * seconds)),
                "statement_timeout": str(int(1500 * seconds)),
                "idle_in_transaction_session_timeout": "10s",  # of a process that was halted, say
                "tcp_keepalives_idle": "10",  # else the lock of a machine that vanished is kept for hours
                "tcp_keepalives_interval": "5",
                "tcp_keepalives_count": "3",
                "timezone": "UTC",
            },
            **several,
        )
        mine = f"SELECT pg_try_advisory_lock{'' if self.alone else '_shared'}($1, $2)"
        is_ours = False
        try:
            is_ours = await connection.fetchval(mine, OURS, Lock.IN_USE)
        finally:
            if not is_ours:
                connection.terminate()
        if not is_ours:
            raise self._in_use()
        return connection

    def engine(self, *, migrating: bool = False) -> AsyncEngine:
        """Return an engine over the database; for migrations, statements may take minutes."""
        seconds = _LONGEST_MIGRATION if migrating else None
        return create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: self.connect(seconds),
            isolation_level="READ COMMITTED",  # with the lock held, each statement sees all there is
            hide_parameters=True,  # what people typed does not belong into errors, which are logged
            pool_size=1 if self.alone or migrating else _CONNECTIONS,
            max_overflow=0,
            pool_timeout=self.patience,
        )

    @asynccontextmanager
    async def reading(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """Have a connection to read on; one that turns out to be of no use is not used again."""
        async with engine.connect() as connection:
            try:
                yield connection
            except _ERRORS as error:
                if _trouble(error).anew:
                    await connection.invalidate()
                    await engine.dispose()  # the others lead to the same server
                raise

    @asynccontextmanager
    async def migrating(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """Have a connection in a transaction beside which nobody writes, then commit it.

        Raises `UncertainError` if it is lost while it commits.
        """
        async with self.reading(engine) as connection:
            await connection.execute(_TAKE_TURN)
            yield connection
            try:
                await connection.commit()
            except _ERRORS as error:
                await connection.invalidate()
                raise (self._uncertain(error) if _trouble(error).anew else error) from None

    @asynccontextmanager
    async def writing(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """Have a connection in a transaction beside which nobody else writes, then commit it.

        With what is written goes a receipt. Where the connection is lost while it commits, the receipt tells
        whether that was done, also on a server that was restarted or took over meanwhile.
        """
        receipt = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S} {uuid4().hex}"
        async with self.reading(engine) as connection:
            await connection.execute(_TAKE_TURN_WITH_RECEIPT, {"key": self._receipt_key, "value": receipt})
            yield connection
            try:
                await connection.commit()
            except _ERRORS as error:
                await connection.invalidate()
                if not await self._is_there(receipt, error):
                    raise

    async def _is_there(self, receipt: str, lost: Exception) -> bool:
        """Return whether what was lost while committing is in the database nevertheless.

        Whoever has the turn to write knows: what was under way before has ended, one way or the other.
        Raises `UncertainError` if no server that takes writes says so in time.
        """
        until = time.monotonic() + self.patience
        for pause in pauses():
            with suppress(*_ERRORS, StoreError):
                connection = await self.connect()
                try:
                    # Whatever the server's default is: what was committed while this waited is to be seen.
                    async with connection.transaction(isolation="read_committed"):
                        await connection.execute(str(_TAKE_TURN))
                        if not await connection.fetchval("SELECT pg_is_in_recovery()"):
                            found = "SELECT value FROM memory WHERE key = $1"
                            return bool(await connection.fetchval(found, self._receipt_key) == receipt)
                finally:
                    connection.terminate()
            if time.monotonic() + pause > until:
                break
            await asyncio.sleep(pause)
        raise self._uncertain(lost) from None

    @contextmanager
    def errors_in_words(self) -> Iterator[None]:
        """Turn whatever SQLAlchemy, asyncpg or the network raises inside into a `StoreError`.

        The error itself is left out: the details that a server gives quote what people typed.
        """
        try:
            yield
        except _ERRORS as error:
            if _sqlstate(error) == "55P03":
                raise self.locked() from None
            kind = PassingError if _trouble(error).passes else StoreError
            problem, remedy = self._told(error)
            raise kind(f"The database {self} {problem}. Nothing was changed: {remedy}.") from None

    def locked(self) -> StoreError:
        """Return the error for a database to which others wrote for as long as one can wait."""
        return StoreError(
            f"The database {self} stayed locked for {self.patience:g} seconds. Nothing was changed: "
            "find the program that locks it (pg_locks shows it), perhaps a migration that goes on."
        )

    def _uncertain(self, lost: Exception) -> UncertainError:
        return UncertainError(
            f"The database {self} {self._told(lost)[0]} while it wrote. Whether that was kept is not known: "
            "look before you do it again."
        )

    def check(self, connection: Connection) -> None:
        """Raise `StoreError` if what is acknowledged on the connection would not be on the disk.

        A server that is set up to forget is only warned of: that is the choice of whoever runs it.
        """
        if connection.scalar(text("SHOW synchronous_commit")) != "on":
            raise StoreError(
                f"The database {self} acknowledges what it has not written yet, whatever it is told. Nothing "
                "was changed: let database_url name the server itself, and no pooler before it."
            )
        if "off" in (connection.scalar(text(f"SHOW {name}")) for name in ("fsync", "full_page_writes")):
            _log.warning(
                "The server of the database %s may lose what it acknowledged when its machine fails: set "
                "fsync and full_page_writes to on.",
                self,
            )

    def check_migrated(self, connection: Connection) -> None:
        """Do nothing: PostgreSQL lets no row refer to nothing, not even for a moment."""

    async def settle(self, engine: AsyncEngine) -> None:
        """Forget the receipts of processes that are long gone."""
        before = f"{datetime.now(UTC) - _LONG_GONE:%Y-%m-%dT%H:%M:%S}"
        async with engine.begin() as connection:
            await connection.execute(_FORGET_RECEIPTS, {"receipts": _RECEIPTS, "before": before})

    @property
    def _receipt_key(self) -> str:
        return f"{_RECEIPTS}{self._writer}"

    async def now(self, connection: AsyncConnection) -> float:
        """Return the time of the server."""
        return float((await connection.execute(_NOW)).scalar_one())

    async def announce(self, connection: AsyncConnection, news: str) -> None:
        """Notify all who listen, once the transaction is committed."""
        await connection.execute(_NOTIFY, {"channel": CHANNEL, "news": news})

    async def watch(self, watcher: Watcher) -> Watch:
        """Tell a watcher of the others, on a connection of its own, until the watch is closed."""
        from knowledge.store.watching import Watching

        return await Watching.begin(self, watcher)

    def why(self, error: Exception) -> str:
        """Return what is wrong with the database, in words."""
        return str(error) if isinstance(error, StoreError) else f"The database {self} {self._told(error)[0]}."

    def _in_use(self) -> StoreError:
        if self.alone:
            return StoreError(f"A bot is running on the database {self}. Nothing was changed: stop it first.")
        return StoreError(
            f"The database {self} is being moved. Nothing was changed: start the bot again when that is done."
        )

    def _told(self, error: Exception) -> tuple[str, str]:
        """Return the problem and the remedy of an error in words."""
        trouble, reason = _trouble(error), _reason(error)
        return trouble.problem.format(reason=reason), trouble.remedy


_NOW = text("SELECT extract(epoch FROM clock_timestamp())")
_NOTIFY = text("SELECT pg_notify(:channel, :news)")
_RECEIPTS = "receipt:"
_TURN = f"SELECT pg_advisory_xact_lock({OURS}, {Lock.WRITING:d})"
_TAKE_TURN = text(_TURN)
_TAKE_TURN_WITH_RECEIPT = text(
    f"INSERT INTO memory (key, value) SELECT :key, :value FROM ({_TURN}) AS turn "  # nosec B608
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)
_FORGET_RECEIPTS = text("DELETE FROM memory WHERE starts_with(key, :receipts) AND value < :before")


def _cause(error: BaseException) -> BaseException:
    """Return what the driver raised, or the error itself."""
    if isinstance(error, DBAPIError) and error.orig:
        return error.orig.__cause__ or error.orig
    return error


def _sqlstate(error: BaseException) -> str:
    return str(getattr(_cause(error), "sqlstate", None) or "")


def _trouble(error: BaseException) -> _Trouble:
    if isinstance(error, NoConnectionFreeError):
        return _BUSY
    cause, state = _cause(error), _sqlstate(error)
    # An internal error of the client is one that finds the server's last words in place of an answer.
    if not state and isinstance(cause, OSError | asyncpg.InterfaceError | asyncpg.InternalClientError):
        return _LOST
    unknown = _Trouble("cannot be used ({reason})", "check the settings and the log")
    return _TROUBLES.get(state) or _TROUBLES.get(state[:2]) or unknown


def _reason(error: BaseException) -> str:
    """Return what went wrong in the words of whoever noticed, without the details, which quote rows."""
    cause = _cause(error)
    if isinstance(cause, asyncpg.PostgresError):
        return str(cause.args[0] if cause.args else type(cause).__name__)
    if isinstance(cause, TimeoutError):
        return "no answer"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(cause).partition("\n")[0] or type(cause).__name__
