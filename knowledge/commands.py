"""Commands as text: `/exports 2023-11..2024-03 series:reported`, for the terminal and for JSON lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, pairwise

from knowledge.errors import CommandError
from knowledge.languages import ENGLISH, NAME, gettext, languages, pgettext, speaking, spoken, translatable
from knowledge.text import echo


@dataclass(frozen=True, slots=True)
class CommandForm:
    """What a command takes: its main option, written bare, and the others, written `name:value`.

    The example and the summary are kept in English, to be said by `shown_command` and `gettext`.
    """

    main: str
    options: tuple[str, ...]
    example: str
    summary: str


QUESTION = translatable("why were aid shipments delayed in 2018?")
"""A question that shows what can be asked, kept in English."""

COMMANDS: Mapping[str, CommandForm] = {
    "ask": CommandForm(
        "question",
        (),
        f"/ask {QUESTION}",
        translatable("Ask a question in your own words."),
    ),
    "timeline": CommandForm(
        "period",
        ("topic", "actor"),
        "/timeline 2018-12",
        translatable("Dated events of a period, of one topic or actor if you like."),
    ),
    "exports": CommandForm(
        "period",
        ("series", "compare"),
        "/exports 2023-11",
        translatable("Export figures by month, with their sum."),
    ),
    "assistance": CommandForm(
        "years",
        ("series", "compare"),
        "/assistance FY2008",
        translatable("U.S. assistance by fiscal year, with the food pledges."),
    ),
    "who": CommandForm(
        "name", (), "/who Stephen Biegun", translatable("Who somebody is, and where the sources say so.")
    ),
    "cite": CommandForm("reference", (), "/cite fp-2019¶6", translatable("Open a passage at its reference.")),
    "sources": CommandForm("source", (), "/sources", translatable("What the library holds.")),
    "disputes": CommandForm(
        "", (), "/disputes", translatable("On what the sources disagree, with each side.")
    ),
    "coverage": CommandForm(
        "part",
        (),
        "/coverage unknowns",
        translatable(
            "What the library holds: sources, dates, series; “unknowns” lists what it is known to lack."
        ),
    ),
    "corrections": CommandForm(
        "since", (), "/corrections 2026", translatable("What was changed in the content, when and why.")
    ),
    "faq list": CommandForm(
        "tag", ("tag",), "/faq list", translatable("FAQ entries, of one tag if you like.")
    ),
    "faq show": CommandForm(
        "id", (), "/faq show how-to-read-a-citation", translatable("Show an FAQ entry by its id.")
    ),
    "faq search": CommandForm(
        "words", (), "/faq search sanctions", translatable("FAQ entries that have some words.")
    ),
    "help": CommandForm("reader", (), "/help", translatable("What the bot can do.")),
}

_GROUPS = {"faq": "faq list"}
"""The first word of commands that have two, and which of them is meant by the first word alone."""

_TWO_WORDS = (*_GROUPS, "faq-desk")
"""The first word of every command that has two, those that are no questions included."""

_NEAR = 0.7
"""Likeness from which a name is taken for a slip of a command's."""

_WORD = re.compile(r"[^\W_]{2}")
# A name in plain letters has two of them, one in other letters may have a single one.
_OPTION = re.compile(
    r'(?:^|(?<=\s))([a-z]{2,20}|(?=[^:\s]*[^\x00-\x7f:])[^\W\d_]{1,20}):(?!//)(?:"([^"]*)")?', re.IGNORECASE
)
_SHOWN_OPTION = re.compile(r'"[^"]*"|(?:^|(?<=\s))(?P<name>[a-z]{2,20})(?=:)')
_DATED = ("period", "years", "since")
"""Main options that are a period, which may stand behind the others, too."""

_LONGEST_PERIOD = 6
"""How many words of a period may stand there, such as “nov 2023 to mar 2024”."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command that was read: its name and the value of each option given, the main one included."""

    name: str
    options: Mapping[str, str]


def parse_command(
    text: str, commands: Mapping[str, CommandForm] = COMMANDS, in_english: Callable[[str], str] = str
) -> Command:
    """Read a command from its text form; `commands` are those that the library can answer.

    The command and its options may have the names of any language that the bot speaks, and a period may be
    written in one that `in_english` puts into English. Raises `CommandError`, which names the commands or
    options there are, for anything else.
    """
    typed, _, rest = re.sub(r"\s", " ", text.strip().removeprefix("/")).partition(" ")
    name = command_meant(typed)
    if name in _GROUPS:
        action, _, rest = rest.strip().partition(" ")
        actions = (known.partition(" ")[2] for known in COMMANDS if known.startswith(f"{name} "))
        typed = f"{typed} {action}".strip()
        name = f"{name} {_meant(action, actions)}" if action else _GROUPS[name]
    form = commands.get(name)
    if form is None:
        raise CommandError(_no_command(typed, commands))
    options, bare = _options(name, form, rest, in_english) if form.options else ({}, rest.strip())
    if bare:
        if not form.main:
            raise CommandError(
                gettext(
                    "{command} takes nothing after it, so “{typed}” cannot be read.",
                    command=shown_command(f"/{name}"),
                    typed=echo(bare),
                )
            )
        options.setdefault(form.main, bare)
    return Command(name, options)


def command_meant(typed: str) -> str:
    """Return the first word of the command that has a name in any language, or else what is typed."""
    return _meant(typed, (known.partition(" ")[0] for known in COMMANDS))


