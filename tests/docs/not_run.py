"""What no test runs or compares of the pages, each with its reason; `test_pages.py` reads it at least."""

from __future__ import annotations

import re
from collections.abc import Mapping

NOT_RUN: Mapping[str, str] = {
    r"python3 -m venv \.venv": "makes the environment that the tests are run in",
    r"\.venv/bin/pip install .*": "needs the network; .ci/run runs what contributors need of it",
    r"(\.venv/bin/)?python -m pytest( tests/(wire|test_golden\.py))?": "is this very run, or a part of it",
    r"bash \.ci/run": "is what runs these tests",
    r"(\w+=\S+ )?(\.venv/bin/)?python bot\.py run( --shards .*)?": "needs a token, and does not end",
    r"(\.venv/bin/)?python bot\.py demo": "ends only when it is stopped; tests/test_demo.py drives it",
    r"python bot\.py doctor": "looks for Discord; tests/test_doctor.py has one on this machine",
    r"(\.venv/bin/)?python -m benchmarks.*": "takes minutes; tests/test_benchmarks.py has the short ones",
    r"python docs/pictures\.py": "takes minutes; tests/test_demo.py makes the pages anew, without pictures",
    r"\.venv/bin/python docs/examples\.py .*": "runs what is run here, and writes it down",
    r"\.venv/bin/pre-commit install": "writes into the repository; test_carrying_on.py reads its hooks",
    r"useradd .*": "changes the users of the machine",
    r"runuser -u postgres -- create(user|db) .*": "needs the server of the machine",
    r"runuser -u aid-bot -- pg_(dump|restore) .*": "needs that server; test_store_postgresql.py has one",
    r"runuser -u aid-bot -- .* migrate-store .*": "needs that server; tests/test_bot.py moves to one",
    r"git (clone|pull|rev-parse|checkout) ?.*": "needs a repository and its place of origin",
    r"systemctl .*|journalctl .*": "needs a machine that systemd runs; tests/test_deploy.py reads the unit",
    r"docker .*": "needs Docker; tests/test_deploy.py and tests/wire/test_compose.py read its files",
    r"sh -c 'set -a; .*": "needs the bot's user, and looks for Discord",
    r"curl .*": "needs a bot that runs; tests/handlers/test_operating.py asks one at that path",
    r"apt-get install .*": "changes the machine",
}
"""The reasons, by what the whole of a command looks like."""


NOT_COMPARED: Mapping[str, str] = {
    "Read “november” as November 2023": "test_pages.py asks the two reports at the core alone",
    "ok          content:": "what a machine without a network says; tests/test_doctor.py tries such",
    "2026-11-22T03:53:44Z INFO": "lines of a log; tests/handlers/test_logs.py reads such",
    "ERROR handlers.reloading:": "a line of a log; tests/handlers/test_operating.py reads such",
    "200 interactions a second": "what was measured once",
    "50 interactions a second": "what was measured once",
    "100 entries published in": "what was measured once",
    '- id: "what-is-a-hold"': "tests/test_demo.py imports it",
}
"""The samples on the pages, by their beginnings, that are neither run nor compared, each with the reason."""


def reason(command: str) -> str:
    """Return why a command is not run; nothing if it is run."""
    return next((why for looks, why in NOT_RUN.items() if re.fullmatch(looks, command)), "")
