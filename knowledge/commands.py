"""Commands as text: `/exports 2023-11..2024-03 series:reported`, for the terminal and for JSON lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, pairwise

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
        "years",
        ("series", "compare"),
        "/assistance FY2008",
        "U.S. assistance by fiscal year, with the food pledges.",
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
_OPTION = re.compile(r'(?:^|(?<=\s))([a-z]{2,20}):(?!//)(?:"([^"]*)")?', re.IGNORECASE)
_DATED = ("period", "years", "since")
"""Main options that are a period, which may stand behind the others, too."""

_LONGEST_PERIOD = 6
"""How many words of a period may stand there, such as “nov 2023 to mar 2024”."""


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
    options, bare = _options(name.lower(), form, rest) if form.options else ({}, rest.strip())
    if bare:
        if not form.main:
            raise CommandError(f"/{name.lower()} takes nothing after it, so “{echo(bare)}” cannot be read.")
        options.setdefault(form.main, bare)
    return Command(name.lower(), options)


def _options(name: str, form: CommandForm, rest: str) -> tuple[dict[str, str], str]:
    """Read `name:value`, where a value without quotation marks goes on to the next option.

    Return the options and what is left for the main one: what stands before them all, after a value in
    quotation marks or, of a period, after another value.
    """
    first = _OPTION.search(rest)
    left = [rest[: first.start()] if first else rest]
    options: dict[str, str] = {}
    for match, after in pairwise(chain(_OPTION.finditer(rest), (None,))):
        assert match is not None
        option, value = match[1].lower(), match[2]
        if option not in (*form.options, form.main):
            others = ", ".join(f"{other}:…" for other in form.options if other != form.main)
            raise CommandError(
                f"/{name} has no option “{echo(option)}”. "
                f"It takes a {form.main}{' and ' if others else ''}{others}; for example {form.example}."
            )
        behind = rest[match.end() : after.start() if after else len(rest)]
        if value is None:
            value, behind = _value(behind, form, option, is_free=not "".join(left).strip())
        left.append(behind)
        if option in options:
            raise CommandError(
                f"{option}: is given twice. Give it once, for example {_example(name, option)}."
            )
        if not value.strip():
            raise CommandError(
                f"{option}: is empty. Write a value after it, for example {_example(name, option)}."
            )
        options[option] = value.strip()
    return options, " ".join(" ".join(left).split())


def _value(typed: str, form: CommandForm, option: str, *, is_free: bool) -> tuple[str, str]:
    """Part a value from a period that follows it as the main option, if that `is_free`."""
    from knowledge.periods import PeriodError, find_periods, parse_period

    words = typed.split()
    if not (is_free and form.main in _DATED and option != form.main and len(words) > 1):
        return typed, ""
    for cut in range(max(1, len(words) - _LONGEST_PERIOD), len(words)):
        main = " ".join(words[cut:])
        try:
            parse_period(main)
        except PeriodError:
            found = find_periods(main)
            if not (len(found) == 1 and found[0].surface == main):
                continue
        if option != "compare" or not _is_period(typed):
            return " ".join(words[:cut]), main
    return typed, ""


def _is_period(typed: str) -> bool:
    from knowledge.periods import PeriodError, parse_period

    try:
        parse_period(typed)
    except PeriodError:
        return False
    return True


_VALUES: Mapping[str, str] = {
    "topic": "sanctions",
    "actor": "Stephen Biegun",
    "series": "census",
    "compare": "2009",
    "tag": "sources",
}


def _example(name: str, option: str) -> str:
    """Return a command with one of its options, as an error shows it."""
    if option in _VALUES and name == "assistance":
        return f"/assistance FY2008 {option}:{'obligations' if option == 'series' else 'FY2009'}"
    if option in _VALUES and name != "faq list":
        return f"/{name} {'2008' if name == 'exports' else '2018'} {option}:{_VALUES[option]}"
    return COMMANDS[name].example


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
