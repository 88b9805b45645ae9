"""The answer object: everything a reply holds, before any surface gives it a form.

Console, JSON lines and Discord all show this one object. It holds no markup but what moderators wrote: text
is plain, and the parts that a surface sets apart (citations, rows, receipts, the closest passages of a
refusal) are fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain

from knowledge.citations import Citation
from knowledge.corrections import Correction
from knowledge.exports import Absence, Figure, Receipt, Series
from knowledge.faq import FaqEntry
from knowledge.holdings import Holdings, SeriesHoldings
from knowledge.people import Person
from knowledge.periods import Period
from knowledge.sources import Source
from knowledge.timeline import Dispute, Event
from knowledge.unknowns import KnownUnknown


class Status(StrEnum):
    """Whether the reply answers, refuses for want of support, or could not read the input."""

    ANSWERED = "answered"
    REFUSED = "refused"
    ERROR = "error"


class Kind(StrEnum):
    """What sort of reply it is; a surface chooses its form by this."""

    ANSWER = "answer"
    FIGURE = "figure"
    TIMELINE = "timeline"
    PEOPLE = "people"
    FAQ = "faq"
    PASSAGE = "passage"
    SOURCES = "sources"
    HELP = "help"
    REFUSAL = "refusal"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Statement:
    """Something the reply says, with the citations at which it can be opened; none if it is about the bot.

    The text of one that `is_markdown` was written by a server's moderators; all others are plain. One that
    `is_original` quotes an original.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    is_markdown: bool = field(default=False, kw_only=True)
    is_original: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage as it is shown: its address, text and origin, and whether it is the original wording.

    One that is `numbered_by_us` is a note whose number is not that of a paragraph.
    """

    citation: Citation
    text: str
    byline: str
    url: str
    is_original: bool
    numbered_by_us: bool = False


@dataclass(frozen=True, slots=True)
class SeriesFigures:
    """The figures of one series for the period asked, and the months of it for which there is none.

    `absences` are the years for which a dataset has no row, which it means to say.
    """

    series: Series
    figures: tuple[Figure, ...]
    gaps: tuple[Period, ...] = ()
    totals: tuple[Figure, ...] = ()
    absences: tuple[Absence, ...] = ()

    @property
    def rows(self) -> tuple[tuple[Period, Figure | Absence | None], ...]:
        """Figures, absences and gaps as one table, oldest first; None stands for a gap."""
        held: list[Figure | Absence] = [*self.figures, *self.absences]
        rows = [(row.period, row) for row in held]
        table: list[tuple[Period, Figure | Absence | None]] = [*rows, *((gap, None) for gap in self.gaps)]
        return tuple(sorted(table, key=lambda row: (row[0].first, row[0].last)))


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole reply.

    `statements` lead; `excerpts` are the passages they rest on, at most three; `asides` say what others have
    for the periods of the figures shown. `closest` belongs to refusals and is no answer. `disputes` say on
    what the sources differ, `mentions` are the passages that name the people shown. `entries` are listed by
    id and question, `directory` are people by name and role, `unknowns` gaps of the sources.
    `holdings` and `series` say what the library holds, `held` says so on one line below a
    refusal; `corrections` say what was changed in it. `notes` say how the input was read, `hint` what to do
    next, `choices` are inputs to pick from. One that is `pointed` is here because a server's moderators
    pointed the question to it. `question` is what was asked, in a form that the engine reads
    back to the same reply; `version` names the library that answered.
    """

    kind: Kind
    status: Status
    title: str = ""
    statements: tuple[Statement, ...] = ()
    asides: tuple[Statement, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    figures: tuple[SeriesFigures, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    events: tuple[Event, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    people: tuple[Person, ...] = ()
    mentions: tuple[Citation, ...] = ()
    sources: tuple[Source, ...] = ()
    entries: tuple[FaqEntry, ...] = ()
    holdings: tuple[Holdings, ...] = ()
    directory: tuple[Person, ...] = ()
    unknowns: tuple[KnownUnknown, ...] = ()
    series: tuple[SeriesHoldings, ...] = ()
    corrections: tuple[Correction, ...] = ()
    closest: tuple[Excerpt, ...] = ()
    notes: tuple[str, ...] = ()
    hint: str = ""
    held: str = ""
    choices: tuple[str, ...] = ()
    editorial: bool = False
    pointed: bool = False
    previous: Citation | None = None
    following: Citation | None = None
    question: str = ""
    version: str = ""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the reply rests on, each once, the most important first; empty unless it answers."""
        if self.status is not Status.ANSWERED:
            return ()
        return tuple(dict.fromkeys(self._cited()))

    def _cited(self) -> Iterable[Citation]:
        for statement in self.statements:
            yield from statement.citations
        for excerpt in self.excerpts:
            yield excerpt.citation
        for block in self.figures:
            for figure in (*block.figures, *block.totals):
                yield from figure.citations
            for absence in block.absences:
                yield from absence.citations
        for aside in self.asides:
            yield from aside.citations
        for person in self.people if self.kind is Kind.PEOPLE else ():
            yield from _cited_for(person)
        for event in self.events:
            yield from event.citations
        for dispute in self.disputes:
            yield from dispute.citations
        for person in self.people:
            yield from _cited_for(person)
        yield from self.mentions
        yield from chain.from_iterable(person.citations[:1] for person in self.directory)
        yield from chain.from_iterable(unknown.nearest for unknown in self.unknowns)
        for correction in self.corrections:
            yield from correction.citations


def refused(said: str, hint: str = "", choices: tuple[str, ...] = ()) -> Answer:
    """Return the reply that the library does not support an answer: why, and what to do next."""
    return Answer(Kind.REFUSAL, Status.REFUSED, statements=(Statement(said),), hint=hint, choices=choices)


def _cited_for(person: Person) -> Iterator[Citation]:
    yield from person.citations
    for standing in person.standings:
        yield from standing.citations
