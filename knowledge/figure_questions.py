"""Questions about export figures: what is asked of which months, and the reply with its receipt."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto
from itertools import pairwise

from knowledge.answers import Answer, Kind, SeriesFigures, Statement, Status
from knowledge.exports import Figure, Part, Receipt, Series, difference, mean, portion, share, total
from knowledge.figures import (
    category,
    compared,
    computed,
    counted,
    extreme,
    no_categories,
    no_figure,
    no_zero,
    own_total,
    rows_of,
    stated,
)
from knowledge.library import Library
from knowledge.periods import ALL_DATES, FoundPeriod, Period, find_periods, without_periods
from knowledge.retrieval import Retrieval
from knowledge.text import echo, normalise, terms, words
from knowledge.unknowns import KnownUnknown
from knowledge.wording import quantity


class Operation(Enum):
    """What is to be done with the figures."""

    SHARE = auto()
    DIFFERENCE = auto()
    MEAN = auto()
    HIGHEST = auto()
    LOWEST = auto()
    COUNT = auto()
    ZERO = auto()
    SUM = auto()
    SHOW = auto()


_OPERATIONS: tuple[tuple[Operation, re.Pattern[str]], ...] = tuple(
    (operation, re.compile(rf"(?<![a-z])(?:{pattern})\w*"))
    for operation, pattern in (
        (Operation.COUNT, r"how many months|number of months"),
        (
            Operation.SHARE,
            r"%|percent|per cent|share of|what share|proportion|fraction|what part of|ratio|pct\b",
        ),
        (
            Operation.DIFFERENCE,
            r"differen|gap between|how much (?:less|more|higher|lower|bigger|smaller)|minus|up or down|"
            r"(?:higher|lower|more|less|bigger|smaller|larger|fewer)\b(?! than).* than|"
            r"(?:higher|lower|more|less|bigger|smaller|larger) than (?:in )?(?:jan|feb|mar|nov|dec)|"
            r"compare\b|"
            r"(?:fall|fell|drop|dropped|rise|rose|grow|grew|declined?|decreased?|increased?|changed?)\b"
            r".* (?:from|between)|by how much",
        ),
        (Operation.MEAN, r"average|mean\b|per month|a month on"),
        (
            Operation.ZERO,
            r"(?:which|what) month.*\b(?:no|nothing|zero|none|nil)\b|zero month|nil\b|really zero",
        ),
        (
            Operation.LOWEST,
            r"(?:less|lower|smaller|fewer)\b.* or\b|"
            r"smallest|lowest|least|fewest|minimum|min\b|tiniest|worst month|weakest|slowest month",
        ),
        (
            Operation.HIGHEST,
            r"(?:more|higher|bigger|larger|greater)\b.* or\b|"
            r"biggest|largest|highest|most (?:exports?|money|aid|goods)|maximum|max\b|peak|"
            r"(?:top|best|record) month|busiest",
        ),
        (
            Operation.SUM,
            r"total|sum\b|add(?:ed|ing)? (?:it |them |up|together)|altogether|combined?\b|together|overall|"
            r"plus\b|in all\b|all told|so far|aggregate|cumulative|all (?:five|5|the) months",
        ),
    )
)
_SUM_SIGN = re.compile(r"[a-z0-9] ?\+ ?[a-z]")
_AMOUNT = re.compile(
    r"\b(?:how (?:much|many dollars|big)|figures?|amount|value|worth|dollars?|money|usd|totals?|numbers?|"
    r"data|sum)\b|\$"
)
_TRADE = re.compile(
    r"\b(?:exports?|exported|shipments?|shipped|ship|sent|send|sending|goods|go(?:ing)? out|"
    r"went (?:out|over)|delivered|deliver(?:y|ies)|got sent|trade)\b"
)
_BEYOND = re.compile(
    r"\b(?:without|except|excluding|apart from|second|third|both|two|three|which (?:the )?least)\b|"
    r"\b(?:over|under|above|below|than|at least|at most|exceed\w*) (?:us)?\$? ?[0-9]"
)
"""What asks for a selection that is not computed here: better no figure than that of another question."""

_REST = re.compile(r"\b(?:not|n't|other than|besides|rest|left|remain\w*)\b|wasn't|isn't")
_NONE = re.compile(r"\b(?:no|zero|nothing|none|nil)\b")
_NOT_ZERO = re.compile(
    r"non.?zero|(?:not|isn'?t|wasn'?t|weren'?t|above|than) (?:zero|nil|nothing)|still|actually|"
    r"at least something"
)
_ADDED = re.compile(r"\b(?:add|adds|added|sum|computed?|calculated?|plus|month by month)\b|\+")
_WHOLE = re.compile(r"\b(?:total|whole|all|sum|overall|everything|entire|grand)\b")
_MONTHS = re.compile(r"\bmonths?\b")
_OTHER_ASKED = re.compile(r"^(?:why|when|who|where)\b|\bwhy\b")
_FILLER = """alone big classed classified entire exact figure give given gone got itself made missing money
    month number only out part really rough saw see seen separately single small something total usd
    value went whole year"""

NAMED = 0.3
"""Share of a category's weight that a question must name to be about it."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A question read as one about figures."""

    text: str
    operation: Operation
    periods: tuple[FoundPeriod, ...]
    parts: tuple[tuple[Figure, Part], ...]

    @property
    def spans(self) -> tuple[Period, ...]:
        """Everything that the periods can mean."""
        return tuple(choice for found in self.periods for choice in found.choices)


