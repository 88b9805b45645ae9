"""Where a database is: the one shape in which the rest of the store meets SQLite and PostgreSQL.

`sqlite.File` and `postgresql.Remote` have it. What differs between the two is in them, and nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from knowledge import database_servers
from knowledge.errors import StoreError

_LONGEST_PAUSE = 1.0

_log = logging.getLogger(__name__)

_T = TypeVar("_T")


class PassingError(StoreError):
    """A database that cannot be used just now: nothing was changed, and another try may succeed."""


class Held(Protocol):
    """A database that is in use until it is let go of."""

    def release(self) -> None:
        """Let go of it; letting go twice does nothing."""


class Watcher(Protocol):
    """A process that may share a database with others."""

    async def look(self) -> None:
        """Read what others may have changed; raises `StoreError` where that cannot be read."""

    async def take_over(self) -> None:
        """Do from now on what one process does for all."""

    async def stand_down(self) -> None:
        """Leave that to another process."""


class Watch(Protocol):
    """What a watcher is told of, until it is closed."""

    async def close(self) -> None:
        """Tell no more, and leave to others what one process does for all; closing twice does nothing."""


class Place(Protocol):
    """Where a database is, and how it is opened there; written out, it is the name that people know."""

    @property
    def patience(self) -> float:
        """How many seconds to wait while something stands in the way that may pass."""

    @property
    def read_only(self) -> Mapping[str, Any]:
        """The execution options with which a connection reads everything as it was at one moment."""

    async def hold(self) -> Held:
        """Have the database in use, or alone; raises `StoreError` if others do not allow that."""

    def engine(self, *, migrating: bool = False) -> AsyncEngine:
        """Return an engine on which what is committed is durable; for `migrating` a short-lived one."""

    def reading(self, engine: AsyncEngine) -> AbstractAsyncContextManager[AsyncConnection]:
        """Have a connection of an engine, to read."""

    def writing(self, engine: AsyncEngine) -> AbstractAsyncContextManager[AsyncConnection]:
        """Have a connection of an engine in a transaction beside which nobody else writes, then commit it."""

    def migrating(self, engine: AsyncEngine) -> AbstractAsyncContextManager[AsyncConnection]:
        """Have what `writing` has, also while there are no tables yet, or others."""

    def errors_in_words(self) -> AbstractContextManager[None]:
        """Turn whatever SQLAlchemy or the driver raises inside into a `StoreError`."""

    def locked(self) -> StoreError:
        """Return the error for a database that others kept to themselves for as long as one can wait."""

    def check(self, connection: Connection) -> None:
        """Raise `StoreError` if the database is damaged."""

    def check_migrated(self, connection: Connection) -> None:
        """Raise `StoreError` if a migration left rows that refer to nothing."""

    async def settle(self, engine: AsyncEngine) -> None:
        """Do what is left to do once the schema is up to date."""

    async def now(self, connection: AsyncConnection) -> float:
        """Return the time in seconds, by a clock that all who use the database share."""

    async def announce(self, connection: AsyncConnection, news: str) -> None:
        """Tell all who `watch` some news, once the transaction of a connection is committed."""

    async def watch(self, watcher: Watcher) -> Watch:
        """Tell a watcher of the other processes that use the database, until the watch is closed."""


def place_of(url: str, patience: float, *, alone: bool = False) -> Place:
    """Return the place that a URL names, to be used together with others or `alone`.

    Raises `StoreError` if it names none, or if the package that opens it is not installed.
    """
    if not database_servers.is_server(url):
        from knowledge.store.sqlite import File

        return File.at(url, patience, alone=alone)
    try:
        from knowledge.store.postgresql import Remote
    except ModuleNotFoundError as error:
        raise StoreError(
            f"A PostgreSQL database needs a package that is not installed, {error.name}. Install it: "
            f"{sys.executable} -m pip install -e '.[postgresql]'"
        ) from None
    return Remote.at(url, patience, alone=alone)


async def insist(
    do: Callable[[], Awaitable[_T]], patience: float, stopped: Callable[[], bool] = lambda: False
) -> _T:
    """Do something, and again a little later as long as there is patience and it is not `stopped`.

    Only what raises `PassingError` is done again; the last error is raised.
    """
    until = time.monotonic() + patience
    for number, pause in enumerate(pauses()):
        try:
            return await do()
        except PassingError as error:
            if stopped() or time.monotonic() + pause > until:
                raise
            if not number:
                _log.warning("It is tried again for %g seconds: %s", patience, error)
        await asyncio.sleep(pause)
    raise AssertionError("pauses have no end")


def pauses() -> Iterator[float]:
    """Yield how many seconds to wait between one try and the next: longer each time, and never in step."""
    step = 0.05
    while True:
        yield random.uniform(step / 2, step)  # nosec B311
        step = min(2 * step, _LONGEST_PAUSE)
