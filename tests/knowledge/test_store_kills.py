"""What the store acknowledged survives a process that is killed at any moment."""

from __future__ import annotations

import os

import pytest

from benchmarks.kills import kill
from knowledge.database_servers import is_server


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that copy themselves")
@pytest.mark.alone
def test_what_was_acknowledged_survives_every_kill(url: str) -> None:
    rounds = 15 if is_server(url) else 40
    toll = kill(url, rounds, seed=20260131, longest_life=0.2)
    assert toll.kills == rounds
    assert toll.acknowledged > rounds
    assert toll.lost == 0
