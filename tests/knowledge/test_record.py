"""The public record: every event and source of it says where it comes from, and both sides are heard."""

from __future__ import annotations

from collections import Counter

import pytest

from knowledge.answers import Status
from knowledge.citations import Citation
from knowledge.engine import Engine
from knowledge.library import Library
from knowledge.plaintext import plain_text
from knowledge.sources import PUBLIC_RECORD, Source
from knowledge.timeline import Dispute, Event

YEARS = range(1994, 2025)


def sources_of(library: Library, event: Event) -> list[Source]:
    return [library.sources[citation.source] for citation in event.citations]


@pytest.fixture(scope="module")
def events(library: Library) -> list[Event]:
    """The events that rest on the public record."""
    return [
        event
        for event in library.timeline.events
        if any(source.collection == PUBLIC_RECORD for source in sources_of(library, event))
    ]


@pytest.fixture(scope="module")
def noted(library: Library) -> list[Source]:
    """The sources of which there are notes with numbers of our own."""
    return [source for source in library.sources.values() if source.addressing == "notes"]


# What is there


def test_there_are_at_least_ninety_events_with_address_and_quality(
    library: Library, events: list[Event]
) -> None:
    backed = [
        event
        for event in events
        if all(
            s.url.startswith("https://") and (s.quality or s.kind == "dataset")
            for s in sources_of(library, event)
        )
    ]
    assert len(backed) >= 90
    assert backed == events


def test_they_span_1994_to_2024_and_no_year_has_an_end_beyond(events: list[Event]) -> None:
    years = Counter(event.date.first.year for event in events)
    assert min(years) == YEARS[0]
    assert max(event.date.last.year for event in events) == YEARS[-1]
    assert len(years) >= 25


def test_every_source_in_notes_is_cited_and_says_that_the_numbers_are_ours(
    library: Library, noted: list[Source]
) -> None:
    cited = {
        citation.source
        for citations in (
            *(event.citations for event in library.timeline.events),
            *(dispute.citations for dispute in library.timeline.disputes),
            *(person.citations for person in library.people),
            *(standing.citations for person in library.people for standing in person.standings),
            *(figure.citations for figure in (*library.exports.figures, *library.assistance.figures)),
            *(figure.citations for figure in (*library.exports.totals, *library.assistance.totals)),
            *(
                report.citations
                for report in (*library.exports.other_reports, *library.assistance.other_reports)
            ),
            *(unknown.told for unknown in library.unknowns),
        )
        for citation in citations
    }
    assert {source.id for source in noted} - cited == set()
    assert all("those of our notes" in source.quality_in_words for source in noted)
    assert all(passage.ref.isdigit() for source in noted for passage in source.passages)


def test_every_address_is_whole_and_none_stands_for_two_documents(noted: list[Source]) -> None:
    assert all(source.url.startswith("https://") for source in noted)
    assert [url for url, count in Counter(source.url for source in noted).items() if count > 1] == []


def test_a_date_of_publication_says_where_it_comes_from_and_its_absence_why(noted: list[Source]) -> None:
    for source in noted:
        assert source.published_basis, source.id
        assert source.published is not None or "undated" in source.byline, source.id


def test_an_event_is_no_longer_than_a_line_and_a_note_names_whose_it_is(events: list[Event]) -> None:
    assert [event.id for event in events if len(event.title) > 90] == []
    assert all(event.summary and event.actors and event.topics for event in events)


def test_everybody_who_acts_is_somebody_known_or_a_country_or_a_body(library: Library) -> None:
    strangers = [a for a in library.actors.names if library.directory.find(a) is None]
    assert len(strangers) < len(library.actors.names) / 3, strangers


# Disputes: both sides stand side by side wherever one of them is shown

DISPUTED = {
    "travel-ban-date": ("/timeline 2017-09-01", ["2018", "1 September 2017"]),
    "new-york-meeting": ("/timeline 2018-11", ["cancellation", "at a later date"]),
    "bolton-venue": ("/timeline 2018-12 actor:bolton", ["press conference", "CEO Council"]),
    "food-licence": ("/timeline 2007-01", ["all need a license", "other than food or medicine"]),
    "december-2023-exports": ("/timeline 2023-12", ["about $68,000", "$67,327", "90% or more"]),
    "november-2023-exports": ("/timeline 2023-11", ["US$120,000", "$64,603"]),
    "february-2024-exports": ("/timeline 2024-02", ["around $26,000", "$22,510"]),
    "rfa-report-date": ("/timeline 2024-05", ["30 May 2024", "24 May 2024"]),
    "food-donations-since": ("/timeline 1999-10", ["since 1995", "since 1996"]),
    "kedo-founding": ("/timeline 1995-03", ["9 March 1995", "15 March 1995", "1994"]),
    "usaid-condition-month": ("/timeline summer 2002", ["without a month", "in August"]),
    "executive-order-13722-date": ("/timeline 2016-03", ["15 March 2016", "16 March 2016"]),
    "executive-order-13810-date": ("/timeline 2017-09", ["20 September 2017", "21 September 2017"]),
    "icbm-date": ("/timeline 2017-11-28", ["28 November 2017", "29 November 2017"]),
    "resolution-2397-date": ("/timeline 2017-12", ["22 December 2017", "23 December 2017"]),
    "first-ship-2008-sent": ("/timeline 2008-06-29", ["arrived", "sent on 29 June 2008"]),
    "exports-2017": ("/timeline 2016-10", ["nothing from October 2016", "$2,660", "no row for 2017"]),
}


