"""Watching: what a process hears of the others that use its PostgreSQL database, and who has the duty.

On a connection of its own it listens for news (NOTIFY) and holds, if no other process does, the advisory lock
that comes with the duty. Both end with the connection. News only say that there is something to read: what is
read is what has a later number than was read last. So nothing is missed by who was away, and where no news
arrive, a look every few seconds finds the same.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import Self

import asyncpg

from knowledge.errors import KnowledgeError, StoreError
from knowledge.store.places import Watcher, pauses
from knowledge.store.postgresql import CHANNEL, OURS, Lock, Remote

EVERY = 2.0
"""Seconds from one look to the next where no news arrive, and from one try to get the duty to the next."""

_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, StoreError, OSError)

_log = logging.getLogger(__name__)


class Watching:
    """A watch that goes on, whatever happens to its connection, until it is closed."""

    def __init__(self, place: Remote, watcher: Watcher) -> None:
        """Take the database and who is told; `begin` begins."""
        self._place = place
        self._watcher = watcher
        self._news = asyncio.Event()
        self._is_settled = asyncio.Event()
        self._on_duty = self._has_failed = self._is_away = self._is_blind = False
        self._taking_over: asyncio.Task[None] | None = None
        self._tries = pauses()
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def begin(cls, place: Remote, watcher: Watcher) -> Self:
        """Begin, and return once it is known whether the watcher has the duty, or that this takes longer."""
        made = cls(place, watcher)
        made._task = asyncio.create_task(made._run(), name="watching the other processes")
        try:
            await made._is_settled.wait()
            if made._taking_over is not None:
                await asyncio.wait({made._taking_over})
        except BaseException:  # whoever is cancelled has nothing to close
            await made.close()
            raise
        return made

    async def close(self) -> None:
        """Tell no more, and leave the duty to others; closing twice does nothing."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self._attend(await self._place.connect())
            except _LOST as error:
                self._tell_of_loss(error)
            except Exception:
                _log.exception("Watching the other processes failed, and is begun anew")
            finally:
                self._is_settled.set()
            await self._look()
            await asyncio.sleep(next(self._tries))

    async def _attend(self, connection: asyncpg.Connection) -> None:
        """Listen on a connection until it is lost, which raises what was the matter."""
        connection.add_termination_listener(lambda _: self._news.set())
        try:
            await connection.add_listener(CHANNEL, lambda *_: self._news.set())
            if self._is_away:
                _log.info("The connection on which other processes are heard is back.")
            self._is_away = False
            due = 0.0
            while not connection.is_closed():
                if time.monotonic() >= due:
                    await self._see_to_duty(connection)
                    self._is_settled.set()
                    self._tries = pauses()
                    due = time.monotonic() + EVERY
                self._news.clear()
                await self._look()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), max(0.0, due - time.monotonic()))
            raise asyncpg.InterfaceError("the connection was closed")
        finally:
            connection.terminate()
            await self._stand_down()

    async def _see_to_duty(self, connection: asyncpg.Connection) -> None:
        """Take the duty if nobody has it; raises if the connection is lost, with which it would be gone."""
        if self._on_duty:
            await connection.execute("SELECT 1")
            if self._has_failed:
                self._taking_over = asyncio.create_task(self._take_over())
        elif await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", OURS, Lock.DUTY):
            _log.info("This process now does what is done once for all: telling the commands, retention.")
            self._on_duty = True
            self._taking_over = asyncio.create_task(self._take_over())  # it may wait for Discord

    async def _take_over(self) -> None:
        """Have the watcher take over; what fails is tried again before long."""
        self._has_failed = False
        try:
            await self._watcher.take_over()
        except Exception:
            self._has_failed = True
            _log.exception("What is done once for all could not be begun, and is tried again")

    async def _stand_down(self) -> None:
        if self._on_duty and self._taking_over is not None:
            self._taking_over.cancel()
            self._on_duty = self._has_failed = False
            await self._watcher.stand_down()

    async def _look(self) -> None:
        """Have the watcher read what was changed; what fails is said once, and tried at the next look."""
        try:
            await self._watcher.look()
        except KnowledgeError as error:
            if not self._is_blind:
                _log.warning("What other processes change cannot be read, and is read later. %s", error)
            self._is_blind = True
            return
        except Exception:
            _log.exception("What other processes changed could not be taken in")
            return
        if self._is_blind:
            _log.info("What other processes changed meanwhile is read.")
        self._is_blind = False

    def _tell_of_loss(self, error: Exception) -> None:
        if not self._is_away:
            _log.warning(
                "The connection on which other processes are heard is lost. %s It is tried again; meanwhile "
                "changes of theirs come later.",
                self._place.why(error),
            )
        self._is_away = True
