"""Several processes of the bot, each with a shard and a folder of its own, on one PostgreSQL database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from tests.wire.line import Line, line_to
from tests.wire.loopback import Loopback, Person
from tests.wire.service import ROOT, SECONDS_TO_START, Service, started
from tests.wire.things import MODERATORS_RIGHTS

SHARDS = 3
QUESTION = "who is Jung Pak"
OF_THE_BOT = "application_name = 'aid-policy-bot' AND datname = current_database()"


@dataclass(slots=True)
class Fleet:
    """The processes by the number of their shard."""

    loopback: Loopback
    folder: Path
    database: str
    stack: AsyncExitStack
    services: dict[int, Service] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of every process, beside those that make it one of several."""
    lines: dict[int, Line] = field(default_factory=dict)
    """Between each process and the database."""

    async def begin(self, number: int) -> None:
        """Start the process of a shard, without waiting for it."""
        folder = self.folder / str(number)
        folder.mkdir(exist_ok=True)
        program = (str(ROOT / "bot.py"), "run", "--shards", f"{number}/{SHARDS}")
        if number not in self.lines:
            self.lines[number] = await self.stack.enter_async_context(line_to(self.database))
        ours = {"AID_BOT_DATABASE_URL": self.lines[number].url, "WIRE_LAG": str(folder / "lag")}
        more = {**self.settings, **ours}
        starting = started(self.loopback.base, folder, program=program, more=more)
        self.services[number] = await self.stack.enter_async_context(starting)

    async def begin_all(self) -> None:
        """Start every process, without waiting for them."""
        for number in range(SHARDS):
            await self.begin(number)

    async def are_there(self, numbers: Collection[int] = range(SHARDS), seconds: float = 60) -> None:
        """Wait until shards are connected, and their processes know all their servers."""
        until = time.perf_counter() + seconds
        for number in numbers:
            service = self.services[number]
            while not (self.loopback.gateway.has(number) and await service.metric("aid_bot_ready")):
                assert service.process.returncode is None and time.perf_counter() < until, service.log
                await asyncio.sleep(0.05)

    async def restart(self, number: int) -> None:
        """Start the process of a shard anew, and wait for it."""
        await self.begin(number)
        await self.are_there([number])

    async def answers(self, number: int) -> bool:
        """Whether the process of a shard answers questions."""
        return "Foreign Policy" in (await self.member(number).slash("ask", question=QUESTION)).text

    async def kill(self, number: int) -> None:
        """Kill a process."""
        service = self.services[number]
        service.process.kill()
        await service.process.wait()
        self.loopback.gateway.forget(number)

    async def on_duty(self) -> list[int]:
        """Return the shards of the processes that do what is done once for all."""
        there = {n: one for n, one in self.services.items() if one.process.returncode is None}
        return [number for number, one in there.items() if await one.metric("aid_bot_on_duty")]

    async def duty_of(self, *others: int, seconds: float = SECONDS_TO_START) -> int:
        """Wait until one process has the duty, and none of some others; return its shard."""
        until = time.perf_counter() + seconds
        while len(holders := await self.on_duty()) != 1 or holders[0] in others:
            assert time.perf_counter() < until, holders
            await asyncio.sleep(0.05)
        return holders[0]

    def member(self, number: int, through: int | None = None) -> Person:
        """Return somebody in a server of a shard."""
        return self.loopback.member(of=self.loopback.guilds[number], through=through)

    def moderator(self, number: int, through: int | None = None) -> Person:
        """Return a moderator of a server of a shard."""
        guild = self.loopback.guilds[number]
        return self.loopback.member("mod", MODERATORS_RIGHTS, of=guild, through=through)

    async def in_database(self, query: str) -> list[asyncpg.Record]:
        """Ask the database something."""
        connection = await asyncpg.connect(self.database.replace("+asyncpg", ""))
        try:
            found: list[asyncpg.Record] = await connection.fetch(query)
            return found
        finally:
            await connection.close()


@asynccontextmanager
async def sailing(loopback: Loopback, folder: Path, database: str) -> AsyncIterator[Fleet]:
    """Have a fleet, not started yet; all that still run in the end must stop cleanly."""
    async with AsyncExitStack() as stack:
        fleet = Fleet(loopback, folder, database, stack)
        yield fleet
        running = [one for one in fleet.services.values() if one.process.returncode is None]
        codes = await asyncio.gather(*(service.stopped() for service in running))
        assert codes == [0] * len(running)


async def publishes(moderator: Person, question: str, answer: str) -> None:
    """Write an entry of a server and publish it."""
    form = await moderator.slash("faq-desk add")
    preview = await moderator.submits(form, question=question, answer=answer, citations="editorial")
    assert "Published" in (await moderator.presses(preview.card, "Publish", messages=1)).text
