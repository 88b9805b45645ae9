"""The help: what a reader can do, with examples that the library in use answers.

What is offered to whom is data: the commands in `commands.COMMANDS`, and what only some people can do in
`SECTIONS`. A line more there is a line more in the help.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Flag, auto
from itertools import islice
from typing import Self

from knowledge.answers import Statement
from knowledge.citations import Citation
from knowledge.commands import COMMANDS, CommandForm, is_command, shown_command, shown_option, written
from knowledge.languages import NAME, gettext, pgettext, translatable
from knowledge.library import Library
from knowledge.periods import Period, Precision

LONGEST_EXAMPLE = 60
"""Characters of a question that is shown as an example: it is to be read, and pressed, at a glance."""

_QUESTIONS_TRIED = 20
_HOW_IT_ANSWERS = translatable(
    "Every statement opens at the paragraph it came from. If the library does not say, the reply says so. "
    "No language model is involved: the same question gets the same reply."
)
_IN_DISCORD = translatable(
    "In Discord you can also mention the bot with a question, write to it directly, or choose "
    "Apps › Ask about this on a message."
)
_IS_EMPTY = translatable(
    "The library is empty at the moment, so there is nothing to ask for yet. Whoever runs the bot decides "
    "what it holds."
)


class Reader(Flag):
    """Who reads the help. Everybody is a member; what people are beyond that adds up with `|`."""

    MEMBER = 0
    MODERATOR = auto()
    OPERATOR = auto()

    @classmethod
    def named(cls, typed: str) -> Self:
        """Return the reader that a text names, as `str` writes one; other words count for nothing."""
        names = re.findall(r"\w+", typed.upper())
        return cls(sum(one.value for one in cls if one.name in names))

    def __str__(self) -> str:
        """Return what the reader is beyond a member: `moderator operator`, or nothing."""
        return " ".join(one.name.lower() for one in type(self) if one in self and one.name)


@dataclass(frozen=True, slots=True)
class HelpHeading(Statement):
    """Says for whom the lines below it are."""


@dataclass(frozen=True, slots=True)
class HelpLine(Statement):
    """Says what one thing is for: a command, a button or a file; `example` is an input to try it with.

    The term is written as it is shown, the example as the engine reads it in any language.
    """

    term: str = ""
    purpose: str = ""
    example: str = ""

    @classmethod
    def of(cls, term: str, purpose: str, example: str = "") -> Self:
        """Return the line for a term; an example that is the term itself goes without saying."""
        line = cls("", (), term, purpose, example)
        shown = line.shown_example
        said = f" {gettext('For example: {command}', command=shown)}" if shown else ""
        return replace(line, text=f"{term}: {purpose}{said}")

    @property
    def shown_example(self) -> str:
        """The example as it is shown; nothing if there is none, or if it is the term itself."""
        shown = shown_command(self.example)
        return "" if shown == self.term else shown


@dataclass(frozen=True, slots=True)
class Offer:
    """What one thing is for, kept in English; `command` is one that the purpose names."""

    term: str
    purpose: str
    command: str = ""

    def line(self) -> HelpLine:
        """Say it in the language spoken."""
        shown = shown_command(self.term) if is_command(self.term) else gettext(pgettext(NAME, self.term))
        values = {"command": shown_command(self.command)} if self.command else {}
        return HelpLine.of(shown, gettext(self.purpose, **values))


@dataclass(frozen=True, slots=True)
class Section:
    """What some readers can do beyond what everybody can."""

    reader: Reader
    heading: str
    offers: tuple[Offer, ...]


SECTIONS = (
    Section(
        Reader.MEMBER,
        translatable("What the bot keeps about you:"),
        (Offer("/privacy", translatable("Shows what that is, and lets you take it away or delete it.")),),
    ),
    Section(
        Reader.MODERATOR,
        translatable("For moderators here:"),
        (
            Offer(
                translatable("Delete"),
                translatable("Removes any reply of the bot, whoever asked. The button is below the reply."),
            ),
            Offer(
                "/faq-desk add",
                translatable(
                    "Writes an entry for this server, which you see before anybody does; edit, retire and "
                    "restore change one, drafts lists what you left unfinished."
                ),
            ),
            Offer(
                "/faq-desk history",
                translatable("Shows who changed an entry, when and why; diff compares, revert goes back."),
            ),
            Offer(
                "/faq-desk import",
                translatable("Takes entries from a file, after a dry run; export gives you all of them."),
            ),
            Offer(
                "Save as FAQ",
                translatable(
                    "Makes an entry of a message, and Answer with FAQ replies to one: Apps › on the message."
                ),
            ),
            Offer(
                "/faq-desk review",
                translatable(
                    "Walks through what people could not find, and what else waits for you; pointers lists "
                    "what was pointed to a passage or an entry."
                ),
            ),
            Offer("/faq-desk stats", translatable("Counts entries, open questions and votes.")),
            Offer(
                "/faq-desk block", translatable("Takes no more questions to the moderators from a person.")
            ),
            Offer(
                "/settings",
                translatable(
                    "For those who manage the server: channels, visibility, log, moderator roles and limits."
                ),
            ),
        ),
    ),
    Section(
        Reader.OPERATOR,
        translatable("For whoever runs the bot:"),
        (
            Offer(
                "python bot.py check", translatable("Checks all content and names every fault with its line.")
            ),
            Offer(
                "python bot.py ingest",
                translatable(
                    "Takes in your own copy of a document, so that answers quote it. Then {command}."
                ),
                "/reload",
            ),
            Offer("/reload", translatable("Answers from the content as it is now, without a restart.")),
            Offer(
                "python bot.py doctor", translatable("Checks what the bot stands on, and says what to do.")
            ),
            Offer(
                "config.example.yaml",
                translatable(
                    "Has every setting with its default and why one would change it; copy it to config.yaml. "
                    "Among them: collections (what the bot answers from), default_visibility (who sees a "
                    "reply), keep_after_leaving_days (how long the data of a server is kept after the bot "
                    "left) and retention_days (how long votes and questions to moderators are kept)."
                ),
            ),
        ),
    ),
)


def help_lines(
    library: Library, commands: Mapping[str, CommandForm], examples: Mapping[str, str], reader: Reader
) -> Iterator[Statement]:
    """Yield the lines of the help for a reader.

    `commands` are those that the library answers; `examples` has an input for each command that has one.
    """
    yield Statement(gettext(_HOW_IT_ANSWERS))
    yield Statement(gettext(_IN_DISCORD))
    if not library.sources:
        yield Statement(gettext(_IS_EMPTY))
    for name, form in commands.items():
        named = ", ".join(f"{shown_option(option)}:" for option in form.options if option != form.main)
        options = f" {gettext('Options: {options}.', options=named)}" if named else ""
        purpose = f"{gettext(form.summary)}{options}"
        yield HelpLine.of(shown_command(f"/{name}"), purpose, examples.get(name, ""))
    for section in SECTIONS:
        if section.reader in reader:
            yield HelpHeading(gettext(section.heading))
            yield from (offer.line() for offer in section.offers)


def examples_of(library: Library, answers: Callable[[str], bool]) -> Mapping[str, str]:
    """Return an input for each command, with the library's own dates and references.

    `answers` says whether the library answers a question. A command for which the library has nothing to
    show gets no example.
    """
    question, citation = _question(library, answers)
    values = {
        "ask": question,
        "timeline": _busiest_year(library),
        "exports": _month(library),
        "assistance": _largest_year(library),
        "who": next((person.name for person in library.people), ""),
        "cite": str(citation or ""),
    }
    found = {name: written(name, **{COMMANDS[name].main: value}) for name, value in values.items() if value}
    if not library.sources:
        return {}
    disputes = ("disputes",) if library.timeline.disputes else ()
    always = ("sources", *disputes, "coverage", *(("corrections",) if library.corrections else ()))
    return found | {name: written(name) for name in always}


def _question(library: Library, answers: Callable[[str], bool]) -> tuple[str, Citation | None]:
    """Return a question that the library answers, and where its answer can be opened."""
    for question, citation in islice(_candidates(library), _QUESTIONS_TRIED):
        if answers(question):
            return question, citation
    return "", next((source.citation(p) for source, p in library.passages() if not p.retired), None)


def _candidates(library: Library) -> Iterator[tuple[str, Citation]]:
    """Yield short questions from the content: those of cited FAQ entries, then what passages are asked."""
    for entry in library.faq:
        if entry.citations and len(entry.question) <= LONGEST_EXAMPLE:
            yield entry.question, entry.citations[0]
    for source, passage in library.passages():
        for asked in passage.asks:
            if not passage.retired and len(asked) <= LONGEST_EXAMPLE:
                yield asked, source.citation(passage)


def _busiest_year(library: Library) -> str:
    """Return the year with the most events, of several the newest."""
    dates = [event.date for event in library.timeline.events if not event.date.open_start]
    counts = Counter(date.first.year for date in dates)
    if not counts:
        return ""
    year = max(counts, key=lambda year: (counts[year], year))
    return Period.unit(Precision.YEAR, year).key()


def _largest_year(library: Library) -> str:
    """Return the fiscal year with the largest amount of assistance that a series of sums has."""
    table = library.assistance
    additive = {series.id for series in table.series if series.additive}
    figures = [figure for figure in table.figures if figure.series in additive]
    return max(figures, key=lambda figure: figure.value).period.key() if figures else ""


def _month(library: Library) -> str:
    """Return the first month with an amount in the first series that has figures."""
    for series in library.exports.series:
        figures = [figure for figure in library.exports.figures if figure.series == series.id]
        if figures:
            return next((figure for figure in figures if figure.value), figures[0]).period.key()
    return ""
