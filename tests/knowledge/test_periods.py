from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from knowledge.errors import InputError
from knowledge.languages import languages, speaking
from knowledge.library import Library
from knowledge.periods import (
    ALL_DATES,
    AmbiguousPeriodError,
    Period,
    PeriodError,
    Precision,
    UncoveredPeriodError,
    find_periods,
    parse_period,
)


def period(text: str) -> Period:
    return parse_period(text).period


EXPORTS = tuple(map(period, ("2023-11", "2023-12", "2024-01", "2024-02", "2024-03")))
EVENTS = tuple(
    map(
        period,
        (
            "2016",
            "2017-12",
            "2018",
            "2018-06",
            "2018-summer",
            "2018-07-06",
            "2018-11",
            "2018-12-10",
            "2019-01",
        ),
    )
)

days = st.dates(date(1901, 1, 1), date(2098, 12, 31))
units = st.one_of(
    days.map(lambda day: Period.between(day, day)),
    st.builds(Period.unit, st.just(Precision.MONTH), st.integers(1901, 2098), st.integers(1, 12)),
    st.builds(
        Period.unit, st.just(Precision.QUARTER), st.integers(1901, 2098), st.sampled_from((1, 4, 7, 10))
    ),
    st.builds(
        Period.unit, st.just(Precision.SEASON), st.integers(1901, 2098), st.sampled_from((3, 6, 9, 12))
    ),
    st.builds(Period.unit, st.just(Precision.YEAR), st.integers(1901, 2098)),
    st.builds(Period.unit, st.just(Precision.FISCAL_YEAR), st.integers(1901, 2097), st.just(10)),
)
ranges = st.builds(
    lambda one, two: Period.between(min(one.first, two.first), max(one.last, two.last)), units, units
)
open_ranges = st.one_of(
    units.map(lambda unit: Period.between(unit.first, date.max)),
    units.map(lambda unit: Period.between(date.min, unit.last)),
    st.just(ALL_DATES),
)
periods = st.one_of(units, ranges, open_ranges)

# Text that is likely to come near to a date.
PIECES = (
    "2018 2018-13 2018-12-10 '23 12 10 31 december nov. may march fall summer q1 quarter first fy2008 1990s"
    " 29 february all to - .. and between since until before last , ? in on １２ – 年 İ \u200b \ud800"
)
pieces = st.sampled_from(PIECES.split())
texts = st.one_of(
    st.text(max_size=60), st.lists(pieces, max_size=8).map(" ".join), st.lists(pieces).map("".join)
)


@pytest.mark.parametrize(
    ("typed", "brief"),
    [
        ("2018", "2018"),
        ("2018-12", "Dec 2018"),
        ("2018-12-10", "10 Dec 2018"),
        ("summer 2018", "summer 2018"),
        ("2018-Q4", "Q4 2018"),
        ("2018..2019", "2018–2019"),
        ("2023-01..2023-10", "Jan–Oct 2023"),
        ("2023-11..2024-03", "Nov 2023–Mar 2024"),
        ("2018-12-10..2019-01-03", "10 Dec 2018–3 Jan 2019"),
        ("since 2016", "since 2016"),
        ("all", "all dates"),
    ],
)
def test_a_period_is_brief_in_a_column(typed: str, brief: str) -> None:
    assert period(typed).brief() == brief


