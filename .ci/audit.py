"""Run pip-audit and say what it really did: it can succeed having audited nothing.

Usage: python audit.py PIP_AUDIT [ARGUMENT …]. Ends with 1 if a package has a known vulnerability. If nothing
could be audited, as without a network, it says "pip-audit: not run" and ends with 0.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

PATIENCE = 300


def _report(command: list[str]) -> tuple[list[dict[str, Any]], str]:
    """Return what is said of each package, or nothing and why."""
    try:
        run = subprocess.run(
            [*command, "--format", "json", "--progress-spinner", "off"],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return json.loads(run.stdout)["dependencies"], ""
    except subprocess.TimeoutExpired:
        return [], f"it took longer than {PATIENCE} seconds"
    except OSError as error:
        return [], str(error.strerror)
    except (ValueError, KeyError, TypeError):
        return [], (run.stderr.strip().splitlines() or ["it reported nothing"])[-1][:200]


def main(command: list[str]) -> int:
    """Print what was audited and what was found; return the exit code."""
    packages, why = _report(command)
    audited = [one for one in packages if "vulns" in one]
    found = [(one, flaw) for one in audited for flaw in one["vulns"]]
    if not audited:
        reasons = sorted({one.get("skip_reason", "") for one in packages if one.get("skip_reason")})
        print(f"pip-audit: not run: {why or (reasons or ['there was nothing to audit'])[0][:200]}")
        return 0
    for package, flaw in found:
        mended = ", ".join(flaw.get("fix_versions", ())) or "no version"
        print(f"pip-audit: {package['name']} {package['version']}: {flaw['id']}, mended in {mended}")
    print(
        f"pip-audit: {len(audited)} packages audited, {len(packages) - len(audited)} skipped, "
        f"{len(found)} known vulnerabilities"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
