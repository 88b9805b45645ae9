"""All benchmarks, one after the other; a whole run is written to benchmarks/RESULTS.md.

python -m benchmarks [--quick] [--only NAME]
"""

from __future__ import annotations

import argparse
import ast
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "RESULTS.md"
PROJECT = "aid-policy-history-bot"

QUICKLY: Mapping[str, Sequence[str]] = {
    "archive_on_disk": ("--passages", "20000"),
    "archives": ("--documents", "400"),
    "fleet": ("--quick",),
    "index_files": ("--quick",),
    "kills": ("--quick",),
    "load": ("--seconds", "10"),
    "processes": ("--edits", "20"),
    "retrieval": ("--quick",),
    "scaling": ("--quick",),
}
"""What makes a benchmark shorter; the others are short."""


def names() -> list[str]:
    """Return the names of all benchmarks: the modules of this folder that can be run."""
    files = sorted(set(FOLDER.glob("*.py")) - {Path(__file__)})
    return [file.stem for file in files if "\ndef main(" in file.read_text("utf-8")]


def run(name: str, arguments: Sequence[str] = ()) -> str:
    """Run a benchmark in a process of its own, showing what it prints; return that.

    Raises `subprocess.CalledProcessError` if it fails.
    """
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    lines = []
    with subprocess.Popen(command, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return "".join(lines).strip("\n")


def section(name: str, arguments: Sequence[str] = ()) -> str:
    """Run a benchmark; return its section of the results."""
    docstring = ast.get_docstring(ast.parse((FOLDER / f"{name}.py").read_text("utf-8"))) or ""
    load, start = os.getloadavg()[0], time.monotonic()
    told = run(name, arguments)
    seconds = time.monotonic() - start
    took = f"It took {seconds:.0f} s; load average {load:.1f} before, {os.getloadavg()[0]:.1f} after."
    shown = told if "\n|" in told else f"```\n{told}\n```"
    return f"## {name}\n\n{docstring.splitlines()[0]} `python -m benchmarks.{name}`\n\n{shown}\n\n{took}\n"


def machine() -> str:
    """Return what the numbers depend on: processors, Python and the versions of what the bot stands on."""
    required = (
        re.match(r"[\w.-]+", one) for one in metadata.requires(PROJECT) or () if "extra ==" not in one
    )
    versions = (f"{one[0]} {metadata.version(one[0])}" for one in required if one)
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {platform.system()}, "
        f"Python {platform.python_version()}, {', '.join(versions)}"
    )


def results(sections: Iterable[str]) -> Iterator[str]:
    """Yield the parts of the whole report."""
    yield f"# What was measured\n\nWith `python -m benchmarks` on {machine()}.\n"
    yield from sections


def write(text: str, file: Path = RESULTS) -> None:
    """Write the results, wholly or not at all."""
    beside = file.with_suffix(".new")
    beside.write_text(text, "utf-8")
    beside.replace(file)


def main() -> None:
    """Run all benchmarks and write the results; what is only a part of that is only printed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("--only", choices=names(), metavar="NAME", help=f"one of {', '.join(names())}")
    parser.add_argument("--quick", action="store_true", help="shorter where that is possible")
    chosen = parser.parse_args()
    parts = []
    print(machine())
    for name in [chosen.only] if chosen.only else names():
        print(f"\n{name}\n", flush=True)
        try:
            parts.append(section(name, QUICKLY.get(name, ()) if chosen.quick else ()))
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"{name} failed ({error.returncode}), so no results were written.") from None
    if not (chosen.only or chosen.quick):
        write("\n".join(results(parts)))


if __name__ == "__main__":
    main()
