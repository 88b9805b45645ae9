"""What the tests say where there is no PostgreSQL server: how many were not run, and what to install."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTED = "tests/knowledge/test_store_votes.py"
WITHOUT = f"""
import sys, pytest
from tests import postgresql
postgresql.programs = lambda: None
sys.exit(pytest.main(["-n0", "-rs", "{TESTED}", "-k", "latest_reasons or can_change"]))
"""


def run_without_a_server(**environment: str) -> subprocess.CompletedProcess[str]:
    ours = ("POSTGRESQL_TESTS", "PYTEST_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = [sys.executable, "-c", WITHOUT]
    return subprocess.run(
        command, cwd=ROOT, env=env | environment, capture_output=True, text=True, check=False
    )


def test_without_a_server_it_is_said_what_was_not_run_and_why() -> None:
    run = run_without_a_server()
    assert run.returncode == 0, run.stdout
    assert "2 passed, 2 skipped" in run.stdout
    assert (
        f"2 tests on PostgreSQL not run, in {TESTED}: There is no PostgreSQL: apt-get install" in run.stdout
    )


def test_where_a_server_is_required_it_fails_without_one() -> None:
    run = run_without_a_server(POSTGRESQL_TESTS="required")
    assert run.returncode == 1
    assert "There is no PostgreSQL: apt-get install postgresql" in run.stdout
    assert "2 errors" in run.stdout
