"""What one process carries: servers, their own entries, messages that are not for the bot, and questions.

    python -m benchmarks.scaling [--quick]

`python bot.py run` runs unmodified against the loopback Discord of tests/wire. Its servers are here those of
communities of some size: 40 channels, 25 roles, 60 emojis. What larger numbers of servers need is calculated
from what was measured and from how busy servers are taken to be. docs/scaling.md stands on it.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faq import Writer
from benchmarks.load import SLOWEST, Load, press_on, processor, resident
from knowledge.content import read_content
from knowledge.database_files import url_of_file
from knowledge.store import Store
from tests.wire.loopback import Loopback
from tests.wire.service import Service, started
from tests.wire.things import Channel, Guild, Payload, new_id

CHANNELS, ROLES, EMOJIS = 40, 25, 60

MESSAGES_A_DAY, QUESTIONS_A_DAY, ENTRIES = 500, 10, 0.5
"""How busy a server is taken to be, and how many entries of its own it has, on average."""

PEAK = 4
"""How many times more happens in the busiest minutes of a day than on average."""

BUSY = 0.5
"""How busy a processor may be then, so that nobody waits for others."""

ROOM = 1_048_576
"""The kB that the servers of one process may take."""

NEEDS_SHARDS, SERVERS_A_SHARD = 2_500, 1_000
"""From how many servers on Discord asks for shards, and how many it recommends for each."""

STEPS = (100, 2_500, 50_000, 1_000_000)
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done to measure it."""

    servers: Sequence[int] = (1, 100, 1_000, 2_500)
    entries: int = 5_000
    messages: int = 10_000
    messages_a_second: int = 500
    rates: Sequence[float] = (100, 150, 200, 250, 300, 350, 400)
    seconds: float = 15.0


QUICK = Size(servers=(1, 20), entries=100, messages=200, rates=(20,), seconds=3.0)


@dataclass(frozen=True, slots=True)
class Costs:
    """What a process, a server and an entry take, in kB; what a message and a question take, in seconds."""

    process: float
    server: float
    entry: float
    message: float
    question: float

    def plan(self, servers: int) -> str:
        """Return what so many servers need in their busiest minutes, as a row of a table."""
        questions = servers * PEAK * QUESTIONS_A_DAY / DAY
        busy = servers * PEAK * MESSAGES_A_DAY / DAY * self.message + questions * self.question
        processes = math.ceil(max(busy / BUSY, servers * self.server / ROOM))
        memory = self.process + servers * (self.server / processes + ENTRIES * self.entry)
        return row(
            f"{servers:,}",
            f"{math.ceil(servers / SERVERS_A_SHARD) if servers >= NEEDS_SHARDS else 1:,}",
            processes,
            "SQLite" if processes == 1 else "PostgreSQL",
            f"{questions:.2g}" if questions < 1 else f"{questions:,.0f}",
            f"{busy:.1%} of one" if busy < 1 else f"{busy:.1f}",
            f"{memory / 1024:,.0f} MB",
        )


class Community(Guild):
    """A server with as much in it as a community of some size has."""

    def payload(self) -> Payload:
        """Return the server as Discord sends one when it becomes available."""
        plain = super().payload()
        role, channels = plain["roles"][-1], (Channel(f"channel-{n}", self.id) for n in range(CHANNELS - 1))
        return {
            **plain,
            "roles": [*plain["roles"], *({**role, "id": str(new_id())} for _ in range(ROLES - 2))],
            "channels": [*plain["channels"], *(channel.payload() for channel in channels)],
            "emojis": [{"id": str(new_id()), "name": f"emoji_{n}", "roles": []} for n in range(EMOJIS)],
            "member_count": 3_000,
            "large": True,
        }


@dataclass(frozen=True, slots=True)
class Serving:
    """The bot in some servers, and how many seconds it took to answer in the last of them."""

    loopback: Loopback
    service: Service
    lag: Path
    seconds: float

    @property
    def pid(self) -> int:
        """The process."""
        return self.service.process.pid

    @property
    def memory(self) -> int:
        """The memory of the process in kB."""
        return resident(self.pid)


