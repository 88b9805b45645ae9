"""Questions about export figures: what is asked of which months, and the reply with its receipt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto
from itertools import pairwise

from knowledge.answers import Answer, Kind, Statement, Status
from knowledge.exports import Figure, Part, Receipt, difference, mean, portion, share, total
from knowledge.figures import computed, no_figure, rows_reply, stated
from knowledge.library import Library
from knowledge.periods import ALL_DATES, FoundPeriod, Period, find_periods
from knowledge.retrieval import Retrieval
from knowledge.text import normalise, words
from knowledge.wording import figure_in_words, part_in_words, quantity


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
    (operation, re.compile(rf"(?<![a-z])(?:{pattern})"))
    for operation, pattern in (
        (Operation.COUNT, r"how many months|number of months"),
        (
            Operation.SHARE,
            r"percent|per cent|share of|what share|proportion|fraction|what part of|ratio|pct\b",
        ),
        (
            Operation.DIFFERENCE,
            r"differen|gap between|how much (?:less|more|higher|lower|bigger|smaller)|minus|"
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
            r"smallest|lowest|least|fewest|minimum|min\b|tiniest|worst month|weakest|slowest month",
        ),
        (
            Operation.HIGHEST,
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
_PERCENT_SIGN = re.compile(r"%|\bas a percent")
_AMOUNT = re.compile(
    r"\b(?:how (?:much|many dollars|big)|figures?|amount|value|worth|dollars?|money|usd|totals?|numbers?|"
    r"data|sum)\b|\$"
)
_TRADE = re.compile(
    r"\b(?:exports?|exported|shipments?|shipped|ship|sent|send|sending|goods|go out|going out|went (?:out|over)|"
    r"delivered|deliver(?:y|ies)|got sent|trade)\b"
)
_NOT_ZERO = re.compile(
    r"non.?zero|(?:not|isn'?t|wasn'?t|weren'?t|above|than) (?:zero|nil|nothing)|still|actually|"
    r"at least something"
)
_STATED_TOTAL = re.compile(r"\b(?:report(?:ed|s)?|rfa|article|stated?|says?|said|since|overall|so far)\b")
_MONTHS = re.compile(r"\bmonths?\b")
_OTHER_ASKED = re.compile(r"^(?:why|when|who|where)\b|\bwhy\b")
_FILLER = ("really", "just", "rough", "exactly", "go", "month", "year", "total", "number", "figur", "money")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A question read as one about figures."""

    text: str
    operation: Operation
    periods: tuple[FoundPeriod, ...]
    parts: tuple[tuple[Figure, Part], ...]


