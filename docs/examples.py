"""The pages as programs: what a page tells a reader to type is run, and prints what the page says it prints.

A page is read section by section, and each section starts in a folder of its own that looks like the project.

- A ```sh block holds shell commands, typed in that folder. A ```discord block holds one line that is typed in
  Discord; here `bot.py ask` gets it, which gives the same reply. Below either may stand a ```text block with
  what comes back.
- Any other block below a line that ends with the name of a file, “Write `knowledge/data/x.yaml`:”, is that
  file; a ```diff block below such a line is a change of it, in which `@@` parts the places.
- A shell command in the prose, in backticks, is run as well.

`python docs/examples.py docs/researchers.md` runs a page and writes down anew what comes back.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

ROOT = Path(__file__).parents[1]
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
)
SHELL, DISCORD = "sh", "discord"

_FENCE = re.compile(r"^( *)```(.*)$")
_FILE = re.compile(r"`([\w./-]+\.\w+)`:$")
_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_SHELL_IN_PROSE = re.compile(
    r"(\.venv/bin/|python3? |bash |sh -c|git |apt-get |docker |systemctl |journalctl )"
)
_LINK = re.compile(r"\]\([^)]*\)")

COPIED = ("knowledge", "handlers", "tests")
"""The folders in which an example may change something; what else belongs to the project is linked."""

ELSEWHERE = {
    "/opt/aid-policy-bot": ".",
    "/etc/aid-policy-bot": "root/etc/aid-policy-bot",
    "/etc/systemd/system": "root/etc/systemd/system",
    "/var/lib/aid-policy-bot": "root/var/lib/aid-policy-bot",
}
"""The folders of a machine that the pages name, and which folder stands for each here."""

_OURS = ("AID_BOT_", "PYTEST_", "DISCORD_TOKEN")

AS_ITS_USER = "runuser -u aid-bot -- "


@dataclass(frozen=True, slots=True)
class Example:
    """What a page tells a reader to type, a file that it tells a reader to write, or else a mere sample.

    `line` is where it stands, `printed` what the page says comes back, in the lines `shown`, if it says so.
    """

    section: str
    line: int
    language: str
    text: str
    file: str = ""
    printed: str | None = None
    shown: range = range(0)
    indent: str = ""

    @property
    def is_sample(self) -> bool:
        """Whether it is only to be looked at."""
        return not self.file and self.language not in (SHELL, DISCORD)

    @property
    def commands(self) -> tuple[str, ...]:
        """The single commands, in order, each without its comment; of a file none."""
        if self.language == DISCORD:
            return (f".venv/bin/python bot.py ask {shlex.quote(self.text.strip())}",)
        if self.language != SHELL:
            return ()
        lines = self.text.replace("\\\n", " ").splitlines()
        bare = (re.sub(r"(^|\s)#\s.*", "", line) for line in lines)
        return tuple(" ".join(part.split()) for line in bare for part in line.split(" && ") if part.strip())


def examples(page: str) -> tuple[Example, ...]:
    """Return the examples of a page, in their order.

    Raises `ValueError` for a block that is not closed.
    """
    found: list[Example] = []
    lines = page.splitlines()
    section, here, above = "", 0, ""
    while here < len(lines):
        line = lines[here]
        if fence := _FENCE.match(line):
            end = _end(lines, here)
            text = _without_indent(lines[here + 1 : end], fence[1])
            named = _FILE.search(above)
            example = Example(section, here + 1, fence[2], text, indent=fence[1])
            if not example.is_sample:
                example = _with_output(example, lines, end)
                end = example.shown.stop if example.shown else end
            elif named:
                example = replace(example, file=named[1])
            found.append(example)
            here = end
        elif line.startswith("## "):
            section = line.removeprefix("## ")
        else:
            spans = (span[1] for span in _SPAN.finditer(_LINK.sub("]", line)))
            found += (Example(section, here + 1, SHELL, s) for s in spans if _SHELL_IN_PROSE.match(s))
        above = line if line.strip() else above
        here += 1
    return tuple(found)


def _end(lines: Sequence[str], start: int) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number].strip() == "```":
            return number
    raise ValueError(f"the block that begins in line {start + 1} is not closed")


def _without_indent(lines: Sequence[str], indent: str) -> str:
    return "".join(f"{line.removeprefix(indent)}\n" for line in lines)


def _with_output(example: Example, lines: Sequence[str], end: int) -> Example:
    """Return an example with what the page says it prints, if a text block follows at once."""
    start = end + 2
    if lines[end + 1 : start + 1] != ["", f"{example.indent}```text"]:
        return example
    shown = range(start + 1, _end(lines, start))
    text = _without_indent(lines[shown.start : shown.stop], example.indent)
    return replace(example, printed=text, shown=shown)


def sections(page: str) -> Iterator[tuple[str, tuple[Example, ...]]]:
    """Yield each section of a page that has examples, by its heading, with them."""
    found = [example for example in examples(page) if not example.is_sample]
    for section in dict.fromkeys(example.section for example in found):
        yield section, tuple(example for example in found if example.section == section)


# The folder in which the examples of a section are run


@contextmanager
def project(folder: Path, of: Sequence[Example]) -> Iterator[Mapping[str, str]]:
    """Make a folder look like the project with its environment, and yield the variables for its commands.

    What examples may change is a copy if one of these does. There is also what a reader is assumed to have,
    where it is named: a copy of an article, a document, a workbook, a database.
    """
    from tests.knowledge.workbooks import bureau

    changes = any(example.file for example in of)
    for path in ROOT.iterdir():
        if changes and path.name in COPIED:
            shutil.copytree(path, folder / path.name)
        elif changes and path.suffix == ".py":
            shutil.copy2(path, folder)  # Python looks for the packages beside the file that a link leads to
        elif path.name not in (".git", ".venv", "docs", "data", "config.yaml"):
            (folder / path.name).symlink_to(path)
    (folder / "docs" / "charts").mkdir(parents=True)
    for stand_in in ELSEWHERE.values():
        (folder / stand_in).mkdir(parents=True, exist_ok=True)
    _environment(folder / ".venv" / "bin")
    named = "\n".join(example.text for example in of)
    _documents(folder)
    if "ingest papers" in named:
        _papers(folder / "papers")
    if re.search("backup|restore", named):
        _databases(folder)
    known: AbstractContextManager[Mapping[str, str]] = (
        bureau(folder) if "census" in named else nullcontext({})
    )
    with known as census:
        yield {
            **{name: value for name, value in os.environ.items() if not name.startswith(_OURS)},
            "PATH": f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": "",
            "AID_BOT_DATA_DIR": str(folder / "data"),
            **census,
        }


def _environment(binaries: Path) -> None:
    """Make the environment that the README sets up: here the one that this runs in."""
    binaries.mkdir(parents=True)
    for name in ("python", "python3"):
        (binaries / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
        (binaries / name).chmod(0o755)
    for tool in Path(sys.executable).parent.iterdir():
        if tool.name in ("ruff", "mypy", "lint-imports", "bandit", "pytest"):
            (binaries / tool.name).symlink_to(tool)


def _documents(folder: Path) -> None:
    notes = yaml.safe_load((ROOT / "knowledge/data/sources/fp-2019.yaml").read_text("utf-8"))["passages"]
    (folder / "my-copy.txt").write_text("\n\n".join(passage["note"] for passage in notes), "utf-8")
    (folder / "report.md").write_text("# Field report\n\nFlour was handed out in two counties.\n", "utf-8")
    machine = folder / ELSEWHERE["/etc/aid-policy-bot"] / "config.yaml"
    machine.write_text(f"data_dir: {folder / ELSEWHERE['/var/lib/aid-policy-bot']}\n", "utf-8")


def _papers(folder: Path) -> None:
    from tests.knowledge import documents as made

    folder.mkdir()
    about = "/Title (Harbour report) /Author (Jan Sorel) /CreationDate (D:20180304)"
    pages = [made.page(made.PARAGRAPHS), made.page(["Flour came by rail."])]
    (folder / "harbour.pdf").write_bytes(made.pdf(pages, about))
    (folder / "grain.docx").write_bytes(made.word())
    (folder / "winter.html").write_bytes(made.html())
    (folder / "scan.pdf").write_bytes(made.pdf([[]]))
    (folder / "list.txt").write_text("Rice was shipped to the port.\n", "utf-8")


def _databases(folder: Path) -> None:
    from knowledge.database_files import url_of_file
    from knowledge.store import Store
    from knowledge.store.backups import back_up

    async def make(url: str) -> None:
        async with await Store.open(url):
            pass

    (folder / "data").mkdir()
    url = url_of_file(folder / "data" / "bot.db")
    asyncio.run(make(url))
    back_up(url, folder / ELSEWHERE["/var/lib/aid-policy-bot"] / "before.db")


# Running


def write(example: Example, folder: Path) -> None:
    """Write the file of an example, or change it as the example says.

    Raises `ValueError` for a new file that is there already, and for a change whose place is not found, or is
    found twice.
    """
    file = folder / example.file
    if example.language != "diff":
        if file.exists():
            raise ValueError(f"{example.file} is there already")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(example.text, "utf-8")
        return
    text = file.read_text("utf-8")
    for place in re.split(r"^@@\n", example.text, flags=re.MULTILINE):
        lines = place.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        if text.count(before) != 1:
            raise ValueError(f"{example.file} has {text.count(before)} times:\n{before}")
        text = text.replace(before, after)
    file.write_text(text, "utf-8")


def run(commands: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run commands one after another until one fails; return the exit code and what is printed, errors too.

    What differs each time is put as it is on the pages: the day of an import, the version of the library.
    """
    script = "\n".join(commands).replace(AS_ITS_USER, "")
    for place, stand_in in ELSEWHERE.items():
        script = script.replace(place, str(folder / stand_in))
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return done.returncode, _as_on_pages(done.stdout.decode(), folder)


