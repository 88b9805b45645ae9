"""Questions about U.S. assistance by fiscal year: read only if every word of them is understood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.administrations import with_years
from knowledge.answers import Answer, SeriesFigures, Statement, Status
from knowledge.assistance import as_fiscal_years, assistance_reply, fiscal_year, in_words
from knowledge.exports import Figure, FigureTable, Receipt, Series, change, difference, is_whole_years, mean
from knowledge.figure_questions import (
    COMPARED,
    MOVED,
    Operation,
    operation_of,
    without_operations,
    without_reasons,
)
from knowledge.figures import HIGHEST, LOWEST, computed, extreme, sum_of
from knowledge.languages import gettext, joined, translatable
from knowledge.library import Library
from knowledge.periods import (
    ALL_DATES,
    FoundPeriod,
    Period,
    PeriodError,
    Precision,
    find_periods,
    meanings,
    without_periods,
)
from knowledge.text import normalise, terms
from knowledge.wording import figure_in_words

_AID = re.compile(r"\b(?:aid|assistance|help|relief|give|gave|given|donat\w*|spen[dt])\b")
_NAMED = re.compile(r"\b(?:obligat\w*|disburs\w*|usaid)\b")
_PLEDGED = re.compile(r"\b(?:pledg\w*|food|tons?|tonnes?|wheat)\b")
_OF_PLEDGES = re.compile(r"\bpledg\w*")
_FISCAL = re.compile(r"\b(?:fy ?'?[0-9]{2}|fiscal)")
_AMOUNT = re.compile(
    r"\b(?:how (?:much|many|big)|amount|total|sum|value|worth|figures?|dollars?|money|numbers?|spen[dt])\b|"
    r"\$|\bzero\b|\bany\b.*\b(?:aid|assistance)\b|"
    r"^(?:did|has|have|was|were|is|are)\b.*\b(?:aid|assistance|anything|something)\b|"
    r"\b(?:per|by|each|every|year by) year\b|\b(?:yearly|annual(?:ly)?)\b"
)
_BARE = 4
"""Up to so many words, such as “US assistance 2005”, are a request for the figure."""

_EXPORTS = re.compile(r"\b(?:exports?|exported|exporting|shipments?|shipped|goods|trade|workbook|census)\b")
_OTHER = re.compile(r"^(?:why|when|who|where)\b|\bwhy\b")
_WORDS = """aid assistance help relief obligation obligations obligated disbursement disbursements disbursed
    usaid pledge pledged pledges food tons tonnes metric wheat how much many big amount total sum value worth
    figure figures dollar dollars money number numbers fiscal year years fy united states us usa u.s american
    america government washington north korea korean dprk nk gave give given giving provide provided send sent
    spend spent donate donated donation receive received get got go went country file official foreign
    humanitarian overall altogether
    fall fell drop dropped rise rose grow grew change changed decline declined increase increased decrease
    decreased yearly annual annually per average mean percent share percentage
    anything something any some each every between ever
    what which was were been has have zero is are did do does the in of to for by from and it all any there"""

_NO_SHARE = translatable("No share is computed: obligations and disbursements are not compared here.")
_NO_DIFFERENCE = translatable(
    "No difference is computed: obligations and disbursements are not compared here."
)
_NO_PLEDGE = translatable("The library has no food pledge of that time; what follows is not food aid alone.")
_EXTREME_OF = re.compile(r"\b(?:years?|yearly|assistance|obligat\w*|disburs\w*)\b")
_OBLIGATED, _DISBURSED = re.compile(r"\bobligat"), re.compile(r"\bdisburs|\bspen[dt]\b|\bpaid\b")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A question read as one about assistance."""

    text: str
    operation: Operation
    spans: tuple[Period, ...]