@asynccontextmanager
async def serving(servers: int, entries: int = 0) -> AsyncIterator[Serving]:
    """Have the bot serve some servers, with so many entries in its database, five to a server it has left."""
    loopback = Loopback(servers=servers, server=Community)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await _write_entries(folder / "data", entries)
        began, more = time.perf_counter(), {"WIRE_LAG": str(folder / "lag")}
        async with loopback.serving(strict=False), started(loopback.base, folder, more=more) as service:
            await service.signs_in(loopback, 300)
            someone = loopback.member(of=loopback.guilds[-1])
            await someone.begin_slash("help").until(messages=1, seconds=300)
            yield Serving(loopback, service, folder / "lag", time.perf_counter() - began)


async def servers_carried(counts: Sequence[int]) -> tuple[float, float]:
    """Print what servers take; return the kB of a process that serves one, and of each server."""
    print(
        row("servers", "until it answers", "processor", "memory", "each server"),
        row(*5 * ["---:"]),
        sep="\n",
    )
    found = []
    for count in counts:
        async with serving(count) as bot:
            found.append(bot.memory)
            each = (bot.memory - found[0]) / (count - 1) if count > 1 else 0.0
            cells = f"{bot.seconds:.1f} s", f"{processor(bot.pid):.1f} s", f"{bot.memory / 1024:,.0f} MB"
            print(row(f"{count:,}", *cells, f"{each:.0f} kB" if each else ""), flush=True)
    return found[0], max(each, 0.0)


async def entry_carried(count: int, without: float) -> float:
    """Print and return the kB that an entry takes."""
    async with serving(1, count) as bot:
        each = (bot.memory - without) / count
    print(f"\nAn entry of a server: {each:.1f} kB, of {count:,} in {count // 5:,} servers.")
    return each


async def message_carried(size: Size) -> float:
    """Print and return the seconds of processor that a message takes which is not for the bot."""
    async with serving(100) as bot:
        people = [bot.loopback.member(f"user{n}", of=guild) for n, guild in enumerate(bot.loopback.guilds)]
        began, before = time.perf_counter(), processor(bot.pid)
        for number, person in enumerate(itertools.islice(itertools.cycle(people), size.messages)):
            await person.says("I had the same thought when I read it this morning, to be honest.")
            if (early := began + number / size.messages_a_second - time.perf_counter()) > 0:
                await asyncio.sleep(early)
        rate = size.messages / (time.perf_counter() - began)
        await people[0].slash("help")  # comes after them all
        each = (processor(bot.pid) - before) / size.messages
    print(f"A message that is not for the bot: {each * 1e6:.0f} µs of processor, at {rate:.0f} a second.\n")
    return each


async def questions_carried(size: Size) -> float:
    """Print what more and more interactions take, until people wait; return what each takes."""
    head = "interactions a second", "p50", "p99", "lost, late or held back", "processor for each"
    print(row(*head), row(*5 * ["---:"]), sep="\n")
    each = 0.0
    async with serving(200) as bot:
        for rate in size.rates:
            came = await press_on(bot.loopback, {bot.service: bot.lag}, Load(rate, seconds=size.seconds))
            each, failed = each or came.cpu, came.lost + came.late + came.held_back
            cells = (
                f"{came.p50 * 1000:.1f} ms",
                f"{came.p99 * 1000:.0f} ms",
                failed,
                f"{came.cpu * 1000:.1f} ms",
            )
            print(row(f"{rate:g}", *cells), flush=True)
            if failed or came.p99 > SLOWEST:
                break
    return each


async def measure(size: Size) -> Costs:
    """Measure everything, and print it."""
    process, server = await servers_carried(size.servers)
    entry = await entry_carried(size.entries, process)
    return Costs(process, server, entry, await message_carried(size), await questions_carried(size))


def row(*cells: object) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"


async def _write_entries(folder: Path, count: int) -> None:
    writer = Writer(read_content())
    async with await Store.open(url_of_file(folder / "bot.db")) as store:
        for server in range(1, count // 5 + 1):
            await store.import_entries(server, list(writer.revisions(5)))


def main() -> None:
    """Run it as the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer of everything")
    costs = asyncio.run(measure(QUICK if parser.parse_args().quick else Size()))
    print(
        f"\nWith {MESSAGES_A_DAY} messages and {QUESTIONS_A_DAY} interactions a day in each server, {PEAK} "
        f"times as many at peak, {ENTRIES:g} entries of its own, and processors at most {BUSY:.0%} busy:\n"
    )
    head = (
        "servers",
        "shards",
        "processes",
        "database",
        "interactions a second",
        "processors",
        "memory of each",
    )
    print(row(*head), row(*7 * ["---:"]), *map(costs.plan, STEPS), sep="\n")


if __name__ == "__main__":
    main()