class TestAPeriod:
    @given(periods)
    @example(period("2018-01..2018-12"))
    @example(period("2018-12-01..2018-12-31"))
    def test_is_read_back_from_its_canonical_form_and_from_its_label(self, one: Period) -> None:
        assert period(one.key()) == one
        assert period(str(one)) == one
        assert period(one.label()) == one
        assert period(one.label().upper()) == one

    @pytest.mark.parametrize(
        ("typed", "key", "label"),
        [
            ("2018-12-10", "2018-12-10", "10 December 2018"),
            ("2018-12", "2018-12", "December 2018"),
            ("summer 2018", "2018-summer", "summer 2018"),
            ("fall 2018", "2018-autumn", "autumn 2018"),
            ("Q1 2024", "2024-Q1", "Q1 2024"),
            ("2018", "2018", "2018"),
            ("FY2008", "FY2008", "fiscal year 2008"),
            ("2023-11..2024-03", "2023-11..2024-03", "November 2023 to March 2024"),
            ("2018-2019", "2018..2019", "2018 to 2019"),
            ("2018-07-06..2018-12-10", "2018-07-06..2018-12-10", "6 July 2018 to 10 December 2018"),
            ("since 2016", "since 2016", "since 2016"),
            ("since 2018-06", "since 2018-06", "since June 2018"),
            ("until 2018", "until 2018", "until the end of 2018"),
            ("until 10 december 2018", "until 2018-12-10", "until 10 December 2018"),
            ("all", "all", "all dates"),
        ],
    )
    def test_has_a_canonical_form_and_a_label(self, typed: str, key: str, label: str) -> None:
        assert (period(typed).key(), period(typed).label()) == (key, label)

    @pytest.mark.parametrize(
        ("typed", "first", "last"),
        [
            ("spring 2018", date(2018, 3, 1), date(2018, 5, 31)),
            ("summer 2018", date(2018, 6, 1), date(2018, 8, 31)),
            ("autumn 2018", date(2018, 9, 1), date(2018, 11, 30)),
            ("winter 2018", date(2018, 12, 1), date(2019, 2, 28)),
            ("Q4 2023", date(2023, 10, 1), date(2023, 12, 31)),
            ("feb 2024", date(2024, 2, 1), date(2024, 2, 29)),
            ("fiscal year 2008", date(2007, 10, 1), date(2008, 9, 30)),
            ("FY2008..2010", date(2007, 10, 1), date(2010, 9, 30)),
            ("fiscal years 2008-2010", date(2007, 10, 1), date(2010, 9, 30)),
            ("2008 to FY2010", date(2007, 10, 1), date(2010, 9, 30)),
            ("FY2010-2008", date(2007, 10, 1), date(2010, 9, 30)),
            ("since 2016", date(2016, 1, 1), date.max),
            ("until 2018", date.min, date(2018, 12, 31)),
        ],
    )
    def test_has_a_first_and_a_last_day(self, typed: str, first: date, last: date) -> None:
        assert (period(typed).first, period(typed).last) == (first, last)

    @given(periods)
    @example(period("2018-01..2018-12"))
    @example(period("until 2018-06"))
    @example(period("FY2008"))
    def test_is_read_back_from_its_label_in_every_language(self, library: Library, one: Period) -> None:
        for language in languages():
            with speaking(language):
                label = one.label()
            assert parse_period(label, in_english=library.in_english).period == one

    @pytest.mark.parametrize(
        ("typed", "label", "brief"),
        [
            ("2018-12-10", "2018년 12월 10일", "2018년 12월 10일"),
            ("2018-12", "2018년 12월", "2018년 12월"),
            ("2018-summer", "2018년 여름", "2018년 여름"),
            ("2024-Q1", "2024년 1분기", "2024년 1분기"),
            ("2018", "2018년", "2018년"),
            ("FY2008", "2008 회계연도", "FY2008"),
            ("2023-01..2023-10", "2023년 1월~2023년 10월", "2023년 1월~10월"),
            ("2023-11..2024-03", "2023년 11월~2024년 3월", "2023년 11월 ~ 2024년 3월"),
            ("since 2016", "2016년부터", "2016년부터"),
            ("until 2018-06", "2018년 6월까지", "2018년 6월까지"),
            ("all", "전체 기간", "전체 기간"),
        ],
    )
    def test_is_called_in_korean_as_people_write_it(self, typed: str, label: str, brief: str) -> None:
        with speaking("ko"):
            assert (period(typed).label(), period(typed).brief()) == (label, brief)

    @given(periods, periods)
    def test_overlaps_another_exactly_if_they_share_a_day(self, one: Period, two: Period) -> None:
        shared = max(one.first, two.first) <= min(one.last, two.last)
        assert one.overlaps(two) == two.overlaps(one) == shared
        assert ALL_DATES.contains(one)
        if one.contains(two):
            assert one.overlaps(two)
            assert one.contains(two.first)

    def test_an_event_is_in_every_period_that_its_own_date_overlaps(self) -> None:
        event = period("summer 2018")
        assert all(
            event.overlaps(period(p)) for p in ("2018", "2018-06", "july 2018", "2018-08-31", "since 2018")
        )
        assert not any(event.overlaps(period(p)) for p in ("2018-05", "2018-09-01", "until 2017"))

    @given(st.one_of(units, ranges))
    def test_touches_consecutive_months_that_cover_it(self, one: Period) -> None:
        months = one.months()
        assert months[0].contains(one.first)
        assert months[-1].contains(one.last)
        assert all(b.first - a.last == timedelta(1) for a, b in pairwise(months))

    def test_with_an_open_end_has_no_list_of_months(self) -> None:
        with pytest.raises(ValueError, match="open"):
            period("since 2016").months()

    def test_sorts_by_its_first_day_then_by_its_last(self) -> None:
        assert [
            p.key() for p in sorted(map(period, ("2019", "2018", "2018-12", "2018-01", "until 2017")))
        ] == [
            "until 2017",
            "2018-01",
            "2018",
            "2018-12",
            "2019",
        ]

    @pytest.mark.parametrize(
        ("first", "last", "precision"),
        [
            (date(2018, 12, 1), date(2018, 12, 30), Precision.MONTH),
            (date(2018, 2, 1), date(2018, 4, 30), Precision.QUARTER),
            (date(2018, 12, 10), date(2018, 12, 11), Precision.DAY),
            (date(2019, 1, 1), date(2018, 1, 1), Precision.RANGE),
            (date(2018, 1, 1), date.max, Precision.YEAR),
            (date(1850, 1, 1), date(2018, 1, 1), Precision.RANGE),
        ],
    )
    def test_cannot_be_a_span_that_its_precision_does_not_fit(
        self, first: date, last: date, precision: Precision
    ) -> None:
        with pytest.raises(ValueError, match=r"is not a|years run|begins"):
            Period(first, last, precision)

    def test_is_read_from_content_files(self) -> None:
        adapter = TypeAdapter(Period)
        assert adapter.validate_python("2018-12") == adapter.validate_python(period("december 2018"))
        assert adapter.validate_python(2018) == adapter.validate_python("2018")
        with pytest.raises(ValidationError, match="there is no month 13"):
            adapter.validate_python("2018-13")