def test_every_dispute_is_tried_here(library: Library) -> None:
    assert {dispute.id for dispute in library.timeline.disputes} == DISPUTED.keys()


@pytest.mark.parametrize("name", DISPUTED)
def test_a_timeline_shows_both_sides_each_with_its_citation(engine: Engine, name: str) -> None:
    typed, sides = DISPUTED[name]
    answer = engine.reply(typed)
    (dispute,) = (one for one in answer.disputes if one.id == name)
    text = plain_text(answer)
    assert all(side in text for side in sides)
    for claim in dispute.claims:
        line = next(line for line in text.splitlines() if f"{claim.by}: {claim.says}" in line)
        assert all(f"[{citation}]" in line for citation in claim.citations)
    assert set(dispute.citations) <= set(answer.citations)


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("when was the travel ban imposed?", ["2018", "1 September 2017"]),
        ("was Pompeo's New York meeting cancelled or postponed?", ["cancellation", "at a later date"]),
        ("when was KEDO founded?", ["9 March 1995", "15 March 1995", "1994"]),
        ("what is the date of Executive Order 13810?", ["20 September 2017", "21 September 2017"]),
        ("does food need a license?", ["all need a license", "other than food or medicine"]),
        ("when did the first ship of 2008 arrive?", ["arrived", "sent on 29 June 2008"]),
    ],
)
def test_so_does_the_answer_to_a_question(engine: Engine, question: str, sides: list[str]) -> None:
    answer = engine.reply(question)
    assert answer.status is Status.ANSWERED
    assert all(side in plain_text(answer) for side in sides)


def test_no_side_is_called_right(library: Library) -> None:
    words = ("wrong", "mistak", "in fact", "actually", "correct", "error")
    for dispute in library.timeline.disputes:
        said = " ".join((dispute.about, *(claim.says for claim in dispute.claims))).lower()
        assert not any(word in said for word in words), dispute.id


# The founding documents keep their word

FOUNDING = [
    ("why did Pompeo decide to limit aid?", "fp-2019¶4"),
    ("what did UNICEF complain about?", "fp-2019¶6"),
    ("what did Biegun say in Seoul?", "fp-2019¶13"),
    ("what did Biegun concede about the travel ban?", "fp-2019¶13"),
    ("who approves exports of humanitarian goods?", "rfa-2024¶3"),
    ("how long was the hiatus in exports?", "rfa-2024¶1"),
    ("what did Keith Luse say about Pompeo's support?", "fp-2019¶15"),
]


@pytest.mark.parametrize(("question", "lead"), FOUNDING)
def test_what_they_answer_is_still_answered_from_them_first(engine: Engine, question: str, lead: str) -> None:
    answer = engine.reply(question)
    assert str(answer.citations[0]) == lead


def test_their_asks_are_answered_from_the_same_passage_with_the_record_and_without(
    library: Library, engine: Engine
) -> None:
    core = Engine(library.only(("core",)))
    moved = []
    for source in library.only(("core",)).sources.values():
        for passage in source.passages:
            for ask in passage.asks[::9]:
                before, after = core.reply(ask), engine.reply(ask)
                if before.citations and before.citations[:1] != after.citations[:1]:
                    moved.append(ask)
    assert moved == []


def test_the_founding_documents_alone_know_nothing_of_the_record(library: Library) -> None:
    core = library.only(("core",))
    assert not core.timeline.disputes
    assert not any(person.standings for person in core.people)
    assert not any(unknown.told for unknown in core.unknowns)
    assert not core.vocabulary.collections
    assert all(event.citations[0].source in ("fp-2019", "rfa-2024") for event in core.timeline.events)


@pytest.mark.parametrize(
    ("question", "cited"),
    [
        ("what happened in 1994?", "kedo-history¶1"),
        ("what happened in 2012?", "state-2012-02-29¶1"),
        ("what was the Leap Day deal?", "state-2012-02-29¶1"),
        ("how much wheat did the US add in 1998", "state-1998-09-21¶1"),
        ("what did GAO find on monitoring", "gao-nsiad-00-35¶1"),
        ("when was resolution 2664 adopted", "icrc-2664¶1"),
        ("what is the OFAC general license for NGOs", "ofac-fr-2024-03255¶2"),
        ("who vetoed the panel of experts", "un-sc15648¶1"),
        ("how many exemptions did the UN committee grant in 2019", "nknews-2020-01¶1"),
        ("why did the US suspend food aid in 2012", "voa-2012-03¶1"),
    ],
)
def test_the_record_answers_what_only_it_has(engine: Engine, question: str, cited: str) -> None:
    answer = engine.reply(question)
    assert answer.status is Status.ANSWERED
    assert Citation.parse(cited) in answer.citations


@pytest.mark.parametrize("year", [y for y in YEARS if y not in (1997, 2013, 2015)])
def test_what_happened_can_be_asked_of_every_year_that_has_an_event(engine: Engine, year: int) -> None:
    answer = engine.reply(f"what happened in {year}?")
    assert answer.status is Status.ANSWERED
    assert answer.events


def test_a_dispute_is_told_once_in_a_list_though_several_of_its_events_are_in_it(
    library: Library, engine: Engine
) -> None:
    text = plain_text(engine.timeline("2017..2018", "travel-ban"))
    dispute: Dispute = next(d for d in library.timeline.disputes if d.id == "travel-ban-date")
    assert text.count(dispute.claims[1].says) == 1
