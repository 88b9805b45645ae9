"""Commands as text: `/exports 2023-11..2024-03 series:reported`, for the terminal and for JSON lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.errors import CommandError
from knowledge.text import echo


@dataclass(frozen=True, slots=True)
class CommandForm:
    """What a command takes: its main option, written bare, and the others, written `name:value`."""

    main: str
    options: tuple[str, ...]
    example: str
    summary: str


COMMANDS: Mapping[str, CommandForm] = {
    "ask": CommandForm(
        "question", (), "/ask why were aid shipments delayed in 2018?", "Ask a question in your own words."
    ),
    "timeline": CommandForm(
        "period",
        ("topic", "actor"),
        "/timeline 2018-12",
        "Dated events of a period, of one topic or actor if you like.",
    ),
    "exports": CommandForm(
        "period", ("series", "compare"), "/exports 2023-11", "Export figures by month, with their sum."
    ),
    "assistance": CommandForm(
        "years", (), "/assistance FY2008", "U.S. assistance by fiscal year, with the food pledges."
    ),
    "who": CommandForm("name", (), "/who Stephen Biegun", "Who somebody is, and where the sources say so."),
    "cite": CommandForm("reference", (), "/cite fp-2019¶6", "Open a passage at its reference."),
    "sources": CommandForm("source", (), "/sources", "What the library holds."),
    "disputes": CommandForm("", (), "/disputes", "On what the sources disagree, with each side."),
    "coverage": CommandForm(
        "part",
        (),
        "/coverage unknowns",
        "What the library holds: sources, dates, series; “unknowns” lists what it is known to lack.",
    ),
    "corrections": CommandForm(
        "since", (), "/corrections 2026", "What was changed in the content, when and why."
    ),
    "faq list": CommandForm("tag", ("tag",), "/faq list", "FAQ entries, of one tag if you like."),
    "faq show": CommandForm("id", (), "/faq show how-to-read-a-citation", "Show an FAQ entry by its id."),
    "faq search": CommandForm("words", (), "/faq search sanctions", "FAQ entries that have some words."),
    "help": CommandForm("reader", (), "/help", "What the bot can do."),
}

_GROUPS = {"faq": "faq list"}
"""The first word of commands that have two, and which of them is meant by the first word alone."""

_NEAR = 0.7
"""Likeness from which a name is taken for a slip of a command's."""

_WORD = re.compile(r"[^\W_]{2}")
_OPTION = re.compile(r'(?:^|(?<=\s))([a-z]{2,20}):(?:"([^"]*)"|(\S*))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Command:
    """A command that was read: its name and the value of each option given, the main one included."""

    name: str
    options: Mapping[str, str]


def parse_command(text: str, commands: Mapping[str, CommandForm] = COMMANDS) -> Command:
    """Read a command from its text form; `commands` are those that the library can answer.

    Raises `CommandError`, which names the commands or options there are, for anything else.
    """
    name, _, rest = re.sub(r"\s", " ", text.strip().removeprefix("/")).partition(" ")
    if name.lower() in _GROUPS:
        action, _, rest = rest.strip().partition(" ")
        name = f"{name} {action}" if action else _GROUPS[name.lower()]
    form = commands.get(name.lower())
    if form is None:
        known = ", ".join(f"/{known}" for known in commands)
        from difflib import get_close_matches

        near = get_close_matches(name.lower(), commands, n=1, cutoff=_NEAR)
        meant = f" Did you mean /{near[0]}?" if near else ""
        raise CommandError(
            f"There is no command “/{echo(name)}”.{meant} The commands are {known}; "
            f"for example {form_example()}."
        )
    options: dict[str, str] = {}
    if form.options:
        for match in _OPTION.finditer(rest):
            option, quoted, bare = match.group(1).lower(), match.group(2), match.group(3)
            if option not in (*form.options, form.main):
                others = ", ".join(f"{other}:…" for other in form.options if other != form.main)
                raise CommandError(
                    f"/{name.lower()} has no option “{echo(option)}”. "
                    f"It takes a {form.main}{' and ' if others else ''}{others}; for example {form.example}."
                )
            options[option] = bare if quoted is None else quoted
        rest = _OPTION.sub(" ", rest)
    if bare := rest.strip():
        if not form.main:
            raise CommandError(f"/{name.lower()} takes nothing after it, so “{echo(bare)}” cannot be read.")
        options.setdefault(form.main, bare)
    return Command(name.lower(), options)


def is_command(typed: str) -> bool:
    """Whether what somebody typed is read as a command, and not as a question."""
    return typed.lstrip().startswith("/")


def has_word(question: str) -> bool:
    """Whether a question has at least one word, which two letters or digits side by side make."""
    return _WORD.search(question) is not None


def question_in(asked: str) -> str:
    """Return the free question that an input asks; of a command other than `/ask`, nothing."""
    if not is_command(asked):
        return asked.strip()
    try:
        command = parse_command(asked)
    except CommandError:
        return ""
    return command.options.get("question", "") if command.name == "ask" else ""


def form_example() -> str:
    """Return one command that works, to show beside an error."""
    return COMMANDS["timeline"].example


def written(name: str, /, **options: str) -> str:
    """Write a command so that `parse_command` reads it back; empty options are left out."""
    main = COMMANDS[name].main
    parts = [f"/{name}", options.get(main, "")]
    for option, value in options.items():
        if option != main and value:
            parts.append(f'{option}:"{value}"' if " " in value else f"{option}:{value}")
    return " ".join(filter(None, parts))