class FigureQuestions:
    """Reads questions about the export table and answers those that it is sure to have understood."""

    def __init__(self, library: Library, retrieval: Retrieval) -> None:
        """Learn from the table's passages which words belong to questions about it."""
        self._table = library.exports
        self._retrieval = retrieval
        cited = {c for f in (*self._table.figures, *self._table.totals) for c in f.citations}
        self._language = set(_FILLER)
        for subject in retrieval.subjects:
            if subject.citations and set(subject.citations) <= cited:
                self._language |= subject.all_terms

    def answer(self, question: str) -> Answer | None:
        """Return the reply to a question about figures; None if it is not clearly one."""
        table = self._table
        if not table.figures:
            return None
        reading = self._read(question)
        if reading is None:
            return None
        if uncovered := self._uncovered(reading):
            return no_figure(table, uncovered, table.series[:1])
        if reading.parts:
            return self._of_category(reading)
        reply = _ANSWERS[reading.operation](self, reading)
        return reply and _with_premise(reply, question)

    def _read(self, question: str) -> _Reading | None:
        text = normalise(question)
        rows = self._table.months()
        periods = find_periods(question, rows=rows)
        operation = next((o for o, pattern in _OPERATIONS if pattern.search(text)), Operation.SHOW)
        if operation is Operation.SHOW and _PERCENT_SIGN.search(text):
            operation = Operation.SHARE
        if operation is Operation.SHOW and _SUM_SIGN.search(text):
            operation = Operation.SUM
        amount, trade = bool(_AMOUNT.search(text)), bool(_TRADE.search(text))
        parts = self._parts(question)
        about_table = trade or (
            operation is not Operation.SHOW and (bool(periods) or bool(_MONTHS.search(text)))
        )
        about_table = about_table or (amount and bool(periods))
        if not about_table or not (periods or operation is not Operation.SHOW):
            return None
        if self._foreign(question, periods):
            return None
        if _OTHER_ASKED.search(text) and not _amounts(question):
            return None
        return _Reading(text, operation, periods, parts)

    def _foreign(self, question: str, periods: Sequence[FoundPeriod]) -> bool:
        """Whether the question has a word that questions about these figures do not have."""
        spans = [(p.start, p.end) for p in periods]
        rest = "".join(c if not any(a <= i < b for a, b in spans) else " " for i, c in enumerate(question))
        for pattern in (p for _, p in _OPERATIONS):
            rest = pattern.sub(" ", rest.lower())
        return any(
            term not in self._language and not term.isdigit() for term in self._retrieval.concepts(rest)
        )

    def _parts(self, question: str) -> tuple[tuple[Figure, Part], ...]:
        asked = set(self._retrieval.concepts(question))
        found = []
        for figure in self._table.figures:
            for part in figure.parts:
                named = set(self._retrieval.concepts(part.category))
                if self._retrieval.weight(named & asked) >= 0.35 * self._retrieval.weight(named):
                    found.append((figure, part))
        return tuple(found)

    def _uncovered(self, reading: _Reading) -> str:
        """Name the first period asked about for which there is no figure at all."""
        for found in reading.periods:
            if not found.choices or not any(self._table.within(choice) for choice in found.choices):
                return found.asked
        return ""

    def figures(self, reading: _Reading) -> tuple[Figure, ...]:
        """Return the figures asked about, all of the first series if no period is named."""
        first = self._table.series[0].id
        if not reading.periods:
            return self._table.within(ALL_DATES, first)
        found = (f for p in reading.periods for c in p.choices for f in self._table.within(c, first))
        return tuple(dict.fromkeys(found))

    def _of_category(self, reading: _Reading) -> Answer | None:
        asked = set(self.figures(reading))
        kept = [(f, p) for f, p in reading.parts if not reading.periods or f in asked]
        if not kept:
            months = " and ".join(p.asked for p in reading.periods)
            return Answer(
                Kind.REFUSAL,
                Status.REFUSED,
                statements=(
                    Statement(
                        f"The source gives no categories for {months}, so no part of its figure can be told."
                    ),
                ),
                hint="It names categories for "
                + " and ".join(f.period.label() for f, _ in reading.parts)
                + " only.",
            )
        statements: list[Statement] = []
        receipts: list[Receipt] = []
        for figure, part in kept:
            where = figure.period.label()
            statements.append(
                Statement(f"{where}: {part_in_words(part)}, of {figure_in_words(figure)}.", part.citations)
            )
            if reading.operation is Operation.SHARE and part.value is not None:
                receipts.append(share(part.value, part.category, (figure,), where))
            elif reading.operation is not Operation.SHARE and part.share is not None:
                receipts.append(portion(part.share, figure, part.category))
        return _figure_answer((*map(computed, receipts), *statements) if receipts else statements)

    def _show(self, reading: _Reading) -> Answer | None:
        figures = self.figures(reading)
        if not reading.periods or not figures:
            return None
        return _figure_answer(map(stated, figures), self._blocks(reading))

    def _blocks(self, reading: _Reading) -> Answer:
        periods = [c for p in reading.periods for c in p.choices]
        span = (
            Period.between(min(p.first for p in periods), max(p.last for p in periods))
            if len(periods) > 1
            else periods[0]
        )
        return rows_reply(self._table, span, self._table.series[:1])

    def _sum(self, reading: _Reading) -> Answer | None:
        figures = self.figures(reading)
        if len(figures) == 1:
            return _figure_answer(map(stated, figures))
        added = computed(total(figures))
        if len(figures) < len(self.figures(replace(reading, periods=()))):
            return _figure_answer((added, *map(stated, figures)))
        said = [
            Statement(f"The source's own total, {t.period.label()}: {figure_in_words(t)}.", t.citations)
            for t in self._table.totals
        ]
        order = (*said, added) if _STATED_TOTAL.search(reading.text) else (added, *said)
        return _figure_answer((*order, *map(stated, figures)))

    def _difference(self, reading: _Reading) -> Answer | None:
        figures = self.figures(reading)
        if len(figures) != 2:
            return None
        return _figure_answer((computed(difference(*figures)), *map(stated, figures)))

    def _share(self, reading: _Reading) -> Answer | None:
        everything = self.figures(replace(reading, periods=()))
        spans = [self.figures(replace(reading, periods=(p,))) for p in reading.periods]
        single = [s[0] for s in spans if len(s) == 1]
        wide = [s for s in spans if len(s) > 1]
        if len(single) != 1:
            return None
        whole = wide[0] if wide else everything
        part = single[0]
        label = f"{whole[0].period.label()} to {whole[-1].period.label()}"
        receipt = share(part.value, part.period.label(), whole, label)
        return _figure_answer((computed(receipt), *map(stated, dict.fromkeys((part, *whole)))))

    def _mean(self, reading: _Reading) -> Answer | None:
        figures = self.figures(reading)
        return _figure_answer((computed(mean(figures)), *map(stated, figures)))

    def _highest(self, reading: _Reading) -> Answer | None:
        return self._extreme(reading, "highest", lambda rows: max(rows, key=lambda f: f.value))

    def _lowest(self, reading: _Reading) -> Answer | None:
        figures = self.figures(reading)
        above = tuple(f for f in figures if f.value)
        least = min(above, key=lambda f: f.value)
        zero = [f for f in figures if not f.value]
        lead = [
            Statement(
                f"The lowest month above zero is {least.period.label()}, with {figure_in_words(least)}.",
                least.citations,
            )
        ]
        if zero and not _NOT_ZERO.search(reading.text):
            lead.insert(0, stated(zero[0]))
        return _figure_answer(lead)

    def _extreme(self, reading: _Reading, word: str, pick: Callable[[Sequence[Figure]], Figure]) -> Answer:
        figure = pick(self.figures(reading))
        return _figure_answer(
            [
                Statement(
                    f"The {word} month is {figure.period.label()}, with {figure_in_words(figure)}.",
                    figure.citations,
                )
            ]
        )

    def _count(self, reading: _Reading) -> Answer | None:
        figures = self.figures(reading)
        sent = [f for f in figures if f.value]
        names = ", ".join(f.period.label() for f in sent)
        lead = f"{len(sent)} of the {len(figures)} months with a figure have exports above zero: {names}."
        return _figure_answer([Statement(lead, tuple(dict.fromkeys(c for f in sent for c in f.citations)))])

    def _zero(self, reading: _Reading) -> Answer | None:
        figures = self.figures(reading)
        zero = [f for f in figures if not f.value]
        return _figure_answer(map(stated, zero or figures))


_ANSWERS: dict[Operation, Callable[[FigureQuestions, _Reading], Answer | None]] = {
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


def _figure_answer(statements: Iterable[Statement], rows: Answer | None = None) -> Answer:
    answer = Answer(Kind.FIGURE, Status.ANSWERED, statements=tuple(statements))
    return answer if rows is None else replace(answer, figures=rows.figures, notes=rows.notes)


def _amounts(question: str) -> list[Decimal]:
    """Return the amounts of money that a question asserts."""
    tokens = list(words(question))
    return [
        Decimal(after.term)
        for before, after in pairwise(tokens)
        if before.term == "dollar" and after.term.isdigit()
    ]


def _with_premise(reply: Answer, question: str) -> Answer:
    """Add a note if the question asserts an amount that the figures shown do not have."""
    shown = {f.value for block in reply.figures for f in block.figures}
    wrong = [value for value in _amounts(question) if shown and value not in shown]
    if not wrong:
        return reply
    said = quantity(wrong[0], "USD")
    return replace(reply, notes=(f"The question says {said}; the library has it otherwise.", *reply.notes))
