"""Load: 5,000 people at 200 interactions a second. `python -m benchmarks.load` does the same for longer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.load import RATE, SERVERS, Load, press_on, share
from tests.wire.lawful import broken
from tests.wire.loopback import Loopback
from tests.wire.service import running

SECONDS, SLOWEST = 10.0, 0.15


@pytest.mark.alone
async def test_of_many_people_at_once_nobody_waits(tmp_path: Path, tell: Callable[[str], None]) -> None:
    lag, ours = tmp_path / "lag", await share()
    rate = RATE if ours > 0.9 else RATE * ours / 2
    async with (
        Loopback(servers=SERVERS).serving(strict=False) as loopback,
        running(loopback, tmp_path, WIRE_LAG=str(lag)) as service,
    ):
        result = await press_on(loopback, service, lag, Load(rate, seconds=SECONDS))
    tell(f"Load, {rate:.0f} interactions a second for {SECONDS:g} s:\n{result}")
    if rate < RATE:
        tell(f"    (not {RATE:g}: other programs left us {ours:.0%} of a processor)")
    assert result.asked >= rate * SECONDS
    assert (result.lost, result.late, result.held_back) == (0, 0, 0)
    if min(ours, await share()) > 0.9:  # else people, and the loop, wait for other programs
        assert result.p99 <= SLOWEST
        assert not result.blocked
    assert not broken(loopback.api.requests)
    assert "trace=" not in service.log