class TestACommand:
    @pytest.mark.parametrize(
        ("typed", "meaning"),
        [
            ("december 2018", "2018-12"),
            ("dec 2018", "2018-12"),
            ("dec. 2018", "2018-12"),
            ("dec '18", "2018-12"),
            ("dec-2018", "2018-12"),
            ("dec-18", "2018-12"),
            ("12/2018", "2018-12"),
            ("2018/12", "2018-12"),
            ("2018-6", "2018-06"),
            ("2018 december", "2018-12"),
            ("2018 may", "2018-05"),
            ("may 2018", "2018-05"),
            ("sept 2018", "2018-09"),
            ("  NOV \t 2018 ", "2018-11"),
            ("２０１８－１２", "2018-12"),
            ("“2018”", "2018"),
            ("2018?", "2018"),
            ("the year 2018", "2018"),
            ("in december 2018", "2018-12"),
            ("2018-12-10", "2018-12-10"),
            ("2018.12.10", "2018-12-10"),
            ("10 December 2018", "2018-12-10"),
            ("10th of december, 2018", "2018-12-10"),
            ("Dec. 10, 2018", "2018-12-10"),
            ("July 6 2018", "2018-07-06"),
            ("6 Jul 2018", "2018-07-06"),
            ("Wednesday, 9 January 2019", "2019-01-09"),
            ("12/25/2018", "2018-12-25"),
            ("25/12/2018", "2018-12-25"),
            ("q4 2023", "2023-Q4"),
            ("2018-Q4", "2018-Q4"),
            ("first quarter of 2024", "2024-Q1"),
            ("H1 2024", "2024-01..2024-06"),
            ("second half of 2018", "2018-07..2018-12"),
            ("the summer of 2018", "2018-summer"),
            ("fy 2014", "FY2014"),
            ("the 1990s", "1990..1999"),
            ("2023/24", "2023..2024"),
        ],
    )
    def test_takes_a_date_in_the_spellings_that_people_use(self, typed: str, meaning: str) -> None:
        assert period(typed).key() == meaning

    @pytest.mark.parametrize(
        ("typed", "meaning"),
        [
            ("2018..2019", "2018..2019"),
            ("2017-2018", "2017..2018"),
            ("2018–2019", "2018..2019"),
            ("2018-06 to 2018-11", "2018-06..2018-11"),
            ("nov 2023 - mar 2024", "2023-11..2024-03"),
            ("nov 2023 — mar 2024", "2023-11..2024-03"),
            ("nov 2023 through mar 2024", "2023-11..2024-03"),
            ("from nov 2023 to mar 2024", "2023-11..2024-03"),
            ("between nov 2023 and mar 2024", "2023-11..2024-03"),
            ("nov - mar 2024", "2023-11..2024-03"),
            ("nov 2023 to mar", "2023-11..2024-03"),
            ("jan-mar 2024", "2024-01..2024-03"),
            ("2023-Q4 to 2024-Q1", "2023-10..2024-03"),
            ("june 2018 to 2019", "2018-06..2019-12"),
            ("2018..2018", "2018"),
            ("since summer 2018", "since 2018-06"),
            ("from 2016", "since 2016"),
            ("2016 onwards", "since 2016"),
            ("2016 to present", "since 2016"),
            ("2016..", "since 2016"),
            ("..2018", "until 2018"),
            ("after 2016", "since 2017"),
            ("before 10 december 2018", "until 2018-12-09"),
            ("by march 2024", "until 2024-03"),
            ("up to the end of 2018", "until 2018"),
        ],
    )
    def test_takes_ranges_with_their_ends_included(self, typed: str, meaning: str) -> None:
        assert period(typed).key() == meaning

    @pytest.mark.parametrize("typed", ["", "  ", "all", "ALL", "everything", "all dates"])
    def test_without_a_period_means_all_dates(self, typed: str) -> None:
        assert parse_period(typed).period == ALL_DATES
        assert parse_period(typed).notes == ()

    def test_turns_a_reversed_range_round_and_says_so(self) -> None:
        parsed = parse_period("2018 to 2016")
        assert parsed.period == period("2016..2018")
        assert parsed.notes == ("The range was given in reverse; read as 2016 to 2018.",)

    @pytest.mark.parametrize(
        ("typed", "note"),
        [
            ("early 2018", "“early 2018” is not exact; read as 2018."),
            ("winter 2018", "Winter 2018 is December 2018 to February 2019."),
            ("FY2008", "Fiscal year 2008 is October 2007 to September 2008."),
        ],
    )
    def test_says_how_it_read_words_that_leave_a_choice(self, typed: str, note: str) -> None:
        assert parse_period(typed).notes == (note,)

    @pytest.mark.parametrize(
        ("typed", "reason"),
        [
            ("2018-13", "there is no month 13"),
            ("2024-15", "there is no month 15"),
            ("2018-19", "there is no month 19"),
            ("2018-00", "there is no month 0"),
            ("2018-02-30", "there is no 30 February 2018"),
            ("31 february", "there is no 31 February"),
            ("13/13/2018", "there is no month 13"),
            ("0", "years run from 1900 to 2099"),
            ("year 0", "years run from 1900 to 2099"),
            ("99999", "years run from 1900 to 2099"),
            ("before 1900", "years run from 1900 to 2099"),
            ("winter 2099", "years run from 1900 to 2099"),
            ("last year", "depend on the day"),
            ("yesterday", "depend on the day"),
            ("today", "depend on the day"),
            ("last june", "depend on the day"),
            ("since last november", "depend on the day"),
            ("2016-2017-2018", "more than one period"),
            ("november", "it has no year"),
            ("bananas", ""),
            ("how much money lol", ""),
            ("2018 bananas", ""),
        ],
    )
    def test_that_cannot_be_read_says_why_and_what_is_accepted_with_examples(
        self, typed: str, reason: str
    ) -> None:
        with pytest.raises(PeriodError) as error:
            parse_period(typed, examples=("2023-11", "2023-11..2024-03"))
        message = str(error.value)
        assert message.startswith(f"“{typed}” cannot be read as a period")
        assert reason in message
        assert "a month" in message
        assert message.endswith("for example 2023-11 or 2023-11..2024-03.")
        assert isinstance(error.value, InputError)

    @given(st.text("ab ", min_size=80).filter(str.strip))
    def test_that_cannot_be_read_is_echoed_up_to_50_characters(self, typed: str) -> None:
        with pytest.raises(PeriodError) as error:
            parse_period(typed)
        assert len(str(error.value).split("”")[0]) <= 1 + 50

    @given(texts, st.sampled_from([(), EXPORTS, EVENTS]))
    def test_is_a_period_or_a_period_error_whatever_is_typed(
        self, typed: str, rows: tuple[Period, ...]
    ) -> None:
        try:
            parsed = parse_period(typed, rows=rows)
        except PeriodError as error:
            assert "for example" in str(error)
        else:
            assert period(parsed.period.key()) == parsed.period


