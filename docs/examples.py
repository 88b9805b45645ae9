"""The examples of a page: commands in ```sh blocks, each with its output in the ```text block below it.

`python docs/examples.py docs/researchers.md` runs them all, in a folder of their own, and writes down anew
what they print; a test holds the page to it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
AS_TYPED, AS_RUN = ".venv/bin/python bot.py", "python bot.py"
"""How a reader calls the bot, and how it is called here, where there may be no `.venv`."""

SETUP = 'set -o pipefail; python() { "$PYTHON" "$ROOT/$1" "${@:2}"; }; '
_EXAMPLE = re.compile(
    r"^```sh\n(?P<command>.*?)^```\n\n```text\n(?P<output>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Example:
    """A command on a page, and what the page says it prints."""

    command: str
    output: str


def examples(page: str) -> Iterator[Example]:
    """Yield the examples of a page, in their order."""
    for found in _EXAMPLE.finditer(page):
        yield Example(found["command"], found["output"])


def printed(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Run a command in a folder and return what it prints, errors included.

    What differs each time is put as it is on the page: the day of an import, the version of the library.
    """
    run = subprocess.run(
        ["bash", "-c", SETUP + command.replace(AS_TYPED, AS_RUN)],
        cwd=folder,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("AID_BOT_")},
            **{"PYTHON": sys.executable, "ROOT": str(ROOT), "AID_BOT_DATA_DIR": "data"},
            **environment,
        },
        capture_output=True,
        timeout=60,
        check=False,
    )
    text = (run.stdout + run.stderr).decode().replace("\r\n", "\n").removeprefix("\ufeff")
    text = text.replace(str(folder), ".").replace(f"census-{datetime.now(UTC):%Y-%m}", "census-2026-11")
    today = datetime.now(UTC)
    text = text.replace(f"vintage of {today.day} {today:%B %Y}", "vintage of 22 November 2026")
    text = re.sub(r"(library|version:?) [0-9a-f]{8}\b", r"\1 1a2b3c4d", text)
    return text if text.endswith("\n") else f"{text}\n"


def renewed(page: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Return a page with the output of each of its examples as it is now."""

    def rewritten(found: re.Match[str]) -> str:
        output = printed(found["command"], folder, environment)
        return f"```sh\n{found['command']}```\n\n```text\n{output}```"

    return _EXAMPLE.sub(rewritten, page)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from tests.knowledge.workbooks import bureau

    for name in map(Path, sys.argv[1:]):
        with TemporaryDirectory() as temporary, bureau(Path(temporary)) as surroundings:
            name.write_text(renewed(name.read_text("utf-8"), Path(temporary), surroundings), "utf-8")
