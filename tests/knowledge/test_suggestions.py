from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from knowledge import suggestions
from knowledge.citations import Citation
from knowledge.content import read_content
from knowledge.engine import Engine
from knowledge.entries import Action, Content, Entry, Revision, State
from knowledge.library import Library
from knowledge.periods import ALL_DATES, parse_period
from knowledge.suggestions import Limits, Suggestion, cut

NOW = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture(scope="module")
def library() -> Library:
    return read_content().only(("core",))


def values(found: tuple[Suggestion, ...]) -> list[str]:
    return [one.value for one in found]


def test_nothing_typed_offers_all_dates_then_the_years_from_the_newest(library: Library) -> None:
    offered = values(suggestions.timeline_periods(library))
    years = [value for value in offered if len(value) == 4]
    assert offered[0] == "all"
    assert years == sorted(years, reverse=True)
    assert offered[1 : len(years) + 1] == years


def test_every_period_offered_has_rows_and_is_read_back(library: Library) -> None:
    for value in values(suggestions.timeline_periods(library)):
        assert library.timeline.within(parse_period(value).period)
    for value in values(suggestions.export_periods(library)):
        assert library.exports.within(parse_period(value).period)


def test_periods_are_those_of_their_table(library: Library) -> None:
    assert "2018" in values(suggestions.timeline_periods(library))
    assert "2018" not in values(suggestions.export_periods(library))


@pytest.mark.parametrize("typed", ["december 2018", "dec 2018", "12/2018", "2018-12", "  Dec   2018 "])
def test_whatever_way_a_period_is_typed_it_is_offered_first(library: Library, typed: str) -> None:
    first = suggestions.timeline_periods(library, typed)[0]
    assert first.value == "2018-12"
    assert first.label.startswith("December 2018 — ")


def test_a_typed_period_without_rows_says_that_it_has_none(library: Library) -> None:
    assert suggestions.timeline_periods(library, "1950")[0] == Suggestion("1950 — no events", "1950")


def test_a_month_offers_its_figure(library: Library) -> None:
    assert suggestions.export_periods(library, "nov")[0] == Suggestion(
        "November 2023 — US$120,000", "2023-11"
    )


def test_a_month_that_can_be_of_several_years_offers_each(library: Library) -> None:
    offered = values(suggestions.timeline_periods(library, "december"))
    months = {str(e.date) for e in library.timeline.events if str(e.date).endswith("-12")}
    assert months <= set(offered)


def test_all_is_read_as_all_dates(library: Library) -> None:
    assert parse_period(suggestions.timeline_periods(library, "all")[0].value).period == ALL_DATES


def test_topics_come_with_their_number_of_events_the_most_frequent_first(library: Library) -> None:
    counts = [len(library.timeline.within(ALL_DATES, t)) for t in values(suggestions.topics(library))]
    assert counts == sorted(counts, reverse=True)
    assert suggestions.topics(library, "sanc")[0].value == "sanctions"
    assert "sanctions" in values(suggestions.topics(library, "sanktions"))


@pytest.mark.parametrize("typed", ["fp-2019¶6", "fp-2019 6", "fp-2019#6", "fp-2019:6", "FP-2019 6"])
def test_a_reference_is_found_in_every_way_it_is_typed(library: Library, typed: str) -> None:
    first = suggestions.references(library, typed)[0]
    assert first.value == "fp-2019¶6"
    assert first.label.startswith("fp-2019¶6 — ")


def test_a_reference_is_found_by_words_of_its_passage(library: Library) -> None:
    assert "fp-2019¶6" in values(suggestions.references(library, "tuberculosis"))
    assert values(suggestions.references(library, "fp-2019 1"))[:2] == ["fp-2019¶1", "fp-2019¶10"]


def test_every_reference_offered_resolves(library: Library) -> None:
    assert all(Citation.parse(value) in library for value in values(suggestions.references(library)))


def test_sources_and_series_are_found_by_name_and_despite_a_slip(library: Library) -> None:
    assert values(suggestions.sources(library)) == list(library.sources)
    assert values(suggestions.sources(library, "radio free")) == ["rfa-2024"]
    assert values(suggestions.sources(library, "foriegn policy"))[0] == "fp-2019"
    assert values(suggestions.series(library, "rep"))[0] == "reported"


def test_actors_come_with_their_number_of_events_and_are_found_by_any_name() -> None:
    whole = read_content()
    offered = suggestions.actors(whole)
    counts = [len(whole.actors.events(value)) for value in values(offered)]
    assert counts == sorted(counts, reverse=True)
    assert values(suggestions.actors(whole, "wfp"))[0] == "World Food Program"
    assert values(suggestions.actors(whole, "foggy"))[0] == "U.S. State Department"
    assert "Mike Pompeo" in values(suggestions.actors(whole, "pompayo"))


def test_people_are_found_by_name_role_alias_and_despite_a_slip() -> None:
    whole = read_content()
    assert values(suggestions.people(whole, "biegun"))[0] == "Stephen Biegun"
    assert "Omar Abdi" in values(suggestions.people(whole, "deputy executive"))
    assert "World Food Program" in values(suggestions.people(whole, "wfp"))
    assert "Stephen Biegun" in values(suggestions.people(whole, "beigun"))
    assert suggestions.people(whole)[0].label.startswith("Mike Pompeo — U.S. Secretary of State")


def test_what_is_like_nothing_offers_nothing(library: Library) -> None:
    assert suggestions.topics(library, "xqzwv") == ()