class TestADateWithoutAYear:
    @pytest.mark.parametrize(
        ("typed", "meaning"),
        [
            ("november", "2023-11"),
            ("feb", "2024-02"),
            ("January", "2024-01"),
            ("dec-feb", "2023-12..2024-02"),
            ("november to march", "2023-11..2024-03"),
            ("since december", "since 2023-12"),
            ("q1", "2024-Q1"),
            ("dec 10", "2023-12-10"),
            ("29 feb", "2024-02-29"),
        ],
    )
    def test_is_in_the_only_year_with_rows_for_it(self, typed: str, meaning: str) -> None:
        parsed = parse_period(typed, rows=EXPORTS)
        assert parsed.period.key() == meaning
        assert len(parsed.notes) == 1

    @pytest.mark.parametrize(
        ("typed", "choices"),
        [("december", ["2017-12", "2018-12"]), ("dec-jan", ["2017-12..2018-01", "2018-12..2019-01"])],
    )
    def test_that_several_years_have_rows_for_asks_which(self, typed: str, choices: list[str]) -> None:
        with pytest.raises(AmbiguousPeriodError, match="for example") as error:
            parse_period(typed, rows=EVENTS)
        assert [choice.key() for choice in error.value.choices] == choices
        assert all(choice.label() in str(error.value) for choice in error.value.choices)

    def test_asks_briefly_however_many_years_there_are(self) -> None:
        rows = [Period.unit(Precision.MONTH, year, 12) for year in range(1992, 2025)]
        with pytest.raises(AmbiguousPeriodError) as error:
            parse_period("december", rows=rows)
        assert len(error.value.choices) == 33
        assert len(str(error.value)) < 200

    @pytest.mark.parametrize(
        ("typed", "asked"),
        [
            ("october", "October"),
            ("april-june", "April to June"),
            ("summer", "summer"),
            ("on oct 23", "23 October"),
        ],
    )
    def test_that_no_year_has_rows_for_is_told_apart_from_a_slip(self, typed: str, asked: str) -> None:
        with pytest.raises(UncoveredPeriodError) as error:
            parse_period(typed, rows=EXPORTS)
        assert error.value.asked == asked

    def test_takes_no_year_from_an_event_known_only_to_the_year(self) -> None:
        with pytest.raises(UncoveredPeriodError):
            parse_period("april", rows=[period("2018"), period("2016..2018"), period("since 2016")])

    @pytest.mark.parametrize(
        ("typed", "rows", "meaning"),
        [
            ("oct 23", EXPORTS, "2023-10"),
            ("dec 23", EXPORTS, "2023-12"),
            ("nov 23 - mar 24", EXPORTS, "2023-11..2024-03"),
            ("dec 10", EVENTS, "2018-12-10"),
            ("december 10th", EVENTS, "2018-12-10"),
            ("july 6", EVENTS, "2018-07-06"),
            ("dec 18", (), "2018-12"),
            ("10/12/2018", EVENTS, "2018-12-10"),
            ("12/10/2018", EVENTS, "2018-12-10"),
        ],
    )
    def test_with_a_number_is_a_day_or_a_month_of_a_year_as_the_rows_have_it(
        self, typed: str, rows: tuple[Period, ...], meaning: str
    ) -> None:
        assert parse_period(typed, rows=rows).period.key() == meaning

    def test_numbers_that_can_be_day_or_month_ask_which(self) -> None:
        with pytest.raises(AmbiguousPeriodError, match="10 December 2018 or 12 October 2018"):
            parse_period("10/12/2018")


