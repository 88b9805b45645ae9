"""`bot.py ingest FOLDER`, run as people run it: what it prints, asks, and does after it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pytest

from knowledge.stored_archive import DOCUMENTS
from tests.knowledge.documents import GRAIN, encrypted_pdf, html

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("AID_BOT_")}
DETAILS = ("--publisher", "Dorvik Archive", "--url", "https://example.org/papers/", "--published", "2018")


class Desk:
    """A folder of documents, and the command line."""

    def __init__(self, folder: Path) -> None:
        self.papers, self.data = folder / "papers", folder / "data"
        self.papers.mkdir()
        (folder / "config.yaml").touch()
        self._command = [sys.executable, "bot.py", "--config", str(folder / "config.yaml")]

    def bot(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [*self._command, *arguments]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=ENVIRONMENT,
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def ingest(self, *options: str, typed: str = "") -> str:
        done = self.bot("ingest", str(self.papers), "--processes", "1", *options, typed=typed)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def at_a_terminal(self, *options: str) -> pexpect.spawn:
        arguments = [*self._command[1:], "ingest", str(self.papers), "--processes", "1", *options]
        return pexpect.spawn(
            self._command[0], arguments, cwd=ROOT, env=ENVIRONMENT, encoding="utf-8", timeout=60
        )

    def begun(self) -> subprocess.Popen[bytes]:
        command = [*self._command, "ingest", str(self.papers), "--processes", "2", *DETAILS]
        return subprocess.Popen(
            command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def written(self) -> list[Path]:
        return sorted((self.data / DOCUMENTS).glob("*.yaml"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_it_says_what_became_of_every_file_and_the_bot_quotes_what_was_taken_in(desk: Desk) -> None:
    (desk.papers / "zinc.html").write_bytes(
        html(["Quorn and zinc were shipped to the harbour master.", GRAIN])
    )
    (desk.papers / "secret.pdf").write_bytes(encrypted_pdf())
    (desk.papers / "list.txt").write_text("Rice came.\n")
    assert desk.ingest(*DETAILS).splitlines() == [
        "list.txt: set aside: does not say its title; write list.txt.meta.yaml with title: …, or use --ask",
        "secret.pdf: set aside: is encrypted; save it without a password",
        "1 taken in, 0 renewed, 0 moved, 0 unchanged, 2 set aside, 0 vanished.",
        "The archive holds 1 document with 3 passages.",
        "A running bot answers from it within seconds.",
    ]
    (desk.papers / "zinc.html").unlink()
    assert desk.ingest(*DETAILS).splitlines()[-3:-1] == [
        "zinc.html (zinc): vanished: its passages stay until archive/documents/zinc.yaml is "
        "deleted from the data folder, and ingest is run again",
        "0 taken in, 0 renewed, 0 moved, 0 unchanged, 2 set aside, 1 vanished.",
    ]
    assert "[zinc¶1]" in desk.bot("ask", "what was shipped to the harbour master with zinc").stdout
    assert desk.bot("check").returncode == 0


def test_it_asks_for_what_a_file_does_not_say_and_an_empty_line_leaves_it_aside(desk: Desk) -> None:
    (desk.papers / "a.txt").write_text(f"{GRAIN}\n")
    (desk.papers / "b.txt").write_text("Rice came.\n")
    printed = desk.ingest(*DETAILS[:4], "--ask", typed="A list\n2003-02-01\nJan Sorel; Mira Osten\n\n")
    assert "a.txt does not say all of itself" in printed
    assert "  publisher: Dorvik Archive" in printed
    assert "1 taken in, 0 renewed, 0 moved, 0 unchanged, 1 set aside, 0 vanished." in printed
    (source,) = desk.written()
    assert "title: A list\n" in source.read_text("utf-8")
    assert "authors:\n- Jan Sorel\n- Mira Osten\n" in source.read_text("utf-8")
    assert "1 unchanged, 1 set aside" in desk.ingest(*DETAILS[:4])


def test_an_answer_that_cannot_be_taken_is_asked_for_again(desk: Desk) -> None:
    (desk.papers / "a.txt").write_text(f"{GRAIN}\n")
    typed = "A list\nin May\n2003-05\nexample.org\nhttps://example.org/a\n\n"
    printed = desk.ingest(*DETAILS[:2], "--ask", typed=typed)
    assert "write the day, month or year: 2020-03-31" in printed
    assert "write the whole address: https://example.org/report" in printed
    assert "1 taken in" in printed


def test_at_a_terminal_it_asks_and_shows_how_far_it_is(desk: Desk) -> None:
    for number in range(12):
        (desk.papers / f"note-{number}.md").write_text(f"# Note\n\nSack number {number}.\n")
    (desk.papers / "list.txt").write_text("Rice came.\n")
    terminal = desk.at_a_terminal(*DETAILS)
    terminal.expect("13 files to look at")
    terminal.expect(r"Taking in .*\d+/13")
    terminal.expect("  title: ")
    terminal.sendeof()
    terminal.expect("No more is asked")
    terminal.expect("12 taken in")
    terminal.expect(pexpect.EOF)


def test_killed_in_the_midst_it_goes_on_where_it_was_and_leaves_no_process(desk: Desk) -> None:
    for number in range(150):
        (desk.papers / f"note-{number}.md").write_text(f"# Note\n\nSack number {number}.\n")
    run = desk.begun()
    workers: set[int] = set()
    while len(desk.written()) < 5:
        workers |= children(run.pid)
        assert run.poll() is None
        time.sleep(0.005)
    run.send_signal(signal.SIGKILL)
    run.wait()
    before = {path: path.stat().st_mtime_ns for path in desk.written()}
    assert 5 <= len(before) < 150
    printed = desk.ingest(*DETAILS)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(desk.written()) == 150
    taken, *_ = (int(part.split()[0]) for part in printed.splitlines()[-3].split(", "))
    assert 150 - len(before) <= taken <= 151 - len(before)
    assert desk.bot("check").returncode == 0
    assert workers
    until = time.monotonic() + 10
    while alive := [worker for worker in workers if Path(f"/proc/{worker}/cwd").exists()]:
        assert time.monotonic() < until, alive
        time.sleep(0.05)


def test_stopped_at_the_keyboard_it_says_how_to_go_on(desk: Desk) -> None:
    for number in range(900):
        (desk.papers / f"note-{number}.md").write_text(f"# Note\n\nSack number {number}.\n")
    terminal = desk.at_a_terminal(*DETAILS)
    terminal.expect(r"\d+/900")
    while not desk.written():
        time.sleep(0.01)
    terminal.sendintr()
    terminal.expect("Stopped. What was taken in stays; run it again to go on.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    assert "0 set aside" in desk.ingest(*DETAILS)
    assert len(desk.written()) == 900


def children(parent: int) -> set[int]:
    """Return the processes that another has started."""
    found = Path(f"/proc/{parent}/task").glob("*/children")
    return {int(child) for file in found for child in file.read_text().split()}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["papers", "--title", "A note"], "--title is for one document"),
        (["papers/none.pdf"], "none.pdf. Check the path."),
        (["config.yaml"], "Missing option '--source': the id of the source"),
        (
            ["papers", "--source", "x", "--title", "A note"],
            "papers is a folder. Name one .txt or .md file, or leave out --source",
        ),
        (["."], "holds the data folder of the bot"),
    ],
)
def test_what_does_not_fit_together_is_said(desk: Desk, arguments: list[str], says: str) -> None:
    place, *options = arguments
    more = ["--publisher", "P", "--published", "2020-01-01", "--url", "https://example.org/"]
    done = desk.bot("ingest", str(desk.papers.parent / place), *options, *more)
    assert done.returncode == 2
    assert says in done.stderr
