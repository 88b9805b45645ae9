"""Export figures: exact decimals, receipts that can be recomputed from their rows, gaps that are no zeros."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.citations import Citation
from knowledge.exports import (
    Absence,
    Figure,
    FigureTable,
    Receipt,
    Series,
    change,
    difference,
    gap,
    mean,
    percentage,
    portion,
    runs,
    share,
    total,
    units,
)
from knowledge.languages import amount
from knowledge.library import Library
from knowledge.periods import Period, Precision, parse_period


def figure(
    value: Decimal | int | str,
    month: int = 0,
    *,
    series: str = "reported",
    unit: str = "USD",
    exact: bool = False,
) -> Figure:
    value = Decimal(value)
    period = Period.unit(Precision.MONTH, 2001 + month // 12, month % 12 + 1)
    return Figure(
        series,
        period,
        value,
        unit,
        "as stated",
        (Citation("paper-2001", str(month + 1)),),
        "reported zero" if not value else "exact" if exact else "rounded",
    )


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


CENTS = st.decimals(0, 10**9, places=2)
ROWS = st.lists(CENTS, min_size=1, max_size=24).map(
    lambda values: [figure(v, n) for n, v in enumerate(values)]
)
MONTHS = st.integers(0, 35)


# Arithmetic


@given(ROWS)
def test_a_sum_is_that_of_its_rows_and_its_formula_adds_up(rows: list[Figure]) -> None:
    receipt = total(rows)
    terms, value = receipt.formula.split(" = ")
    assert [number(term) for term in terms.split(" + ")] == [row.value for row in rows]
    assert number(value) == receipt.value == sum((row.value for row in rows), Decimal(0))
    assert receipt.unit == "USD"
    assert list(receipt.rows) == rows


@given(CENTS, CENTS)
def test_a_difference_is_never_negative_and_its_formula_holds(one: Decimal, two: Decimal) -> None:
    receipt = difference(figure(one, 0), figure(two, 1))
    terms, value = receipt.formula.split(" = ")
    high, low = map(number, terms.split(" − "))
    assert {high, low} == {one, two}
    assert number(value) == receipt.value == high - low == abs(one - two)


@given(ROWS.filter(lambda rows: any(row.value for row in rows)), st.data())
def test_a_share_is_in_per_cent_to_one_decimal_and_its_formula_holds(
    rows: list[Figure], data: st.DataObject
) -> None:
    part = data.draw(st.sampled_from(rows))
    receipt = share(part.value, "one month", rows, "all months")
    terms, value = receipt.formula.split(" = ")
    above, below = map(number, terms.split(" ÷ "))
    assert (above, below) == (part.value, sum((row.value for row in rows), Decimal(0)))
    assert value == f"{receipt.value} %"
    assert receipt.value.as_tuple().exponent == -1
    assert 0 <= receipt.value <= 100
    assert abs(receipt.value * below - above * 100) * 20 <= below
    assert receipt.unit == "percent"


@given(ROWS)
def test_a_mean_is_to_the_cent_and_its_formula_holds(rows: list[Figure]) -> None:
    receipt = mean(rows)
    sum_, count, value = receipt.formula.replace(" ÷ ", " = ").split(" = ")
    assert [number(term) for term in sum_.strip("()").split(" + ")] == [row.value for row in rows]
    assert int(count) == len(rows)
    assert number(value) == receipt.value
    assert abs(receipt.value * len(rows) - total(rows).value) <= Decimal("0.005") * len(rows)


def test_a_reported_zero_counts_as_a_month_of_a_mean() -> None:
    assert mean([figure(10, 0), figure(0, 1)]).value == 5


def test_a_stated_share_of_a_figure_comes_to_an_amount() -> None:
    receipt = portion(Decimal(90), figure(68_000), "reagents kits")
    assert (receipt.value, receipt.formula) == (Decimal(61_200), "68,000 × 90 % = 61,200")
    assert receipt.approximate


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [("1", "8", "12.5"), ("1", "3", "33.3"), ("2", "3", "66.7"), ("0.25", "400", "0.1")],
)
def test_a_percentage_is_rounded_half_up(part: str, whole: str, percent: str) -> None:
    assert percentage(Decimal(part), Decimal(whole)) == Decimal(percent)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("0", "0"),
        ("950", "950"),
        ("120000", "120,000"),
        ("1E+6", "1,000,000"),
        ("94.5", "94.50"),
        ("3.00", "3"),
    ],
)
def test_an_amount_has_thousands_separators_and_cents_only_if_there_are_any(value: str, written: str) -> None:
    assert amount(Decimal(value)) == written


@given(CENTS)
def test_an_amount_loses_nothing(value: Decimal) -> None:
    assert number(amount(value)) == value


@given(CENTS.filter(bool), CENTS)
def test_a_change_is_in_per_cent_of_the_first_and_below_zero_for_a_fall(one: Decimal, two: Decimal) -> None:
    receipt = change("Change", (figure(one, 0),), (figure(two, 1),))
    assert receipt.value == percentage(two - one, one)
    assert (receipt.value < 0) == (percentage(two - one, one) < 0)
    assert receipt.unit == "percent"
    assert receipt.formula.endswith(f"= {receipt.value:+,} %".replace("-", "−"))


def test_a_change_from_nothing_has_no_percentage() -> None:
    with pytest.raises(ValueError, match="nothing"):
        change("Change", (figure(0, 0),), (figure(5, 1),))


@given(ROWS, ROWS)
def test_the_gap_between_two_sums_is_never_negative(one: list[Figure], two: list[Figure]) -> None:
    receipt = gap("Gap", one, two)
    assert receipt.value == abs(total(one).value - total(two).value)
    assert receipt.rows == (*one, *two)


def test_a_gap_may_lie_between_series_but_not_between_units() -> None:
    assert gap("Gap", (figure(5),), (figure(3, series="census"),)).value == 2
    with pytest.raises(ValueError, match="one unit"):
        gap("Gap", (figure(5),), (figure(3, unit="metric tons"),))
    with pytest.raises(ValueError, match="one unit"):
        gap("Gap", (), (figure(3),))


def test_what_is_only_known_to_be_less_than_a_bound_counts_as_nothing() -> None:
    bounded = replace(figure(50_000, 1), qualifier="less than")
    receipt = total([figure(7, 0), bounded])
    assert (receipt.value, receipt.formula) == (Decimal(7), "7 + 0 = 7")
    assert receipt.approximate


def test_a_negative_term_stands_in_brackets() -> None:
    assert total([figure(5, 0, exact=True), figure(-2, 1, exact=True)]).formula == "5 + (−2) = 3"


def test_a_receipt_says_how_it_was_rounded_and_names_what_is_missing() -> None:
    rows = [figure(1, 0), figure(2, 1)]
    assert total(rows, ["May 2001"]).missing == ("May 2001",)
    assert total(rows).rounding == "none"
    assert mean(rows).rounding == "to the cent, halves up"
    assert share(Decimal(1), "one", rows, "both").rounding == "to one decimal, halves up"
    assert portion(Decimal(90), rows[0], "kits").rounding == "to whole units, halves up"


# What must never be mixed


COMPUTE: dict[str, Callable[[Sequence[Figure]], Receipt]] = {
    "sum": total,
    "mean": mean,
    "difference": lambda rows: difference(*rows),
    "share": lambda rows: share(rows[0].value, "the first", rows, "both"),
}


@pytest.mark.parametrize("compute", COMPUTE.values(), ids=COMPUTE)
@pytest.mark.parametrize("other", [{"series": "census"}, {"unit": "KRW"}], ids=["series", "units"])
def test_nothing_is_computed_across_series_or_units(
    compute: Callable[[Sequence[Figure]], Receipt], other: dict[str, str]
) -> None:
    compute([figure(1, 0), figure(2, 1)])
    with pytest.raises(ValueError, match="different"):
        compute([figure(1, 0), figure(2, 1, **other)])  # type: ignore[arg-type]


@pytest.mark.parametrize("compute", [total, mean])
def test_nothing_is_computed_from_no_rows(compute: Callable[[Sequence[Figure]], Receipt]) -> None:
    with pytest.raises(ValueError, match="no figures"):
        compute([])


# What a receipt says of itself


def test_a_receipt_says_that_no_source_states_its_value() -> None:
    assert "no source states it" in total([figure(1, 0), figure(2, 1)]).caveat
    assert "no source states it" in total([figure(1, exact=True)]).caveat.lower()


def test_a_sum_of_rounded_figures_is_approximate_and_one_of_exact_figures_is_not() -> None:
    assert total([figure(1, 0, exact=True), figure(2, 1)]).approximate
    assert "rounded" in total([figure(1, 0, exact=True), figure(2, 1)]).caveat
    assert not total([figure(1, 0, exact=True), figure(2, 1, exact=True)]).approximate


@given(ROWS)
def test_a_receipt_cites_every_row_once_in_order(rows: list[Figure]) -> None:
    twice = (*rows, *rows)
    assert total(twice).citations == tuple(row.citations[0] for row in rows)


# The table


def table(months: Sequence[int], coverage: Period) -> FigureTable:
    series = Series("reported", "Reported", "paper-2001", coverage, "")
    return FigureTable((series,), tuple(figure(1, month) for month in sorted(months)))


@given(st.sets(MONTHS), MONTHS, MONTHS)
def test_the_months_of_a_period_have_a_figure_or_are_gaps_and_a_gap_has_no_value(
    months: set[int], one: int, two: int
) -> None:
    first, last = (figure(1, month).period for month in sorted((one, two)))
    period = Period.between(first.first, last.last)
    held = table(sorted(months), period)
    within = [row.period for row in held.within(period)]
    gaps = held.gaps(period, held.series[0])
    assert sorted([*within, *gaps]) == list(period.months())


def test_an_open_period_has_no_list_of_gaps() -> None:
    since = Period.between(date(2001, 1, 1), date.max)
    held = table([0], since)
    assert held.gaps(since, held.series[0]) == ()


def test_rows_can_be_had_of_one_series_or_of_all() -> None:
    january = figure(1).period
    rows = (figure(1, series="census"), figure(2, series="reported"))
    held = FigureTable((), rows)
    assert held.within(january) == rows
    assert held.within(january, "census") == rows[:1]
    assert held.months("reported") == (january,)


def years(*held: int, absent: Sequence[int] = ()) -> FigureTable:
    """Return a table of one series by year, with the months of the last one."""
    coverage = Period.between(date(held[0], 1, 1), date(held[-1], 12, 31))
    by_year = [replace(figure(year), period=Period.unit(Precision.YEAR, year)) for year in held]
    months = [replace(figure(n), period=Period.unit(Precision.MONTH, held[-1], n)) for n in range(1, 13)]
    gone = [Absence("reported", Period.unit(Precision.YEAR, year), "no trade", ()) for year in absent]
    series = Series("reported", "Reported", "paper-2001", coverage)
    return FigureTable((series,), (*by_year, *months), absences=tuple(gone))


@pytest.mark.parametrize(
    ("typed", "grain"),
    [
        ("2001", Precision.YEAR),
        ("1999..2002", Precision.YEAR),
        ("since 2000", Precision.YEAR),
        ("until 2000", Precision.YEAR),
        ("all", Precision.YEAR),
        ("2002-01..2002-12", Precision.MONTH),
        ("2002-03", Precision.MONTH),
        ("since 2002-03", Precision.MONTH),
        ("Q1 2002", Precision.MONTH),
        ("FY2002", Precision.MONTH),
    ],
)
def test_a_period_of_whole_years_is_shown_by_year_and_any_other_by_month(
    typed: str, grain: Precision
) -> None:
    held = years(1999, 2000, 2002)
    assert held.grain(parse_period(typed).period, held.series[0]) is grain


@given(st.sets(st.integers(1995, 2010), min_size=1), st.sets(st.integers(1995, 2010)))
def test_every_year_of_a_range_has_a_figure_is_absent_or_is_a_gap(has: set[int], gone: set[int]) -> None:
    held = years(*sorted(has), absent=sorted(gone - has))
    period = parse_period("1995..2010").period
    rows = [row.period.first.year for row in held.rows(period, held.series[0])]
    gaps = [gap_.first.year for gap_ in held.gaps(period, held.series[0])]
    assert sorted([*rows, *gaps]) == list(range(1995, 2011))
    assert set(rows) == has | (gone - has)


@given(st.sets(st.integers(1990, 2020)))
def test_years_that_follow_one_another_are_one_range(chosen: set[int]) -> None:
    joined = runs(Period.unit(Precision.YEAR, year) for year in chosen)
    covered = [year for run in joined for year in range(run.first.year, run.last.year + 1)]
    assert covered == sorted(chosen)
    assert all(one.last.year + 1 < two.first.year for one, two in pairwise(joined))


def test_fiscal_years_stay_by_themselves() -> None:
    fiscal = units(parse_period("FY2001..FY2003").period, Precision.FISCAL_YEAR)
    assert [str(year) for year in fiscal] == ["FY2001", "FY2002", "FY2003"]
    assert runs(fiscal) == fiscal


def test_the_shipped_figures_keep_the_qualifiers_of_their_source(library: Library) -> None:
    rows = {
        str(row.period): (str(row.value), row.qualifier, row.precision)
        for row in library.exports.figures
        if row.series == "reported"
    }
    assert rows["2023-11"] == ("120000", "as stated", "rounded")
    assert rows["2023-12"][:2] == ("68000", "about")
    assert rows["2024-01"] == ("0", "as stated", "reported zero")
    assert rows["2024-02"][:2] == ("26000", "around")
    assert rows["2024-03"][0] == "3500"
    assert len(rows) == 5
