"""The terminal: one reply printed, or a prompt with the same commands, history and completion."""

from __future__ import annotations

import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from knowledge.commands import COMMANDS, command_meant, shown_command
from knowledge.languages import gettext, speaking, translatable
from knowledge.plaintext import library_in_words, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_toolkit.completion import Completer

    from knowledge.answers import Answer
    from knowledge.engine import Engine
    from knowledge.library import Library
    from knowledge.suggestions import Suggestion

WIDEST = 100

WELCOME = translatable("Ask a question, or type / for the commands. `exit` or Ctrl-D leaves.")
LEAVING = frozenset(("exit", "quit", ":q", "/exit", "/quit"))


def show(answer: Answer) -> None:
    """Print a reply with the version of the library below it, wrapped to the width of a terminal."""
    text = f"{plain_text(answer)}\n\n{library_in_words(answer)}"
    if sys.stdout.isatty():
        width = min(shutil.get_terminal_size().columns, WIDEST)
        text = "\n".join(_wrap(line, width) for line in text.splitlines())
    click.echo(text)


def answer(engine: Engine, typed: str) -> None:
    """Print the reply to what was typed, in its language if the bot speaks it."""
    with speaking(engine.language_of(typed)):
        show(engine.reply(typed))


def _wrap(line: str, width: int) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    if not line:
        return ""
    further = f"{indent}  "
    return textwrap.fill(
        line, width, subsequent_indent=further, break_long_words=False, break_on_hyphens=False
    )


def converse(engine: Engine, data_dir: Path) -> None:
    """Answer what is typed until the end of input; works at a terminal and with piped lines."""
    if not sys.stdin.isatty():
        for line in sys.stdin:
            if line.strip():
                answer(engine, line.strip())
                click.echo()
        return
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory

    history: History = InMemoryHistory()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        (data_dir / "history").touch()
        history = FileHistory(str(data_dir / "history"))
    except OSError as error:
        why = f"{error.strerror}: {data_dir}"
        click.echo(gettext("The history is kept for this time only: {reason}", reason=why), err=True)
    session: PromptSession[str] = PromptSession("> ", history=history, completer=_completer(engine))
    click.echo(gettext(WELCOME))
    while True:
        try:
            typed = session.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if typed.strip().lower() in LEAVING:
            return
        if typed.strip():
            answer(engine, typed)
            click.echo()


def completions(library: Library, typed: str) -> Iterator[Suggestion]:
    """Yield what a half-typed command can go on with: a command's name, then its main option.

    The value of each replaces what stands after the last `/`, or after the command's name.
    """
    from knowledge import suggestions

    name, space, rest = typed.removeprefix("/").partition(" ")
    if not typed.startswith("/"):
        return
    if space:
        suggested = {
            "timeline": suggestions.timeline_periods,
            "exports": suggestions.export_periods,
            "cite": suggestions.references,
            "sources": suggestions.sources,
        }
        if (command := command_meant(name)) in suggested:
            yield from suggested[command](library, rest)
        return
    for command, form in COMMANDS.items():
        shown = shown_command(f"/{command}")
        if command.startswith(name) or shown.startswith(typed):
            yield suggestions.Suggestion(f"{shown} — {gettext(form.summary)}", shown.removeprefix("/"))


def _completer(engine: Engine) -> Completer:
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    class CommandCompleter(Completer):
        def get_completions(self, document: Document, _event: CompleteEvent) -> Iterator[Completion]:
            typed = document.text_before_cursor
            _, space, rest = typed.removeprefix("/").partition(" ")
            replaced = len(rest) if space else len(typed) - 1
            for found in completions(engine.library, typed):
                yield Completion(found.value, start_position=-replaced, display=found.label)

    return CommandCompleter()