def _meant(typed: str, names: Iterable[str]) -> str:
    """Return which of some names is typed, in English or as another language has it; else what is typed."""
    wanted, among = unicodedata.normalize("NFC", typed.lower()), dict.fromkeys(names)
    if wanted in among:
        return wanted
    for language in languages():
        with speaking(language):
            for name in among:
                if pgettext(NAME, name) == wanted:
                    return name
    return wanted


def _no_command(typed: str, commands: Mapping[str, CommandForm]) -> str:
    """Say that there is no such command, which one may be meant, and which there are."""
    from difflib import get_close_matches

    shown = {shown_command(f"/{name}")[1:]: name for name in commands}
    known = {
        _in_letters(name): command for name, command in ({name: name for name in commands} | shown).items()
    }
    near = get_close_matches(_in_letters(typed.lower()), known, n=1, cutoff=_NEAR)
    meant = f"/{known[near[0]]}" if near else ""
    said = (
        gettext("There is no command “/{name}”.", name=echo(typed)),
        gettext("Did you mean {command}?", command=shown_command(meant)) if meant else "",
        gettext(
            "The commands are {commands}; for example {example}.",
            commands=", ".join(f"/{name}" for name in shown),
            example=shown_command(form_example()),
        ),
    )
    return " ".join(filter(None, said))


def _in_letters(name: str) -> str:
    """Return a name with its syllables in their letters, of which a slip changes one."""
    return unicodedata.normalize("NFD", name)


def _options(
    name: str, form: CommandForm, rest: str, in_english: Callable[[str], str]
) -> tuple[dict[str, str], str]:
    """Read `name:value`, where a value without quotation marks goes on to the next option.

    Return the options and what is left for the main one: what stands before them all, after a value in
    quotation marks or, of a period, after another value.
    """
    first = _OPTION.search(rest)
    left = [rest[: first.start()] if first else rest]
    options: dict[str, str] = {}
    for match, after in pairwise(chain(_OPTION.finditer(rest), (None,))):
        assert match is not None
        option, value = _meant(match[1], (*form.options, form.main)), match[2]
        if option not in (*form.options, form.main):
            raise CommandError(_no_option(name, form, option))
        behind = rest[match.end() : after.start() if after else len(rest)]
        if value is None:
            value, behind = _value(behind, form, option, in_english, is_free=not "".join(left).strip())
        left.append(behind)
        if option in options:
            raise CommandError(
                gettext(
                    "{option}: is given twice. Give it once, for example {example}.",
                    option=shown_option(option),
                    example=_example(name, option),
                )
            )
        if not value.strip():
            raise CommandError(
                gettext(
                    "{option}: is empty. Write a value after it, for example {example}.",
                    option=shown_option(option),
                    example=_example(name, option),
                )
            )
        options[option] = value.strip()
    return options, " ".join(" ".join(left).split())


def _no_option(name: str, form: CommandForm, typed: str) -> str:
    """Say that a command has no such option, and which it has."""
    others = [f"{shown_option(other)}:…" for other in form.options if other != form.main]
    message = (
        translatable(
            "{command} has no option “{option}”. It takes a {main} and {others}; for example {example}."
        )
        if others
        else translatable("{command} has no option “{option}”. It takes a {main}; for example {example}.")
    )
    return gettext(
        message,
        command=shown_command(f"/{name}"),
        option=echo(typed),
        main=shown_option(form.main),
        others=", ".join(others),
        example=shown_command(form.example),
    )


def _value(
    typed: str, form: CommandForm, option: str, in_english: Callable[[str], str], *, is_free: bool
) -> tuple[str, str]:
    """Part a value from a period that follows it as the main option, if that `is_free`."""
    from knowledge.periods import PeriodError, find_periods, parse_period

    words = typed.split()
    if not (is_free and form.main in _DATED and option != form.main and len(words) > 1):
        return typed, ""
    for cut in range(max(1, len(words) - _LONGEST_PERIOD), len(words)):
        main = " ".join(words[cut:])
        english = in_english(main)
        try:
            parse_period(english)
        except PeriodError:
            found = find_periods(english)
            if not (len(found) == 1 and found[0].surface == english):
                continue
        if option != "compare" or not _is_period(in_english(typed)):
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
        typed = f"/assistance FY2008 {option}:{'obligations' if option == 'series' else 'FY2009'}"
    elif option in _VALUES and name != "faq list":
        typed = f"/{name} {'2008' if name == 'exports' else '2018'} {option}:{_VALUES[option]}"
    else:
        typed = COMMANDS[name].example
    return shown_command(typed)


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


def shown_option(name: str) -> str:
    """Return what an option is called in the language spoken."""
    return pgettext(NAME, name)


def shown_command(text: str) -> str:
    """Write a command by the names that it and its options have in the language spoken.

    `/timeline 2018 topic:sanctions` is `/연표 2018 주제:sanctions` in Korean, which `parse_command` reads
    back. Values stay as they are, and so does a text that is no command.
    """
    if spoken() == ENGLISH or not is_command(text):
        return text
    names, rest = _parted(text.strip().removeprefix("/"))
    form = COMMANDS.get(names)
    if form is None or form.options:
        rest = _SHOWN_OPTION.sub(
            lambda found: shown_option(found["name"]) if found["name"] else found[0], rest
        )
    shown = " ".join(pgettext(NAME, name) for name in names.split())
    return f"/{shown} {rest}".rstrip()


def _parted(command: str) -> tuple[str, str]:
    """Return the name of a command, of one word or two, and what stands behind it."""
    name, _, rest = command.partition(" ")
    if name not in _TWO_WORDS:
        return name, rest
    action, _, rest = rest.partition(" ")
    return f"{name} {action}".rstrip(), rest
