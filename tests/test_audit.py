"""The audit of the packages: it never says that all is well without having audited anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

AUDIT = Path(__file__).parents[1] / ".ci" / "audit.py"
SOUND = {"name": "click", "version": "8.2", "vulns": []}
FLAWED = {"name": "yaml", "version": "1.0", "vulns": [{"id": "CVE-2020-1", "fix_versions": ["5.4"]}]}
UNKNOWN = {"name": "ours", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([SOUND, UNKNOWN], 0, "pip-audit: 1 packages audited, 1 skipped, 0 known vulnerabilities"),
        ([SOUND, FLAWED], 1, "pip-audit: yaml 1.0: CVE-2020-1, mended in 5.4"),
        ([UNKNOWN, UNKNOWN], 0, "pip-audit: not run: Dependency not found on PyPI"),
        ([], 0, "pip-audit: not run: there was nothing to audit"),
        (None, 0, "pip-audit: not run: ConnectionError: no network"),
    ],
)
def test_it_says_what_was_audited(tmp_path: Path, packages: list[Any] | None, code: int, said: str) -> None:
    """A stand-in prints what pip-audit would, so that no network is needed."""
    stand_in = tmp_path / "pip-audit"
    printed = "" if packages is None else json.dumps({"dependencies": packages})
    stand_in.write_text(f"import sys\nprint({printed!r})\nsys.exit('ConnectionError: no network')\n", "utf-8")
    run = subprocess.run(
        [sys.executable, str(AUDIT), sys.executable, str(stand_in)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (code, "")
    assert run.stdout.splitlines()[0] == said


def test_without_pip_audit_it_says_so() -> None:
    run = subprocess.run(
        [sys.executable, str(AUDIT), "no-such-tool"], capture_output=True, text=True, check=True
    )
    assert run.stdout == "pip-audit: not run: No such file or directory\n"