class FigureQuestions:
    """Reads questions about the export table and answers those that it is sure to have understood."""

    def __init__(self, library: Library, retrieval: Retrieval) -> None:
        """Learn from the table's passages which words belong to questions about it."""
        self._table = library.exports
        self._retrieval = retrieval
        cited = {c for f in (*self._table.figures, *self._table.totals) for c in f.citations}
        self._filler = frozenset(terms(_FILLER))
        self._categories = [
            (figure, part, set(retrieval.concepts(part.category)))
            for figure in self._table.figures
            for part in figure.parts
        ]
        self._language: set[str] = set()
        for subject in retrieval.subjects:
            is_gap = isinstance(subject.item, KnownUnknown)
            if subject.citations and set(subject.citations) <= cited and not is_gap:
                self._language |= subject.all_terms

    def answer(self, question: str) -> Answer | None:
        """Return the reply to a question about figures; None if it is not clearly one."""
        reading = self._read(question) if self._table.figures else None
        if reading is None:
            return None
        series = self._series(reading)
        for found in reading.periods:
            if not any(self._table.within(choice, series.id) for choice in found.choices):
                return no_figure(self._table, found.period or found.asked, (series,))
        block, notes = rows_of(self._table, reading.spans or (ALL_DATES,), series)
        if reading.parts:
            return None if _REST.search(reading.text) else self._of_category(reading, block)
        said = _WAYS[reading.operation](self, reading, block)
        if said is None:
            return None
        lead, receipts = said
        reply = Answer(
            Kind.FIGURE,
            Status.ANSWERED,
            statements=tuple(lead),
            figures=(replace(block, totals=()),),
            receipts=tuple(receipts),
            notes=(*_years_filled_in(reading.periods), *(notes if reading.spans else ())),
        )
        return _with_premise(reply, question)

    def _series(self, reading: _Reading) -> Series:
        """Return the first series that has a figure for what is asked."""
        within = self._table.within
        covering = (s for s in self._table.series if any(within(span, s.id) for span in reading.spans))
        return next(covering, self._table.series[0])

    def _read(self, question: str) -> _Reading | None:
        text = normalise(question)
        rows = self._table.months()
        periods = find_periods(question, rows=rows)
        operation = next((o for o, pattern in _OPERATIONS if pattern.search(text)), Operation.SHOW)
        if operation is Operation.SHOW and _SUM_SIGN.search(text):
            operation = Operation.SUM
        amount, trade = bool(_AMOUNT.search(text)), bool(_TRADE.search(text))
        about_table = trade or (
            operation is not Operation.SHOW and (bool(periods) or bool(_MONTHS.search(text)))
        )
        about_table = about_table or (amount and bool(periods))
        if not about_table or not (periods or operation is not Operation.SHOW):
            return None
        if self._foreign(question, periods) or _BEYOND.search(text):
            return None
        if _OTHER_ASKED.search(text) and not _amounts(question):
            return None
        return _Reading(text, operation, periods, self._parts(question))

    def _foreign(self, question: str, periods: Sequence[FoundPeriod]) -> bool:
        """Whether the question has a word that questions about these figures do not have."""
        rest = without_periods(question, periods).lower()
        for _, pattern in _OPERATIONS:
            rest = pattern.sub(" ", rest)
        meant = self._retrieval.meaning(term for term in terms(rest) if term not in self._filler)
        return any(term not in self._language and not term.isdigit() for term in meant)

    def _parts(self, question: str) -> tuple[tuple[Figure, Part], ...]:
        asked, weight = set(self._retrieval.concepts(question)), self._retrieval.weight
        return tuple(
            (figure, part)
            for figure, part, named in self._categories
            if weight(named & asked) >= NAMED * weight(named)
        )

    def _of_category(self, reading: _Reading, block: SeriesFigures) -> Answer:
        kept = [(figure, part) for figure, part in reading.parts if figure in block.figures]
        if not kept:
            months = " and ".join(found.asked for found in reading.periods)
            named = " and ".join(figure.period.label() for figure, _ in reading.parts)
            return no_categories(months, named)
        wants_share = reading.operation is Operation.SHARE
        receipts = []
        for figure, part in kept:
            if wants_share and _WHOLE.search(reading.text) and not reading.periods:
                everything = self._table.within(ALL_DATES, block.series.id)
                size = _size(figure, part)
                receipts.append(share(size, f"“{part.category}”", everything, _span(everything)))
            elif wants_share and part.value is not None:
                receipts.append(share(part.value, f"“{part.category}”", (figure,), figure.period.label()))
            elif not wants_share and part.share is not None:
                receipts.append(portion(part.share, figure, f"“{part.category}”"))
        lead = [*map(computed, receipts), *(category(*pair) for pair in kept)]
        rows = SeriesFigures(block.series, tuple(dict.fromkeys(figure for figure, _ in kept)))
        return Answer(
            Kind.FIGURE, Status.ANSWERED, statements=tuple(lead), figures=(rows,), receipts=tuple(receipts)
        )

    def _show(self, reading: _Reading, block: SeriesFigures) -> _Said | None:
        if not reading.periods:
            return None
        if len(block.figures) > 1:
            return self._sum(reading, block)
        return [stated(figure) for figure in block.figures], []

    def _sum(self, reading: _Reading, block: SeriesFigures) -> _Said:
        if len(block.figures) == 1:
            return [stated(block.figures[0])], []
        added = total(block.figures)
        if block.gaps:
            added = replace(added, label=f"Sum of the {len(block.figures)} months that have a figure")
        said = list(map(own_total, block.totals))
        if _ADDED.search(reading.text):
            return [computed(added), *said], [added]
        return [*said, computed(added)], [added]

    def _difference(self, reading: _Reading, block: SeriesFigures) -> _Said | None:
        figures = block.figures
        if len(reading.periods) == 1:  # "between November and March" is one range: its two ends
            figures = tuple(dict.fromkeys((figures[0], figures[-1])))
        if len(figures) != 2:
            return None
        receipt = difference(*figures)
        return [compared(receipt, *figures)], [receipt]

    def _share(self, reading: _Reading, block: SeriesFigures) -> _Said | None:
        """Say what part one month is of a range that the question names, or of the whole series."""
        spans = [
            tuple(f for f in block.figures if any(choice.contains(f.period) for choice in found.choices))
            for found in reading.periods
        ]
        single = [span[0] for span in spans if len(span) == 1]
        everything = self._table.within(ALL_DATES, block.series.id) if _WHOLE.search(reading.text) else ()
        whole = next((span for span in spans if len(span) > 1), everything)
        if len(single) != 1 or not any(figure.value for figure in whole):
            return None
        receipt = share(single[0].value, single[0].period.label(), whole, _span(whole))
        return [computed(receipt)], [receipt]

    def _mean(self, _reading: _Reading, block: SeriesFigures) -> _Said:
        if len(block.figures) == 1:
            return [stated(block.figures[0])], []
        receipt = mean(block.figures)
        if block.gaps:
            receipt = replace(receipt, label=f"Average of the {len(block.figures)} months that have a figure")
        return [computed(receipt)], [receipt]

    def _highest(self, _reading: _Reading, block: SeriesFigures) -> _Said:
        return [extreme("highest month", max(block.figures, key=lambda f: f.value))], []

    def _lowest(self, reading: _Reading, block: SeriesFigures) -> _Said:
        above = [figure for figure in block.figures if figure.value]
        zero = [] if above and _NOT_ZERO.search(reading.text) else [f for f in block.figures if not f.value]
        lead = list(map(stated, zero))
        if above:
            lead.append(extreme("lowest month above zero", min(above, key=lambda f: f.value)))
        return lead, []

    def _count(self, reading: _Reading, block: SeriesFigures) -> _Said:
        return [counted(block.figures, zero=bool(_NONE.search(reading.text)))], []

    def _zero(self, _reading: _Reading, block: SeriesFigures) -> _Said:
        zero = [stated(figure) for figure in block.figures if not figure.value]
        return zero or [*no_zero(block), *map(stated, block.figures)], []


