"""Load: 5,000 people at 200 interactions a second. `python -m benchmarks.load` does the same for longer."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from benchmarks.load import RATE, Load, press_on
from tests.wire.lawful import broken
from tests.wire.loopback import Loopback
from tests.wire.service import running

SECONDS = 10.0
SPIN = """
import time
began, spent = time.perf_counter(), time.process_time()
while time.perf_counter() - began < 0.5:
    pass
print((time.process_time() - spent) / 0.5)
"""


async def share() -> float:
    """Return how much of two processors this machine lets us have, which other programs may be using."""

    async def spin() -> float:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SPIN, stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await process.communicate()
        return float(printed)

    return min(1.0, *await asyncio.gather(spin(), spin()))


async def test_of_many_people_at_once_nobody_waits(tmp_path: Path, told: list[str]) -> None:
    lag, ours = tmp_path / "lag", await share()
    rate = RATE if ours > 0.9 else RATE * ours / 2
    async with (
        Loopback().serving(strict=False) as loopback,
        running(loopback, tmp_path, WIRE_LAG=str(lag)) as service,
    ):
        result = await press_on(loopback, service, lag, Load(rate, seconds=SECONDS))
    told += [f"Load, {rate:.0f} interactions a second for {SECONDS:g} s:", *f"{result}".splitlines()]
    if rate < RATE:
        told.append(f"    (not {RATE:g}: other programs left us {ours:.0%} of a processor)")
    assert result.asked >= rate * SECONDS
    assert (result.lost, result.late) == (0, 0)
    assert not broken(loopback.api.requests[::20])
    assert "trace=" not in service.log
