"""Questions about export figures: what is asked of which months, and the reply with its receipt."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto
from itertools import pairwise

from knowledge.administrations import with_years
from knowledge.answers import Answer, Kind, SeriesFigures, Statement, Status
from knowledge.assistance import as_fiscal_years, in_words
from knowledge.commands import shown_command
from knowledge.comparisons import compared_periods
from knowledge.disagreements import Differences, disagreements
from knowledge.exports import (
    Absence,
    Figure,
    Part,
    Receipt,
    Series,
    change,
    difference,
    is_whole_years,
    mean,
    portion,
    share,
)
from knowledge.figures import (
    HIGHEST,
    LOWEST,
    absent,
    alike,
    category,
    compared,
    computed,
    counted,
    extreme,
    no_categories,
    no_figure,
    no_zero,
    other_years,
    own_total,
    rows_of,
    stated,
    sum_of,
    without_rows,
)
from knowledge.languages import gettext, joined, translatable
from knowledge.library import Library
from knowledge.periods import (
    ALL_DATES,
    FoundPeriod,
    Period,
    Precision,
    find_periods,
    meanings,
    without_periods,
)
from knowledge.retrieval import Retrieval
from knowledge.text import echo, normalise, terms, words
from knowledge.unknowns import KnownUnknown
from knowledge.wording import from_to, quantity


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


_ROSE_OR_FELL = "fall|fell|drop(?:ped)?|rise|rose|grow|grew|declined?|decreased?|increased?"
_CHANGED = f"{_ROSE_OR_FELL}|shrink|shrank|changed?"
"""What exports do from one time to another."""

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
            rf"compare\b|(?:{_CHANGED})\b.* (?:from|between)|by how much",
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

_THAN_A_YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b.*\bthan (?:in )?(?:19|20)[0-9]{2}\b(?! ?(?:dollars?|usd))")
"""What compares two years, and no amount."""

_AID = re.compile(r"\b(?:aid|assistance)\b")
_REST = re.compile(r"\b(?:not|n't|other than|besides|rest|left|remain\w*)\b|wasn't|isn't")
_NONE = re.compile(r"\b(?:no|zero|nothing|none|nil)\b")
_NOT_ZERO = re.compile(
    r"non.?zero|(?:not|isn'?t|wasn'?t|weren'?t|above|than) (?:zero|nil|nothing)|still|actually|"
    r"at least something"
)
_ADDED = re.compile(r"\b(?:add|adds|added|sum|computed?|calculated?|plus|month by month)\b|\+")
_WHOLE = re.compile(r"\b(?:total|whole|all|sum|overall|everything|entire|grand)\b")
_MONTHS = re.compile(r"\bmonths?\b")
_GRAINS: tuple[tuple[Precision, re.Pattern[str]], ...] = (
    (
        Precision.MONTH,
        re.compile(
            r"\b(?:(?:which|what|how many|a|per|by) months?|month by month|monthly|"
            r"(?:highest|largest|biggest|lowest|smallest|peak|best|record)(?: \w+)? month)\b"
        ),
    ),
    (
        Precision.YEAR,
        re.compile(
            r"\b(?:(?:which|what|how many|a|per|by|all|each|every) years?|"
            r"year by year|yearly|annual(?:ly)?)\b"
        ),
    ),
)
"""By what a question wants the figures, if it says so."""

_A_YEAR = re.compile(r"\byears?\b")

MOVED = re.compile(
    rf"(?<=\s)(?:(?:go|gone|went) (?:up|down)|{_ROSE_OR_FELL}|changed?|fallen|risen|grown|"
    r"(?:fall|rise|drop|grow|decline|increase|decrease|change)s)(?=\s+(?:in|during)\s)",
    re.IGNORECASE,
)
"""What exports do in a year that is named; “fall in 2009” is no autumn then."""

_FELL = re.compile(rf"\b(?:{_CHANGED}|declines) (?:from|between)\b")
_SINCE_THEN = re.compile(rf"\b(?:{_ROSE_OR_FELL}|declines) (?:after|since|before|until)\b")
"""A rise or fall of which one end is open: the other one is the newest year, if there are years."""

_AFTER = re.compile(r"\bafter\b")

COMPARED = re.compile(
    r"\b(?:(?:as )?compared (?:with|to|against)|in comparison (?:with|to)|vs\.?|versus)(?!\w)"
)
"""What stands between two periods to be compared."""

_MOVES = re.compile(rf"\b(?:{_CHANGED}|changes|declines|fallen|grown|developed?|evolved?)\b")
_YEARS_COUNTED = re.compile(r"\b(?:how many|number of) years\b")
_WHY_THEY_DIFFER = re.compile(
    r"(?<=\w),? (?:and )?why (?:do|are|is|does)\b[^?]*\b(?:differ|disagree)\w*\??$", re.IGNORECASE
)
_WORKBOOK = re.compile(r"\bworkbook\b")
_OTHER_ASKED = re.compile(r"^(?:why|when|who|where)\b|\bwhy\b")
_AGREE = re.compile(r"\b(?:rfa|radio free asia|census)\b.*\b(?:dis)?(?:agree|differ|match)(?:s|ed|e[ds])?\b")
_ALIKE_OR_NOT = "agree disagree differ match rfa radio free asia census bureau report figure"
"""What belongs to a question whether the series have the same."""

_FILLER = """alone big classed classified entire exact figure give given gone got itself made missing money
    month number only out part really rough saw see seen separately single small something total trade usd
    value went whole workbook year yearly annual"""


def operation_of(text: str, periods: Sequence[FoundPeriod]) -> Operation:
    """Return what a normalised question, which has some periods, wants done with figures."""
    operation = next((o for o, pattern in _OPERATIONS if pattern.search(text)), Operation.SHOW)
    if operation is Operation.SHARE and _FELL.search(text):
        return Operation.DIFFERENCE
    if operation is Operation.SHOW and len(periods) == 2 and COMPARED.search(text):
        return Operation.DIFFERENCE
    return Operation.SUM if operation is Operation.SHOW and _SUM_SIGN.search(text) else operation


def without_operations(question: str) -> str:
    """Return a question, in lower case, without the words that say what is to be done with figures."""
    rest = question.lower()
    for _, pattern in _OPERATIONS:
        rest = pattern.sub(" ", rest)
    return rest


def without_reasons(question: str) -> str:
    """Return a question without “… and why do the sources differ?”: figures say themselves that they do."""
    return _WHY_THEY_DIFFER.sub("", question)


_OF_EVERYTHING = (Operation.SUM, Operation.MEAN, Operation.HIGHEST, Operation.LOWEST)

_STRETCHES = (Precision.QUARTER, Precision.SEASON, Precision.RANGE)
_NO_ASSISTANCE = translatable("The library has no figure of U.S. assistance for {years}.")
_HAS_ASSISTANCE = translatable("{command} has U.S. assistance.")
_ARE_EXPORTS = translatable("What follows are exports of goods from the United States.")

NAMED = 0.3
"""Share of a category's weight that a question must name to be about it."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A question read as one about figures."""

    question: str
    text: str
    operation: Operation
    periods: tuple[FoundPeriod, ...]
    parts: tuple[tuple[Figure, Part], ...]
    grain: Precision | None = None

    @property
    def is_of_everything(self) -> bool:
        """Whether it asks for one value of all that there is, which each series has for a time of its own."""
        return not (self.periods or self.grain or self.parts) and self.operation in _OF_EVERYTHING

    @property
    def is_of_two_stretches(self) -> bool:
        """Whether it compares two periods of which one is more than a month or a year."""
        return (
            self.operation is Operation.DIFFERENCE
            and len(self.periods) == len(self.spans) == 2
            and not self.parts
            and any(span.precision in _STRETCHES for span in self.spans)
        )

    @property
    def spans(self) -> tuple[Period, ...]:
        """Everything that the periods can mean."""
        return meanings(self.periods)


