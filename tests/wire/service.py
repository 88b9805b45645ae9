"""The bot as a process: `python bot.py run`, unmodified, in an environment that points it at the loopback."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.wire.loopback import TOKEN, Loopback

ROOT = Path(__file__).parents[2]
SHIM = Path(__file__).parent / "shim"
SECONDS_TO_START = 30.0
NEVER = "http://127.0.0.1:9"
"""An address at which nobody answers."""


@dataclass(slots=True, eq=False)
class Service:
    """The process, and what it wrote."""

    process: asyncio.subprocess.Process
    token: str
    written: list[str] = field(default_factory=list)
    readers: list[asyncio.Task[None]] = field(default_factory=list)
    seconds_to_stop: float = 0.0

    @property
    def log(self) -> str:
        """All that it wrote so far."""
        return "".join(self.written)

    async def says(self, words: str, times: int = 1, seconds: float = SECONDS_TO_START) -> None:
        """Wait until the log has some words so often."""
        until = time.perf_counter() + seconds
        while self.log.count(words) < times:
            ended = all(reader.done() for reader in self.readers)
            assert not ended and time.perf_counter() < until, f"it never said “{words}”:\n{self.log}"
            await asyncio.sleep(0.01)

    async def signs_in(self, loopback: Loopback, seconds: float = SECONDS_TO_START) -> None:
        """Wait until it is signed in to the gateway."""
        until = time.perf_counter() + seconds
        while not loopback.gateway.ready.is_set():
            assert self.process.returncode is None and time.perf_counter() < until, self.log
            await asyncio.sleep(0.01)

    async def metric(self, name: str, **labels: str) -> float:
        """Return the value of a metric, of several the sum; 0 if there is none such."""
        found = re.search(r"at port (\d+) of 127\.0\.0\.1", self.log)
        assert found, "nothing is served; start it with AID_BOT_STATUS_ADDRESS=127.0.0.1:0"
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{found[1]}/metrics") as response,
        ):
            families = text_string_to_metric_families(await response.text())
        samples = [sample for family in families for sample in family.samples if sample.name == name]
        return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to stop."""
        self.process.send_signal(number)

    async def ended(self, seconds: float = SECONDS_TO_START) -> int:
        """Wait until it has ended; return its exit code. Nothing that it wrote may have the token in it."""
        began = time.perf_counter()
        await asyncio.wait_for(self.process.wait(), seconds)
        await asyncio.gather(*self.readers)
        self.seconds_to_stop = time.perf_counter() - began
        assert [part for part in self.token.split(".") if part in self.log] == []
        assert self.process.returncode is not None
        return self.process.returncode

    async def stopped(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it; return its exit code."""
        self.stop(number)
        return await self.ended()

    async def read(self, stream: asyncio.StreamReader) -> None:
        """Keep what it writes."""
        while line := await stream.readline():
            self.written.append(line.decode("utf-8", "replace"))


def environment(base: str, data: Path, token: str, **more: str) -> dict[str, str]:
    """Return the environment of the process: ours, without settings that others made for the bot."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AID_BOT_", "DISCORD_", "WIRE_"))}
    paths = os.pathsep.join(filter(None, (str(SHIM), str(ROOT), inherited.get("PYTHONPATH"))))
    ours = {"DISCORD_TOKEN": token, "AID_BOT_DATA_DIR": str(data), "WIRE_BASE": base, "PYTHONPATH": paths}
    return {**inherited, **ours, "AID_BOT_STATUS_ADDRESS": "127.0.0.1:0", **more}


@asynccontextmanager
async def started(
    base: str,
    folder: Path,
    *,
    token: str = TOKEN,
    program: tuple[str, ...] = (str(ROOT / "bot.py"), "run"),
    preparing: Callable[[], None] | None = None,
    more: Mapping[str, str] | None = None,
) -> AsyncIterator[Service]:
    """Start the bot in a folder, and end it however it is left."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *program),
        cwd=folder,
        env=environment(base, folder / "data", token, **(more or {})),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=preparing,
    )
    service = Service(process, token)
    assert process.stdout is not None
    assert process.stderr is not None
    service.readers += [asyncio.create_task(service.read(s)) for s in (process.stdout, process.stderr)]
    try:
        yield service
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await asyncio.gather(*service.readers)


@asynccontextmanager
async def running(loopback: Loopback, folder: Path, **more: str) -> AsyncIterator[Service]:
    """Start the bot and wait until it is signed in; it must stop cleanly in the end if it still runs."""
    async with started(loopback.base, folder, more=more) as service:
        await service.signs_in(loopback)
        yield service
        if service.process.returncode is None:
            assert await service.stopped() == 0, service.log


def is_closed(folder: Path) -> bool:
    """Return whether the database was closed as it should be: SQLite then leaves no log beside it."""
    with closing(sqlite3.connect(folder / "data" / "bot.db")) as database:
        sound = database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return sound and not (folder / "data" / "bot.db-wal").exists()