_Said = tuple[list[Statement], list[Receipt]]
"""What leads a reply, and the receipts of what is computed in it."""

_WAYS: dict[Operation, Callable[[FigureQuestions, _Reading, SeriesFigures], _Said | None]] = {
    Operation.SHOW: FigureQuestions._show,
    Operation.SUM: FigureQuestions._sum,
    Operation.DIFFERENCE: FigureQuestions._difference,
    Operation.SHARE: FigureQuestions._share,
    Operation.MEAN: FigureQuestions._mean,
    Operation.HIGHEST: FigureQuestions._highest,
    Operation.LOWEST: FigureQuestions._lowest,
    Operation.COUNT: FigureQuestions._count,
    Operation.ZERO: FigureQuestions._zero,
}


def _span(figures: Sequence[Figure]) -> str:
    return f"{figures[0].period.label()} to {figures[-1].period.label()}"


def _size(figure: Figure, part: Part) -> Decimal:
    """Return the amount of a category, from its share where the source gives only that."""
    return part.value if part.value is not None else figure.value * (part.share or 0) / 100


def _years_filled_in(periods: Sequence[FoundPeriod]) -> list[str]:
    """Say as what the months were read that the question names without a year."""
    read = [f"“{echo(p.surface)}” as {p.period.label()}" for p in periods if p.period and not p.has_year]
    return [f"Read {', '.join(read)}."] if read else []


LONGEST_AMOUNT = 12
"""Digits of the longest amount that a question is taken to assert."""


def _amounts(question: str) -> list[Decimal]:
    """Return the amounts of money that a question asserts."""
    tokens = list(words(question))
    return [
        Decimal(after.term)
        for before, after in pairwise(tokens)
        if before.term == "dollar" and after.term.isdigit() and len(after.term) <= LONGEST_AMOUNT
    ]


def _with_premise(reply: Answer, question: str) -> Answer:
    """Add a note if the question asserts an amount that the figures shown do not have."""
    shown = {figure.value for block in reply.figures for figure in block.figures}
    shown |= {receipt.value for receipt in reply.receipts}
    wrong = [value for value in _amounts(question) if shown and value not in shown]
    if not wrong:
        return reply
    said = quantity(wrong[0], "USD")
    return replace(reply, notes=(f"The question says {said}; the library has it otherwise.", *reply.notes))