class FigureQuestions:
    """Reads questions about the export table and answers those that it is sure to have understood."""

    def __init__(self, library: Library, retrieval: Retrieval) -> None:
        """Learn from the table's passages which words belong to questions about it."""
        self._table = library.exports
        self._assistance = library.assistance
        self._has_years = any(f.period.precision is Precision.YEAR for f in self._table.figures)
        self._retrieval = retrieval
        cited = {c for f in (*self._table.figures, *self._table.totals) for c in f.citations}
        self._compares = len(self._table.series) > 1
        self._filler = frozenset(terms(f"{_FILLER} {_ALIKE_OR_NOT if self._compares else ''}"))
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
        """Return the reply to a question about figures; None if it is not clearly one.

        The first series leads, which is that of the founding documents; what others have stands beside it.
        """
        if not self._table.figures:
            return None
        question, read_as = with_years(question) if self._has_years else (question, ())
        reading = self._read(question)
        if reading is None:
            return None
        reply = self._reply(reading)
        return reply and replace(reply, notes=(*read_as, *self._not_assistance(reading), *reply.notes))

    def _reply(self, reading: _Reading) -> Answer | None:
        covering = self._covering(reading)
        if not covering:
            return self._nothing(reading)
        if reading.is_of_two_stretches:
            first, second = reading.spans
            return compared_periods(self._table, first, second, covering)
        if reading.operation is Operation.DIFFERENCE and all(map(is_whole_years, reading.spans)):
            covering = [one for one in covering if self._is_by_year(one)] or covering
        found = [self._of(one, reading, named=len(covering) > 1) for one in covering]
        if reading.parts:
            lead = next((block for block, _ in found if _has_parts(block, reading)), found[0][0])
            return None if _REST.search(reading.text) else self._of_category(reading, lead)
        said = [(block, self._said(reading, block), notes) for block, notes in found]
        answered = [(block, one, notes) for block, one, notes in said if one is not None]
        if not answered or (said[0][1] is None and not _whole_years(said[0][0])):
            return None
        blocks = [block for block, _, _ in answered]
        beside = self._beside(reading, blocks)
        ordered = [(block, one) for block, one, _ in answered]
        if reading.is_of_everything and len(ordered) > 1:
            leads, receipts = _each_of_its_time(ordered)
        else:
            leads, receipts = _in_order(ordered, told=bool(beside.said))
        reply = Answer(
            Kind.FIGURE,
            Status.ANSWERED,
            statements=(*leads, *beside.said),
            asides=beside.asides,
            figures=tuple(replace(block, totals=()) for block in blocks),
            receipts=(*receipts, *beside.receipts),
            notes=(
                *_years_filled_in(reading.periods),
                *(note for _, _, notes in answered for note in (notes if reading.spans else ())),
                *self._years_left_out(reading),
            ),
        )
        return _with_premise(replace(reply, notes=tuple(dict.fromkeys(reply.notes))), reading.question)

    def _not_assistance(self, reading: _Reading) -> tuple[str, ...]:
        """Say of a year for which aid is asked that the figures are of exports, and what there is of aid."""
        by_year = bool(reading.spans) and all(map(is_whole_years, reading.spans))
        if not (self._assistance.figures and by_year and _AID.search(reading.text)):
            return ()
        years = in_words(as_fiscal_years(reading.spans[0])[0])
        held = any(
            self._assistance.rows(as_fiscal_years(span)[0], one)
            for span in reading.spans
            for one in self._assistance.series
        )
        other = gettext(
            _HAS_ASSISTANCE if held else _NO_ASSISTANCE,
            command=shown_command(f"/assistance {reading.spans[0]}"),
            years=years,
        )
        return (f"{other} {gettext(_ARE_EXPORTS)}",)

    def _covering(self, reading: _Reading) -> list[Series]:
        """Return the series that have something for everything that is asked; the first only, if nothing is.

        A question of months without a date is for every series by month, one of years for those by year.
        """
        every = list(self._table.series)
        if _WORKBOOK.search(reading.text):
            every = [one for one in every if one is not self._table.series[0]] or every
        if reading.periods:
            return [
                one
                for one in every
                if all(
                    any(self._rows(choice, one, reading) for choice in found.choices)
                    for found in reading.periods
                )
            ]
        if reading.grain is None:
            return every if reading.is_of_everything else every[:1]
        return [one for one in every if self._rows(ALL_DATES, one, reading)] or every[:1]

    def _rows(self, period: Period, series: Series, reading: _Reading) -> tuple[Figure | Absence, ...]:
        return self._table.rows(period, series, reading.grain)

    def _is_by_year(self, series: Series) -> bool:
        return any(
            f.series == series.id and f.period.precision is Precision.YEAR for f in self._table.figures
        )

    def _held(self, found: FoundPeriod, series: Sequence[Series], reading: _Reading) -> bool:
        """Whether some of the series have something for a period that was asked for."""
        return any(self._rows(choice, one, reading) for choice in found.choices for one in series)

    def _nothing(self, reading: _Reading) -> Answer:
        """Refuse for want of a figure for one of the periods, the first that no series has."""
        series = self._table.series
        lacking = [found for found in reading.periods if not self._held(found, series, reading)]
        first = (lacking or reading.periods[-1:])[0]
        return no_figure(self._table, first.period or first.asked, series)

    def _of(self, series: Series, reading: _Reading, *, named: bool) -> tuple[SeriesFigures, tuple[str, ...]]:
        spans = reading.spans or (ALL_DATES,)
        return rows_of(self._table, spans, series, grain=reading.grain, named=named)

    def _said(self, reading: _Reading, block: SeriesFigures) -> _Said | None:
        """Say what is asked of a block; of years without a row, that there is none."""
        if not block.figures:
            return [*map(absent, block.absences)], []
        return _WAYS[reading.operation](self, reading, block)

    def _beside(self, reading: _Reading, blocks: Sequence[SeriesFigures]) -> Differences:
        """Say where the series, or others, have different amounts for the periods that a question names."""
        if not reading.periods or reading.operation not in _WITH_DISAGREEMENTS:
            return Differences((), (), ())
        amounts = reading.operation is not Operation.DIFFERENCE
        return disagreements(
            self._table, blocks, between_series=amounts, with_sums=reading.operation is not Operation.SHOW
        )

    def _years_left_out(self, reading: _Reading) -> tuple[str, ...]:
        """Name the months of other years that a month without a year could have meant."""
        meant = meanings(
            f for f in find_periods(reading.question, rows=self._table.months()) if not f.has_year
        )
        return other_years(
            [one for one in meant if one not in reading.spans and not (one.open_start or one.open_end)]
        )

    def _read(self, question: str) -> _Reading | None:
        if self._compares:
            question = without_reasons(question)
        text = normalise(question)
        if (moved := self._moved(question)) is not None:
            return moved
        periods = self._periods(question)
        operation = operation_of(text, periods)
        amount, trade = bool(_AMOUNT.search(text)), bool(_TRADE.search(text))
        about_table = trade or (
            operation is not Operation.SHOW and (bool(periods) or bool(_MONTHS.search(text)))
        )
        about_table = about_table or (amount and bool(periods))
        about_table = about_table or (self._compares and bool(periods) and bool(_AGREE.search(text)))
        by_year = operation is Operation.SHOW and self._grain(text, periods, operation) is Precision.YEAR
        if not about_table or not (periods or by_year or operation is not Operation.SHOW):
            return None
        if self._foreign(question, periods) or (_BEYOND.search(text) and not _THAN_A_YEAR.search(text)):
            return None
        of_when = text.startswith("when") and operation in (Operation.HIGHEST, Operation.LOWEST)
        of_another_thing = _OTHER_ASKED.search(text) and not (_amounts(question) or of_when)
        if of_another_thing or self._is_of_assistance(text, periods):
            return None
        if _SINCE_THEN.search(text):
            return self._since_then(question, text, periods)
        grain = self._grain(text, periods, operation)
        if grain is Precision.YEAR and _YEARS_COUNTED.search(text):
            operation = Operation.COUNT
        return _Reading(question, text, operation, periods, self._parts(question), grain)

    def _is_of_assistance(self, text: str, periods: Sequence[FoundPeriod]) -> bool:
        """Whether a question of aid by year is not about exports, where there are figures of assistance."""
        by_year = all(map(is_whole_years, meanings(periods)))
        if not (self._assistance.figures and by_year and _AID.search(text)) or _TRADE.search(text):
            return False
        return not self._table.in_first(meanings(periods))

    def _moved(self, question: str) -> _Reading | None:
        """Read “how much did exports fall in 2009” as a comparison with the year before."""
        plain = MOVED.sub("", question)
        if plain == question or not _TRADE.search(normalise(question)):
            return None
        periods = find_periods(plain)
        years = [found.period for found in periods if found.period]
        if len(years) != 1 or years[0].precision is not Precision.YEAR or self._foreign(plain, periods):
            return None
        before = Period.unit(Precision.YEAR, years[0].first.year - 1)
        by_year = {figure.period for figure in self._table.figures}
        by_year |= {absence.period for absence in self._table.absences}
        if not {before, years[0]} <= by_year or _OTHER_ASKED.search(normalise(question)):
            return None
        both = tuple(replace(periods[0], choices=(year,)) for year in (before, years[0]))
        return _Reading(plain, normalise(plain), Operation.DIFFERENCE, both, (), Precision.YEAR)

    def _since_then(self, question: str, text: str, periods: Sequence[FoundPeriod]) -> _Reading | None:
        """Read “did exports fall after 2016” as a comparison of that year with the last there is."""
        opened = [found.period for found in periods if found.period]
        years = [f.period for f in self._table.figures if f.period.precision is Precision.YEAR]
        if len(opened) != 1 or not years or not (opened[0].open_end and is_whole_years(opened[0])):
            return None
        year = Period.unit(Precision.YEAR, opened[0].first.year - bool(_AFTER.search(text)))
        if year not in years or year == max(years):
            return None
        whole = replace(periods[0], choices=(Period.between(year.first, max(years).last),))
        return _Reading(question, text, Operation.DIFFERENCE, (whole,), (), Precision.YEAR)

    def _grain(self, text: str, periods: Sequence[FoundPeriod], operation: Operation) -> Precision | None:
        """Return by what a question wants figures; one on a month is not about years (“what year was …”)."""
        grain = next((grain for grain, pattern in _GRAINS if pattern.search(text)), None)
        if grain is None and operation in (Operation.HIGHEST, Operation.LOWEST) and _A_YEAR.search(text):
            grain = Precision.YEAR
        if not any(figure.period.precision is grain for figure in self._table.figures):
            return None
        by_year = all(map(is_whole_years, meanings(periods)))
        return grain if grain is Precision.MONTH or by_year else None

    def _periods(self, question: str) -> tuple[FoundPeriod, ...]:
        """Find the dates in a question; a month without a year is that of the first series that has it."""
        found: list[tuple[FoundPeriod, ...]] = []
        for series in self._table.series:
            found.append(find_periods(question, rows=self._table.months(series.id)))
            if all(one.choices for one in found[-1]):
                return found[-1]
        return found[0]

    def _foreign(self, question: str, periods: Sequence[FoundPeriod]) -> bool:
        """Whether the question has a word that questions about these figures do not have."""
        rest = _MOVES.sub(" ", without_operations(without_periods(question, periods)))
        rest = COMPARED.sub(" ", rest) if len(periods) > 1 else rest
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
            months = joined(found.asked for found in reading.periods)
            named = joined(figure.period.label() for figure, _ in reading.parts)
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
        if not (reading.periods or reading.grain):
            return None
        if len(block.figures) > 1:
            return self._sum(reading, block)
        return [*map(stated, block.figures), *map(absent, block.absences)], []

    def _sum(self, reading: _Reading, block: SeriesFigures) -> _Said:
        if len(block.figures) == 1 or _nested(block.figures):
            return [*map(stated, block.figures), *map(absent, block.absences)], []
        added = sum_of(block)
        if block.gaps or block.absences:
            label = gettext(_SUM_OF[_whole_years(block)], count=len(block.figures))
            added = replace(added, label=label)
        said = list(map(own_total, block.totals))
        if _ADDED.search(reading.text):
            return [computed(added), *said], [added]
        return [*said, computed(added)], [added]

    def _difference(self, reading: _Reading, block: SeriesFigures) -> _Said | None:
        figures = block.figures
        if block.absences and len(figures) < 2:
            return [*map(stated, figures), *map(absent, block.absences)], []
        if len(reading.periods) == 1:  # "between November and March" is one range: its two ends
            figures = tuple(dict.fromkeys((figures[0], figures[-1])))
        if len(figures) != 2:
            return None
        receipt = difference(*figures)
        said, receipts = [compared(receipt, *figures)], [receipt]
        if receipt.value and not receipt.approximate and figures[0].counted > 0:
            first, second = (figure.period.label() for figure in figures)
            label = gettext("Change from {first} to {second}", first=first, second=second)
            receipts.append(change(label, figures[:1], figures[1:]))
            said.append(computed(receipts[-1]))
        return said, receipts

    def _share(self, reading: _Reading, block: SeriesFigures) -> _Said | None:
        """Say what part one month is of a range that the question names, or of the whole series."""
        spans = [_within(block.figures, found) for found in reading.periods]
        single = [span[0] for span in spans if len(span) == 1]
        if len(single) == len(spans) == 2:  # a month and the year that it is in
            single.sort(key=lambda figure: figure.period.last - figure.period.first)
            if single[1].period.contains(single[0].period):
                spans, single = [tuple(single[1:])], single[:1]
                receipt = share(single[0].value, single[0].period.label(), spans[0], _span(spans[0]))
                receipt = replace(receipt, rows=(*single, *receipt.rows))
                return [computed(receipt)], [receipt]
        everything = self._table.within(ALL_DATES, block.series.id) if _WHOLE.search(reading.text) else ()
        whole = next((span for span in spans if len(span) > 1), everything)
        if len(single) != 1 or not any(figure.value for figure in whole):
            return None
        receipt = share(single[0].value, single[0].period.label(), whole, _span(whole))
        return [computed(receipt)], [receipt]

    def _mean(self, _reading: _Reading, block: SeriesFigures) -> _Said:
        if len(block.figures) == 1:
            return [stated(block.figures[0])], []
        receipt = mean(block.figures, sum_of(block).missing)
        if block.gaps or block.absences:
            label = gettext(_AVERAGE_OF[_whole_years(block)], count=len(block.figures))
            receipt = replace(receipt, label=label)
        return [computed(receipt)], [receipt]

    def _highest(self, _reading: _Reading, block: SeriesFigures) -> _Said:
        if all(figure.is_bound for figure in block.figures):
            return [alike(block.figures)], []
        return [extreme(HIGHEST[_grain_of(block)], max(block.figures, key=lambda f: f.counted))], []

    def _lowest(self, reading: _Reading, block: SeriesFigures) -> _Said:
        above = [figure for figure in block.figures if figure.value]
        if bounds := [figure for figure in above if figure.is_bound]:
            zero = [figure for figure in block.figures if not figure.value]
            return [alike(each) for each in (zero, bounds) if each], []
        zero = [] if above and _NOT_ZERO.search(reading.text) else [f for f in block.figures if not f.value]
        lead = list(map(stated, zero)) if len(zero) < 2 else [alike(zero)]
        if above:
            lowest = min(above, key=lambda f: f.value)
            lead.append(extreme(LOWEST[_grain_of(block)], lowest))
        return lead, []

    def _count(self, reading: _Reading, block: SeriesFigures) -> _Said:
        said = [counted(block.figures, zero=bool(_NONE.search(reading.text)))]
        return [*said, *([without_rows(block.absences)] if block.absences else [])], []

    def _zero(self, _reading: _Reading, block: SeriesFigures) -> _Said:
        zero = [figure for figure in block.figures if not figure.value]
        if len(zero) > 1:
            return [alike(zero)], []
        return list(map(stated, zero)) or [*no_zero(block), *map(stated, block.figures)], []


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