def _as_on_pages(text: str, folder: Path) -> str:
    today = datetime.now(UTC)
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    text = text.replace(str(folder), ".").replace(f"census-{today:%Y-%m}", "census-2026-11")
    text = text.replace(f"vintage of {today.day} {today:%B %Y}", "vintage of 22 November 2026")
    text = re.sub(r"(?m)(^— .+|library|version:?) [0-9a-f]{8}\b", r"\1 1a2b3c4d", text)
    text = re.sub(r"\b(passed in) [0-9.]+s", r"\1 1.00s", text)
    return text if text.endswith("\n") else f"{text}\n"


def renewed(page: str) -> str:
    """Return a page with what its examples print as it is now."""
    from tests.docs.not_run import reason

    lines = page.splitlines()
    texts: list[tuple[Example, list[str]]] = []
    for _, of in sections(page):
        with TemporaryDirectory() as temporary, project(Path(temporary), of) as environment:
            for example in of:
                if example.file:
                    write(example, Path(temporary))
                commands = [one for one in example.commands if not reason(one)]
                if commands and any(one.printed is not None for one in of):
                    _, printed = run(commands, Path(temporary), environment)
                    if example.printed is not None:
                        text = [f"{example.indent}{line}" if line else "" for line in printed.splitlines()]
                        texts.append((example, text))
    for example, text in reversed(texts):
        lines[example.shown.start : example.shown.stop] = text
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    for name in map(Path, sys.argv[1:]):
        name.write_text(renewed(name.read_text("utf-8")), "utf-8")