def found(question: str, rows: tuple[Period, ...] = EXPORTS) -> list[str]:
    return [one.period.key() if one.period else f"{one.asked}?" for one in find_periods(question, rows=rows)]


class TestAQuestion:
    @pytest.mark.parametrize(
        ("question", "dates"),
        [
            ("what happened at the UN in december 2017", ["2017-12"]),
            ("july 6 2018??", ["2018-07-06"]),
            ("the Dec. 10, 2018, letter", ["2018-12-10"]),
            ("total for the first quarter of 2024", ["2024-Q1"]),
            ("Q1 2024 exports", ["2024-Q1"]),
            ("jan 2024 - how much got sent", ["2024-01"]),
            ("dec '23?", ["2023-12"]),
            ("what was sent in 2023/24", ["2023..2024"]),
            ("the 2018-19 holds", ["2018..2019"]),
            ("between 2016 and 2018", ["2016..2018"]),
            ("2016 and 2018", ["2016", "2018"]),
            ("november as a % of the whole nov to march sum", ["2023-11", "2023-11..2024-03"]),
            ("nov + dec together?", ["2023-11", "2023-12"]),
            ("nov and dec 2022", ["2022-11", "2022-12"]),
            ("oct, nov and dec 2022", ["2022-10", "2022-11", "2022-12"]),
            ("dec or jan 2024", ["2023-12", "2024-01"]),
            ("nov 2022 and dec", ["2022-11", "2022-12"]),
            ("exports since november", ["since 2023-11"]),
            ("what came after december 2017", ["since 2018"]),
            ("what came after the 2016 test", ["2016"]),
            ("what share of novembers shipment", ["2023-11"]),
            ("February's exports", ["2024-02"]),
            ("exports in march?", ["2024-03"]),
            ("how much in april", ["April?"]),
            ("what went out in october 23, the month before", ["2023-10"]),
            ("what happened on october 23", ["23 October?"]),
            ("famine of the 1990s", ["1990..1999"]),
            ("what was stuck in the summer of 2018", ["2018-summer"]),
            ("mid-2018", ["2018"]),
            ("post-2016 sanctions", ["since 2017"]),
            ("how much in ２０２３？", ["2023"]),
        ],
    )
    def test_gives_its_dates_in_order(self, question: str, dates: list[str]) -> None:
        assert found(question) == dates

    @pytest.mark.parametrize(
        "question",
        [
            "which programs may be compromised",
            "what in this may have hurt aid groups",
            "who may travel",
            "did anybody march on the capital",
            "they march for peace",
            "does the price fall",
            "the fall of the regime",
            "what set off the spring of hope",
            "who sat second in the meeting",
            "what is in fp-2019 6 and rfa-2024¶13",
            "covid-19",
            "Mar-a-Lago",
            "a decade of marches",
            "resolution 1718",
            "resolutions 2087 and 2094",
            "2000 tonnes of rice",
            "$2000 or US$1990",
            "last year or this week",
            "2018-13",
            "ID 20181210",
            "90% of 3500",
        ],
    )
    def test_has_no_date_in_what_only_looks_like_one(self, question: str) -> None:
        assert found(question) == []

    @pytest.mark.parametrize(
        ("question", "dates"),
        [
            ("exports in may", ["May?"]),
            ("how about may 2024", ["2024-05"]),
            ("what of the quarter, May included", ["May?"]),
            ("april and may", ["April?", "May?"]),
            ("in 2018 may aid have stopped", ["2018"]),
            ("march exports", ["2024-03"]),
            ("nov to march", ["2023-11..2024-03"]),
            ("in the fall", ["2023-autumn"]),
            ("in 2018 people were held up", ["2018"]),
            ("resolution in 2017", ["2017"]),
            ("sanctions resolution 2017", ["2017"]),
        ],
    )
    def test_has_a_date_where_the_words_around_make_it_one(self, question: str, dates: list[str]) -> None:
        assert found(question) == dates

    def test_says_where_the_date_stands_and_whether_its_year_is_written(self) -> None:
        question = "Exports in  November, and since Dec. 2023?"
        without, with_year = find_periods(question, rows=EXPORTS)
        assert (without.surface, without.has_year) == ("November", False)
        assert (with_year.surface, with_year.has_year) == ("since Dec. 2023", True)
        assert all(question[one.start : one.end] == one.surface for one in (without, with_year))

    def test_marks_a_month_that_is_relative_to_when_it_was_said(self) -> None:
        (june,) = find_periods("what does 'last june' mean", rows=EVENTS)
        assert june.relative
        assert june.surface == "last june"
        assert june.choices == (period("2018-06"),)
        (plain,) = find_periods("what happened in june", rows=EVENTS)
        assert not plain.relative

    def test_keeps_a_month_without_a_year_open_where_several_fit_or_none(self) -> None:
        (december,) = find_periods("what happened in december", rows=EVENTS)
        assert december.period is None
        assert december.asked == "December"
        assert [choice.key() for choice in december.choices] == ["2017-12", "2018-12"]
        (october,) = find_periods("october?", rows=EXPORTS)
        assert (october.period, october.choices, october.asked) == (None, (), "October")

    @given(texts, st.sampled_from([(), EXPORTS, EVENTS]))
    def test_is_searched_without_error_whatever_it_is(self, question: str, rows: tuple[Period, ...]) -> None:
        spots = find_periods(question, rows=rows)
        assert all(question[one.start : one.end] == one.surface for one in spots)
        assert all(one.end <= two.start for one, two in pairwise(spots))

    @given(periods.filter(lambda one: one != ALL_DATES))
    def test_finds_any_period_by_its_label(self, one: Period) -> None:
        (mention,) = find_periods(f"What happened in {one.label()}?")
        assert mention.period == one


class TestAPeriodInAnotherLanguage:
    def test_is_echoed_as_it_was_typed_where_it_cannot_be_read(self, library: Library) -> None:
        for typed in ("작년", "2018년 13월", "2018년 2월 30일", "봄부터 봄까지", "1800년"):
            with speaking("ko"), pytest.raises(PeriodError) as error:
                parse_period(typed, in_english=library.in_english)
            assert str(error.value).startswith(f"“{typed}”")
            assert not any("a" <= letter <= "z" for letter in str(error.value).lower())

    def test_says_how_it_was_read_in_the_language_spoken(self, library: Library) -> None:
        with speaking("ko"):
            turned = parse_period("2019년~2018년", in_english=library.in_english)
            winter = parse_period("2018년 겨울", in_english=library.in_english)
        assert turned.period == period("2018..2019")
        assert [note[-12:] for note in turned.notes] == ["2018년~2019년."[-12:]]
        assert winter.notes == ("2018년 겨울의 기간: 2018년 12월~2019년 2월.",)