_WITH_DISAGREEMENTS = (Operation.SHOW, Operation.SUM, Operation.DIFFERENCE)


def _in_order(
    answered: Sequence[tuple[SeriesFigures, _Said]], *, told: bool
) -> tuple[list[Statement], list[Receipt]]:
    """Put the first series first and name the others; an amount that is `told` beside its own is left out."""
    (first, (leads, receipts)), *others = answered
    leads, receipts = list(leads), list(receipts)
    for block, (said, made) in others:
        if told and not made and {f.period for f in block.figures} <= {f.period for f in first.figures}:
            continue
        leads += [replace(one, text=f"{block.series.name}: {one.text}") for one in said]
        receipts += [replace(one, label=f"{one.label} ({block.series.id})") for one in made]
    return leads, receipts


def _each_of_its_time(
    answered: Sequence[tuple[SeriesFigures, _Said]],
) -> tuple[list[Statement], list[Receipt]]:
    """Name every series with the time that it covers, because they reach back differently far."""
    leads = [
        replace(one, text=f"{block.series.name}, {_span(block.figures)}: {one.text}")
        for block, (said, _) in answered
        for one in said
    ]
    receipts = [
        replace(one, label=f"{one.label} ({block.series.id})")
        for block, (_, made) in answered
        for one in made
    ]
    return leads, receipts