def test_faq_entries_are_found_by_id_and_by_words_of_their_question(library: Library) -> None:
    assert values(suggestions.faq_entries(library)) == [entry.id for entry in library.faq[:25]]
    assert values(suggestions.faq_entries(library, "how-to-read"))[0] == "how-to-read-a-citation"
    assert values(suggestions.faq_entries(library, "read a cit"))[0] == "how-to-read-a-citation"
    assert "how-to-read-a-citation" in values(suggestions.faq_entries(library, "read a citaton"))
    assert suggestions.faq_entries(library, "does-it-use-ai")[0].label.startswith("does-it-use-ai — Does")


def test_a_servers_own_entries_come_first_the_newest_before_and_hide_those_they_replace(
    library: Library,
) -> None:
    own = Engine(library).own_entries(
        Entry(1, id_, change, Revision(1, Action.ADD, State.PUBLISHED, Content(question, "So."), 7, NOW))
        for change, (id_, question) in enumerate(
            (
                ("zork", "How long is the wait for a zork?"),
                ("does-it-use-ai", "AI here?"),
                ("new", "What's new?"),
            )
        )
    )
    offered = suggestions.faq_entries(library, own=own)
    assert values(offered)[:3] == ["new", "does-it-use-ai", "zork"]
    assert values(offered).count("does-it-use-ai") == 1
    assert offered[1].label == "does-it-use-ai — AI here?"
    assert values(suggestions.faq_entries(library, "zork waits", own=own))[0] == "zork"


ASKED = (
    suggestions.actors,
    suggestions.people,
    suggestions.faq_entries,
    suggestions.timeline_periods,
    suggestions.export_periods,
    suggestions.topics,
    suggestions.references,
    suggestions.sources,
    suggestions.series,
)


LIMITS = st.builds(Limits, most=st.integers(1, 40), longest=st.integers(10, 200))
TYPED = st.text(max_size=120) | st.sampled_from(["2018", "last year", "¶", "fp", "a" * 4000, "\x00", "👍"])


@hypothesis_settings(max_examples=60, deadline=None)
@given(typed=TYPED, limits=LIMITS)
def test_whatever_is_typed_a_list_keeps_its_limits(library: Library, typed: str, limits: Limits) -> None:
    for suggest in ASKED:
        assert_fits(suggest(library, typed, limits), limits)


@given(st.lists(st.builds(Suggestion, st.text(max_size=300), st.text(max_size=150)), max_size=60), LIMITS)
def test_a_list_is_cut_to_its_limits(found: list[Suggestion], limits: Limits) -> None:
    kept = cut(found, limits)
    assert_fits(kept, limits)
    assert set(values(kept)) <= {one.value for one in found}


def assert_fits(found: tuple[Suggestion, ...], limits: Limits) -> None:
    assert len(found) <= limits.most
    assert all(1 <= len(one.label) <= limits.longest for one in found)
    assert all(1 <= len(one.value) <= limits.longest for one in found)
    assert len(set(values(found))) == len(found)


def test_a_long_label_ends_in_an_ellipsis_and_a_value_is_never_shortened() -> None:
    kept = cut([Suggestion("word " * 40, "a"), Suggestion("b", "b" * 101)], Limits(25, 100))
    assert values(kept) == ["a"]
    assert kept[0].label.endswith("…")


def test_an_empty_library_offers_only_all_dates(library: Library) -> None:
    empty = replace(library, sources={}, timeline=replace(library.timeline, events=()))
    assert values(suggestions.timeline_periods(empty)) == ["all"]
    assert suggestions.references(empty) == ()


# The wider record


@pytest.fixture(scope="module")
def whole() -> Library:
    return read_content()


@pytest.mark.parametrize(
    ("typed", "label", "value"),
    [
        ("2016", "2016 — US$118,494", "2016"),
        ("2017", "2017 — no recorded trade", "2017"),
        ("nov 2023", "November 2023 — US$120,000; US$64,603", "2023-11"),
        ("2024", "2024 — 4 figures", "2024"),
        ("2014-05", "May 2014 — no figures", "2014-05"),
    ],
)
def test_a_year_or_month_of_exports_offers_what_each_series_has(
    whole: Library, typed: str, label: str, value: str
) -> None:
    assert suggestions.export_periods(whole, typed)[0] == Suggestion(label, value)


def test_fiscal_years_are_offered_from_the_newest_with_what_they_have(whole: Library) -> None:
    first, second, *_ = suggestions.assistance_years(whole)
    assert (first.label, first.value) == ("all fiscal years — 28 years", "all")
    assert second == Suggestion("FY2025 — obligations −US$2", "FY2025")


@pytest.mark.parametrize("typed", ["2008", "FY2008", "fy 08", "fiscal year 2008", "march 2008"])
def test_whatever_way_a_fiscal_year_is_typed_it_is_offered_first(whole: Library, typed: str) -> None:
    label = "FY2008 — obligations US$185,301,517; disbursements US$167,769,077"
    assert suggestions.assistance_years(whole, typed)[0] == Suggestion(label, "FY2008")


@pytest.mark.parametrize("typed", ["1900", "since 2009", "1996..2008", "banana", "2099-12"])
def test_what_is_no_fiscal_year_offers_none_of_its_own(whole: Library, typed: str) -> None:
    assert all(
        one.value in ("all", *(f"FY{y}" for y in range(1996, 2026)))
        for one in suggestions.assistance_years(whole, typed)
    )
