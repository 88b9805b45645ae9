"""What the store acknowledged survives a process that is killed at any moment."""

from __future__ import annotations

import os

import pytest

from benchmarks.kills import kill


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that copy themselves")
@pytest.mark.alone
def test_what_was_acknowledged_survives_40_kills(url: str) -> None:
    toll = kill(url, rounds=40, seed=20260131)
    assert toll.kills == 40
    assert toll.acknowledged > 40
    assert toll.lost == 0