class AssistanceQuestions:
    """Answers questions about obligations, disbursements and pledges that it is sure to have understood."""

    def __init__(self, library: Library) -> None:
        """Take the table, and the export figures of the founding documents, which go first."""
        self._table: FigureTable = library.assistance
        self._exports: FigureTable = library.exports
        self._words = frozenset(terms(_WORDS))

    def answer(self, question: str) -> Answer | None:
        """Return the reply to a question about assistance; None if it is not clearly one."""
        if not self._table.figures:
            return None
        question, read_as = with_years(question)
        try:
            reading = self._read(question)
        except PeriodError:  # a year before there were fiscal years to speak of
            return None
        if reading is None:
            return None
        chosen = self._series(reading.text)
        years = reading.spans or (ALL_DATES,)
        reply = assistance_reply(self._table, years, chosen, read_as)
        if reply.status is not Status.ANSWERED and not chosen[0].additive:
            added = tuple(one for one in self._table.series if one.additive)
            reply = assistance_reply(self._table, years, added, (*read_as, gettext(_NO_PLEDGE)))
        if reply.status is not Status.ANSWERED:
            return reply
        lead = [] if reading.spans or not self._is_any_aid(reading) else self._exports_total()
        receipts: list[Receipt] = []
        for block in reply.figures:
            said, made = _said(reading, block)
            lead += said
            receipts += made
        if not lead:
            return None
        if reading.operation is Operation.SHARE:
            lead.append(Statement(gettext(_NO_SHARE)))
        if reading.operation is Operation.DIFFERENCE and not receipts and len(reply.figures) > 1:
            lead.append(Statement(gettext(_NO_DIFFERENCE)))
        asides = reply.asides if reading.spans else ()
        return replace(reply, title="", statements=tuple(lead), asides=asides, receipts=tuple(receipts))

    @staticmethod
    def _is_any_aid(reading: _Reading) -> bool:
        return reading.operation is Operation.SUM and not (
            _NAMED.search(reading.text) or _PLEDGED.search(reading.text)
        )

    def _exports_total(self) -> list[Statement]:
        """Say the total that the founding documents have, which they call aid, before all others."""
        held = {one.id: one for one in self._exports.series[:1]}
        return [
            Statement(
                gettext(
                    "{series}, exports {period}: {amount}.",
                    series=held[t.series].name,
                    period=t.period.label(),
                    amount=figure_in_words(t),
                ),
                t.citations,
            )
            for t in self._exports.totals
            if t.series in held
        ]

    def _read(self, question: str) -> _Reading | None:
        question = without_reasons(question)
        text = normalise(question)
        named = bool(_NAMED.search(text))
        if not (named or _AID.search(text) or _PLEDGED.search(text)) or _EXPORTS.search(text):
            return None
        plain = MOVED.sub("", question)
        periods = find_periods(plain)
        operation = operation_of(text, periods)
        if _OTHER.search(text) or not self._is_asked(text, operation, periods):
            return None
        rest = terms(COMPARED.sub(" ", without_operations(without_periods(plain, periods))))
        if any(term not in self._words and not term.isdigit() for term in rest):
            return None
        if not named and not _FISCAL.search(text) and self._founding_has(periods):
            return None
        spans = tuple(found.period for found in periods if found.period is not None)
        for span in spans:
            as_fiscal_years(span)
        if plain != question and (years := _with_the_year_before(spans)):
            return _Reading(text, Operation.DIFFERENCE, years)
        return _Reading(text, operation, spans)

    def _is_asked(self, text: str, operation: Operation, periods: Sequence[FoundPeriod]) -> bool:
        """Whether an amount is asked of whole years, or which year had the most or the least.

        Without a period an amount is asked of all years only if what it is of has a name here.
        """
        if not all(found.period is not None and _is_by_year(found.period) for found in periods):
            return False
        if not periods:
            extreme_ = operation in (Operation.HIGHEST, Operation.LOWEST)
            of_all = _AMOUNT.search(text) and (_OF_PLEDGES.search(text) or _NAMED.search(text))
            return operation is Operation.SUM or bool(of_all or (extreme_ and _EXTREME_OF.search(text)))
        asked = _AMOUNT.search(text) or _NAMED.search(text) or len(text.split()) <= _BARE
        return bool(asked) or operation is not Operation.SHOW

    def _founding_has(self, periods: Sequence[FoundPeriod]) -> bool:
        """Whether the periods begin where the first series of exports does: what it reports is aid, too."""
        return any(
            period.first.year >= self._exports.series[0].coverage.first.year
            for period in self._exports.in_first(meanings(periods))
        )

    def _series(self, text: str) -> tuple[Series, ...]:
        """Return the series that a question names; without a name, obligations and disbursements."""
        wanted = {
            "obligations": bool(_OBLIGATED.search(text)),
            "disbursements": bool(_DISBURSED.search(text)),
        }
        named = tuple(one for one in self._table.series if wanted.get(one.id))
        if _PLEDGED.search(text) and not named:
            return tuple(one for one in self._table.series if not one.additive)
        return named or tuple(one for one in self._table.series if one.additive)


