"""The console: the same replies at a prompt, with history and completion, or with piped lines."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pytest

from console import completions
from knowledge.commands import COMMANDS, shown_command
from knowledge.content import read_content
from knowledge.languages import speaking
from knowledge.library import Library

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name != "DISCORD_TOKEN" and not name.startswith("AID_BOT_")
}
TAB, UP, CTRL_C, CTRL_D = "\t", "\x1b[A", "\x03", "\x04"
BRACKETED_PASTE_ON = "\x1b[?2004h"
"""What every prompt begins with."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.touch()
    return path


# Piped lines


def test_piped_lines_are_answered_in_order_until_they_end(config: Path) -> None:
    typed = b"/exports 2023-11\n\nwhy did Pompeo decide to limit aid?\n/dance\ncaf\xe9 aid\n/help"
    run = subprocess.run(
        [sys.executable, "bot.py", "--config", str(config), "console"],
        cwd=ROOT,
        env=ENVIRONMENT | {"PYTHONIOENCODING": "utf-8"},
        input=typed,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    text = run.stdout.decode("utf-8")
    places = [
        text.index(part) for part in ("US$120,000", "[fp-2019¶4]", "no command “/dance”", "/timeline: ")
    ]
    assert places == sorted(places)
    assert "> " not in text


# At a terminal


class Terminal:
    """A console in a terminal of its own."""

    def __init__(self, config: Path) -> None:
        self._child = pexpect.spawn(
            sys.executable,
            ["bot.py", "--config", str(config), "console"],
            cwd=str(ROOT),
            env=ENVIRONMENT | {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
            encoding="utf-8",
            timeout=10,
            dimensions=(50, 80),
        )
        self.sees("Ctrl-D leaves")
        self.waits()

    def types(self, keys: str) -> None:
        self._child.send(keys)

    def waits(self) -> str:
        """Wait for the next prompt, and return what was printed before it."""
        return self.sees(BRACKETED_PASTE_ON)

    def sees(self, text: str) -> str:
        """Wait until a text is printed, and return what was printed before it."""
        self._child.expect_exact(text)
        before: str = self._child.before
        return before

    def ends(self) -> int:
        self._child.expect(pexpect.EOF)
        self._child.close()
        code: int = self._child.exitstatus
        return code

    def close(self) -> None:
        self._child.close(force=True)


@pytest.fixture
def terminal(config: Path) -> Iterator[Terminal]:
    terminal = Terminal(config)
    yield terminal
    terminal.close()


def test_tab_completes_a_command_and_ctrl_d_leaves(terminal: Terminal) -> None:
    terminal.types("/ti")
    terminal.types(TAB)
    terminal.sees("timeline")
    terminal.types(" 2018-12-10\r")
    terminal.sees("Omar Abdi")
    terminal.waits()
    terminal.types(CTRL_D)
    assert terminal.ends() == 0


def test_a_word_leaves_too(terminal: Terminal) -> None:
    terminal.types("Exit\r")
    assert terminal.ends() == 0


def test_ctrl_c_drops_the_line_and_stays(terminal: Terminal) -> None:
    terminal.types("/exports 2022")
    terminal.types(CTRL_C)
    terminal.waits()
    terminal.types("/cite fp-2019 title\r")
    terminal.sees("[fp-2019¶title]")


def test_a_reply_is_wrapped_to_the_terminal_but_an_address_stays_whole(
    terminal: Terminal, library: Library
) -> None:
    terminal.types("/cite fp-2019¶1\r")
    terminal.sees("[fp-2019¶1]")
    lines = terminal.waits().splitlines()
    assert len(lines) > 3
    assert all(len(line) <= 80 for line in lines)
    terminal.types("/sources rfa-2024\r")
    terminal.sees("collection core")
    assert library.sources["rfa-2024"].url in terminal.waits()


def test_what_was_typed_is_remembered_next_time(config: Path) -> None:
    first = Terminal(config)
    first.types("/cite fp-2019¶credit\r")
    first.sees("Gramer")
    first.waits()
    first.types(CTRL_D)
    first.ends()
    second = Terminal(config)
    second.types(UP)
    second.sees("fp-2019¶credit")
    second.types("\r")
    second.sees("Gramer")
    second.waits()
    second.types(CTRL_D)
    assert second.ends() == 0


# Completion


@pytest.fixture(scope="module")
def library() -> Library:
    return read_content()


def values(library: Library, typed: str) -> list[str]:
    return [suggestion.value for suggestion in completions(library, typed)]


def test_a_slash_is_completed_with_every_command(library: Library) -> None:
    assert values(library, "/") == list(COMMANDS)


@pytest.mark.parametrize(("typed", "command"), [("/ti", "timeline"), ("/e", "exports"), ("/so", "sources")])
def test_the_beginning_of_a_command_is_completed(library: Library, typed: str, command: str) -> None:
    assert values(library, typed) == [command]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("/exports 2023", "2023-11"),
        ("/timeline ", "all"),
        ("/cite fp-2019 6", "fp-2019¶6"),
        ("/sources rfa", "rfa-2024"),
    ],
)
def test_the_main_option_of_a_command_is_completed_from_the_library(
    library: Library, typed: str, value: str
) -> None:
    assert value in values(library, typed)


def test_commands_are_completed_by_the_names_of_the_language_spoken(library: Library) -> None:
    with speaking("ko"):
        assert values(library, "/") == [shown_command(f"/{name}")[1:] for name in COMMANDS]
        assert values(library, "/연") == values(library, "/ti") == ["연표"]
        assert "2018-12" in values(library, "/연표 2018년 12월")


@pytest.mark.parametrize("typed", ["", "why did", "timeline", "/dance ", "/help ", "/ask why"])
def test_a_question_is_not_completed(library: Library, typed: str) -> None:
    assert values(library, typed) == []
