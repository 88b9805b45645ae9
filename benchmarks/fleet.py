"""Several processes on one PostgreSQL database: what they carry, how they sign in, how much they write.

    python -m benchmarks.fleet [--quick]

`python bot.py run --shards …` runs unmodified, several times, against the loopback Discord of tests/wire and
a PostgreSQL server of this machine, which has on the disk what it acknowledges. docs/scaling.md stands on it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from benchmarks.load import Load, Result, press_on
from benchmarks.scaling import row
from knowledge.database_files import url_of_file
from knowledge.store import Store
from tests import postgresql
from tests.wire.fleet import SHARDS, Fleet, sailing
from tests.wire.gateway import Sharding
from tests.wire.loopback import Loopback
from tests.wire.service import ROOT, running, started

SERVERS, RATE, SECONDS = 60, 100.0, 20.0
WRITERS, WRITES = 4, 2_000
SIGN_INS = ((16, 4, 1), (16, 4, 16))
"""Shards, processes, and how many shards Discord lets identify at a time."""

TURN = 5.0
"""Seconds from one shard that identifies to the next, at Discord."""


async def carry(server: str, folder: Path, load: Load) -> None:
    """Print what a load costs one process on SQLite, one on PostgreSQL, and three on PostgreSQL."""
    print("| processes | database | p50 | p99 | lost or late | processor for each |")
    print("| ---: | --- | ---: | ---: | ---: | ---: |")
    given = {"SQLite": {}, "PostgreSQL": {"AID_BOT_DATABASE_URL": await _database(server)}}
    for name, more in given.items():
        place = folder / name
        place.mkdir()
        async with (
            Loopback(servers=SERVERS).serving(strict=False) as loopback,
            running(loopback, place, WIRE_LAG=str(place / "lag"), **more) as service,
        ):
            _row(1, name, await press_on(loopback, {service: place / "lag"}, load))
    async with _fleet(server, folder / "three") as fleet:
        services = {one: fleet.folder / str(number) / "lag" for number, one in fleet.services.items()}
        _row(SHARDS, "PostgreSQL", await press_on(fleet.loopback, services, load))


async def sign_in(server: str, folder: Path, shards: int, processes: int, at_a_time: int) -> None:
    """Print how long it takes processes that start together to connect all shards, none before its turn."""
    loopback, each = Loopback(servers=shards, shards=shards), shards // processes
    loopback.gateway.sharding = Sharding(recommended=shards, max_concurrency=at_a_time, seconds=TURN)
    url, began = await _database(server), time.perf_counter()
    async with loopback.serving(), AsyncExitStack() as stack:
        for first in range(0, shards, each):
            program = (str(ROOT / "bot.py"), "run", "--shards", f"{first}-{first + each - 1}/{shards}")
            place = folder / f"{at_a_time}-{first}"
            place.mkdir()
            more = {"AID_BOT_DATABASE_URL": url}
            await stack.enter_async_context(started(loopback.base, place, program=program, more=more))
        await asyncio.wait_for(loopback.gateway.ready.wait(), 60 + shards / at_a_time * TURN * 2)
        took = time.perf_counter() - began
    print(
        f"{shards} shards in {processes} processes, {at_a_time} at a time, are connected after {took:.0f} s, "
        "none before its turn."
    )


async def write(name: str, url: str, writers: int, writes: int) -> None:
    """Print how many votes a second are on the disk, where some stores write at the same time."""
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(await Store.open(url)) for _ in range(writers)]

        async def votes(store: Store, writer: int) -> None:
            for number in range(writes // writers):
                await store.vote(f"card {number}", writer, helpful=True)

        began = time.perf_counter()
        await asyncio.gather(*(votes(store, number) for number, store in enumerate(stores)))
        rate = writes / (time.perf_counter() - began)
    print(
        f"{name}, {writers} {'process' if writers == 1 else 'processes'} writing: {rate:,.0f} votes a second."
    )


def _row(processes: int, database: str, result: Result) -> None:
    cells = (
        str(processes),
        database,
        f"{result.p50 * 1000:.1f} ms",
        f"{result.p99 * 1000:.0f} ms",
        str(result.lost + result.late),
        f"{result.cpu * 1000:.1f} ms",
    )
    print(row(*cells), flush=True)


async def _database(server: str) -> str:
    return await asyncio.to_thread(postgresql.new_database, server, empty=True)


@asynccontextmanager
async def _fleet(server: str, folder: Path) -> AsyncIterator[Fleet]:
    """Have three processes on a database of their own, all of them connected."""
    await asyncio.to_thread(folder.mkdir)
    discord = Loopback(servers=SERVERS, shards=SHARDS)
    discord.gateway.sharding = Sharding(recommended=SHARDS, max_concurrency=SHARDS)
    async with discord.serving(strict=False), sailing(discord, folder, await _database(server)) as fleet:
        await fleet.begin_all()
        await fleet.are_there()
        yield fleet


async def _main(*, quick: bool) -> None:
    load = Load(20.0, 500, 3.0) if quick else Load(RATE, seconds=SECONDS)
    with tempfile.TemporaryDirectory() as name, postgresql.private_cluster(durable=True) as cluster:
        folder = Path(name)
        await carry(cluster.url, folder, load)
        print()
        for shards, processes, at_a_time in ((4, 2, 4),) if quick else SIGN_INS:
            await sign_in(cluster.url, folder, shards, processes, at_a_time)
        print()
        writes = 40 if quick else WRITES
        await write("SQLite", url_of_file(folder / "votes.db"), 1, writes)
        for writers in (1, WRITERS):
            await write("PostgreSQL", await _database(cluster.url), writers, writes)


def main() -> None:
    """Run it as the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer interactions, shards and writes")
    try:
        asyncio.run(_main(quick=parser.parse_args().quick))
    except LookupError:
        sys.exit(postgresql.NO_SERVER)


if __name__ == "__main__":
    main()