def _with_the_year_before(spans: Sequence[Period]) -> tuple[Period, ...]:
    """Return a single fiscal year with the one before it: what assistance did in it is to be said."""
    if len(spans) != 1 or spans[0].open_start or spans[0].open_end:
        return ()
    year = as_fiscal_years(spans[0])[0]
    if year.precision is not Precision.FISCAL_YEAR:
        return ()
    return fiscal_year(year.last.year - 1), spans[0]


def _is_by_year(period: Period) -> bool:
    """Whether a period is written by calendar or fiscal year."""
    return is_whole_years(period) or period.precision is Precision.FISCAL_YEAR or _is_fiscal(period)


def _is_fiscal(period: Period) -> bool:
    starts = period.open_start or (period.first.month, period.first.day) == (10, 1)
    return starts and (period.open_end or (period.last.month, period.last.day) == (9, 30))


def _said(reading: _Reading, block: SeriesFigures) -> tuple[list[Statement], list[Receipt]]:
    """Say what is asked of one series, which is named in each sentence."""
    series, figures = block.series.id, block.figures
    if not block.series.additive:
        return [_row(series, figure) for figure in figures], []
    match reading.operation:
        case Operation.HIGHEST | Operation.LOWEST:
            is_highest = reading.operation is Operation.HIGHEST
            found = (max if is_highest else min)(figures, key=lambda figure: figure.value)
            return [extreme((HIGHEST if is_highest else LOWEST)[Precision.FISCAL_YEAR], found)], []
        case Operation.DIFFERENCE if len(figures) > 1:
            return _change(series, figures[0], figures[-1])
        case Operation.SHOW | Operation.SUM | Operation.DIFFERENCE | Operation.SHARE if len(figures) == 1:
            return [_row(series, figures[0])], []
        case Operation.SHOW | Operation.SUM | Operation.DIFFERENCE | Operation.MEAN:
            made = _over_years(reading, block)
            return [computed(made)], [made]
    return [], []


def _over_years(reading: _Reading, block: SeriesFigures) -> Receipt:
    """Return the sum of a series over the fiscal years asked for, or their average if that is asked."""
    years = joined(in_words(as_fiscal_years(span)[0]) for span in reading.spans or (ALL_DATES,))
    added = sum_of(block)
    is_mean = reading.operation is Operation.MEAN
    made = mean(block.figures, added.missing) if is_mean else added
    label = _OVER_YEARS[is_mean, bool(block.gaps)]
    return replace(made, label=gettext(label, series=block.series.id, period=years))


_OVER_YEARS = {
    (False, False): translatable("Sum of {series}, {period}"),
    (False, True): translatable("Sum of {series}, {period} (of the years with a figure)"),
    (True, False): translatable("Average of {series}, {period}"),
    (True, True): translatable("Average of {series}, {period} (of the years with a figure)"),
}
"""What is computed over fiscal years, by whether it is an average and whether some have no figure."""


def _row(series: str, figure: Figure) -> Statement:
    name = series.replace("-", " ").capitalize()
    said = gettext(
        "{series}, {period}: {amount}.",
        series=name,
        period=figure.period.label(),
        amount=figure_in_words(figure),
    )
    return Statement(said, figure.citations)


def _change(series: str, first: Figure, second: Figure) -> tuple[list[Statement], list[Receipt]]:
    """Say by how much a series went up or down between two fiscal years."""
    names = first.period.label(), second.period.label()
    about = {"series": series, "first": names[0], "second": names[1]}
    label = gettext("Difference in {series}, {first} and {second}", **about)
    made = replace(difference(first, second), label=label)
    words = gettext(
        _MORE if second.value > first.value else _LESS,
        first_amount=figure_in_words(first),
        second_amount=figure_in_words(second),
        **about,
    )
    receipts = [made]
    if first.value > 0:
        label = gettext("Change in {series} from {first} to {second}", **about)
        receipts.append(change(label, (first,), (second,)))
    return [Statement(words, made.citations), *map(computed, receipts)], receipts


_MORE = translatable("In {series}, {second} has more than {first}: {second_amount} against {first_amount}.")
_LESS = translatable("In {series}, {second} has less than {first}: {second_amount} against {first_amount}.")
