"""The shipped tables: every total, share and difference in them, and in replies on them, from their rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

import pytest

from knowledge.answers import Answer
from knowledge.assistance import in_words
from knowledge.engine import Engine
from knowledge.exports import Figure, Receipt
from knowledge.library import Library
from knowledge.periods import Precision

YEARS = [*range(1992, 2017), 2022, 2023, 2024]
ABSENT = [2017, 2018, 2019, 2020, 2021]


def census(library: Library, precision: Precision) -> dict[str, Figure]:
    rows = (f for f in library.exports.figures if f.series == "census" and f.period.precision is precision)
    return {str(figure.period): figure for figure in rows}


# The rows


def test_the_workbook_has_yearly_totals_from_1992_and_the_months_from_november_2023(library: Library) -> None:
    assert sorted(map(int, census(library, Precision.YEAR))) == YEARS
    months = sorted(census(library, Precision.MONTH))
    assert (len(months), months[0], months[-1]) == (14, "2023-11", "2024-12")
    assert sorted(a.period.first.year for a in library.exports.absences) == ABSENT


def test_years_before_2003_are_in_tenths_of_a_million_and_later_ones_to_the_dollar(library: Library) -> None:
    for key, figure in census(library, Precision.YEAR).items():
        in_tenths = int(key) < 2003
        assert (figure.value % 100_000 == 0) or not in_tenths
        assert (figure.qualifier == "to the nearest 100,000") == in_tenths
        assert (figure.precision == "rounded") == in_tenths


def test_a_year_of_which_every_month_is_there_is_the_sum_of_its_months(library: Library) -> None:
    months = census(library, Precision.MONTH)
    of_2024 = [figure.value for key, figure in months.items() if key.startswith("2024")]
    assert len(of_2024) == 12
    assert sum(of_2024) == census(library, Precision.YEAR)["2024"].value == 1_528_597


def test_of_2023_the_two_months_there_are_come_to_the_year(library: Library) -> None:
    months = census(library, Precision.MONTH)
    of_2023 = sum(figure.value for key, figure in months.items() if key.startswith("2023"))
    assert of_2023 == census(library, Precision.YEAR)["2023"].value


def test_parts_are_no_more_than_their_whole(library: Library) -> None:
    for table in (library.exports, library.assistance):
        for figure in table.figures:
            parts = [
                p.value if p.value is not None else figure.value * (p.share or 0) / 100 for p in figure.parts
            ]
            assert not parts or sum(parts, Decimal(0)) <= figure.value


def test_assistance_runs_from_1996_to_2025_with_the_gaps_that_the_file_has(library: Library) -> None:
    obligations = [f for f in library.assistance.figures if f.series == "obligations"]
    disbursements = [f for f in library.assistance.figures if f.series == "disbursements"]
    years = [figure.period.last.year for figure in obligations]
    assert years == [*range(1996, 2023), 2025]
    assert [figure.period.last.year for figure in disbursements] == list(range(2001, 2023))
    assert sum(figure.value for figure in obligations) == 856_931_451
    assert sum(f.value for f in obligations if f.period.last.year <= 2008) == 813_136_550


def test_what_is_said_of_food_for_peace_agrees_with_the_pledge_of_2008(library: Library) -> None:
    by_period = {str(f.period): f for f in library.assistance.figures if f.series == "food-pledges"}
    delivered = by_period["FY2008"].value + by_period["FY2009"].value
    assert delivered == 169_270
    assert "169,000 metric tons had been delivered" in by_period["2008-05-16"].note


# Receipts


INPUTS = [
    "/exports",
    "/exports 1992..2024",
    "/exports 2023..2024",
    "/exports 2023-11..2024-12",
    *(f"/exports {year}" for year in (*YEARS, *ABSENT)),
    *(f"/exports {one} compare:{one + 1}" for one in range(1992, 2016)),
    "/exports 2023-11 compare:2024-05",
    "/exports 2023-11..2023-12 compare:2024-01..2024-03",
    "/assistance",
    "/assistance 1996..2008",
    "/assistance since 2009",
    *(f"/assistance FY{year}" for year in range(1996, 2026)),
    "how much did exports fall from 2008 to 2009",
    "total exports from November 2023 to March 2024",
    "average exports per month",
    "what share of the total exports was November?",
    "how much did assistance fall from FY2008 to FY2009",
    "total assistance 1996 to 2008",
    "average obligations per year 1996 to 2008",
    "what share of 2024 exports came in May 2024?",
    "what share of exports from 2003 to 2008 was in 2008",
]


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("−", "-").strip("() "))


def amounts(text: str) -> list[Decimal]:
    return [number(term) for term in re.findall(r"−?[0-9][0-9,]*(?:\.[0-9]+)?", text)]


def recomputed(receipt: Receipt) -> Decimal:
    """Work a receipt out again from the numbers in its formula."""
    left = receipt.formula.rpartition(" = ")[0]
    if "÷" in left:
        above, _, below = left.partition(" ÷ ")
        terms = amounts(above.replace(" − ", " + −").replace("− ", "−"))
        value = sum(terms, Decimal(0)) / number(below)
        if receipt.unit == "percent":
            return (value * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return value.quantize(Decimal("0.01" if "cent" in receipt.rounding else "1"), ROUND_HALF_UP)
    if " × " in left:
        whole, percent = amounts(left)
        return (whole * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)
    if " − " in left and " + " not in left:
        high, low = (number(term) for term in left.split(" − "))
        return high - low
    return sum((number(term) for term in left.split(" + ")), Decimal(0))


def replies(engine: Engine) -> Iterator[tuple[str, Answer]]:
    for typed in INPUTS:
        yield typed, engine.reply(typed)


def test_every_value_that_a_reply_computes_follows_from_its_formula_and_its_rows(engine: Engine) -> None:
    seen = 0
    for typed, answer in replies(engine):
        for receipt in answer.receipts:
            assert receipt.rows, typed
            assert recomputed(receipt) == receipt.value, (typed, receipt.formula)
            held = {row.counted for row in receipt.rows}
            if receipt.label.startswith("Sum"):
                assert receipt.value == sum((row.counted for row in receipt.rows), Decimal(0)), typed
                assert {row.series for row in receipt.rows} == {receipt.rows[0].series}, typed
            if receipt.label.startswith("Difference") and len(receipt.rows) == 2:
                assert receipt.value == max(held) - min(held), typed
            seen += 1
    assert seen > 100


def test_every_value_that_a_reply_computes_says_what_limits_it(engine: Engine) -> None:
    for typed, answer in replies(engine):
        for receipt in answer.receipts:
            assert receipt.caveat, typed
            assert receipt.rounding, typed
            rounded = any(row.precision == "rounded" for row in receipt.rows)
            assert receipt.approximate or not rounded, typed


def test_a_sum_names_the_periods_that_are_missing_from_it(engine: Engine) -> None:
    reported = engine.reply("/exports 2023").receipts[0]
    assert reported.missing == ("January 2023 to October 2023",)
    (sum_,) = (r for r in engine.reply("/exports 2016..2024 series:census").receipts if r.label == "Sum")
    assert sum_.missing == tuple(f"{year} (no recorded trade)" for year in ABSENT)
    (obligations,) = (r for r in engine.reply("/assistance 2022..2025").receipts if "obligations" in r.label)
    assert obligations.missing == ("fiscal year 2023", "fiscal year 2024")


def test_a_sum_that_the_source_states_itself_says_so(engine: Engine) -> None:
    answer = engine.reply("/exports 2024-01..2024-12 series:census")
    assert answer.receipts[0].caveat == "The source's own total for 2024: US$1,528,597."


def test_pledges_are_added_to_nothing(engine: Engine) -> None:
    pledged = {"food-pledges", "food-values"}
    for typed, answer in replies(engine):
        for receipt in answer.receipts:
            assert not pledged & {row.series for row in receipt.rows}, typed


@pytest.mark.parametrize("series", ["obligations", "disbursements"])
def test_the_coverage_of_a_series_is_that_of_its_rows(library: Library, series: str) -> None:
    (one,) = (s for s in library.assistance.series if s.id == series)
    periods = [figure.period for figure in library.assistance.figures if figure.series == series]
    assert (one.coverage.first, one.coverage.last) == (periods[0].first, periods[-1].last)
    assert in_words(one.coverage).startswith("fiscal years ")