def _has_parts(block: SeriesFigures, reading: _Reading) -> bool:
    return any(figure in block.figures for figure, _ in reading.parts)


def _whole_years(block: SeriesFigures) -> bool:
    return any(figure.period.precision is Precision.YEAR for figure in block.figures)


def _grain_of(block: SeriesFigures) -> Precision:
    return Precision.YEAR if _whole_years(block) else Precision.MONTH


_SUM_OF = {
    True: translatable("Sum of the {count} years that have a figure"),
    False: translatable("Sum of the {count} months that have a figure"),
}
_AVERAGE_OF = {
    True: translatable("Average of the {count} years that have a figure"),
    False: translatable("Average of the {count} months that have a figure"),
}
"""What a value computed of a part of what was asked is called, by whether it is of years."""


def _within(figures: Sequence[Figure], found: FoundPeriod) -> tuple[Figure, ...]:
    """Return the figures of a period: the one for all of it if there is one, or else those in it."""
    whole = tuple(figure for figure in figures if figure.period in found.choices)
    return whole or tuple(f for f in figures if any(choice.contains(f.period) for choice in found.choices))


def _nested(figures: Sequence[Figure]) -> bool:
    """Whether some of the figures are of a time that another one of them holds, as a month of its year."""
    return any(one is not two and one.period.contains(two.period) for one in figures for two in figures)


def _span(figures: Sequence[Figure]) -> str:
    return from_to(figures[0].period.label(), figures[-1].period.label())


def _size(figure: Figure, part: Part) -> Decimal:
    """Return the amount of a category, from its share where the source gives only that."""
    return part.value if part.value is not None else figure.value * (part.share or 0) / 100


def _years_filled_in(periods: Sequence[FoundPeriod]) -> list[str]:
    """Say as what the months were read that the question names without a year."""
    read = [
        gettext("“{words}” as {period}", words=echo(p.surface), period=p.period.label())
        for p in periods
        if p.period and not p.has_year
    ]
    return [gettext("Read {readings}.", readings=", ".join(read))] if read else []


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
    note = gettext("The question says {amount}; the library has it otherwise.", amount=said)
    return replace(reply, notes=(note, *reply.notes))
