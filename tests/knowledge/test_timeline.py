"""The timeline: events by period, topic and actor, and the disputes about them."""

from __future__ import annotations

from knowledge.citations import Citation
from knowledge.periods import ALL_DATES, parse_period
from knowledge.timeline import Claim, Dispute, Event, Timeline

ONE, TWO = Citation("paper-2001", "1"), Citation("table-2002", "2001-01")


def event(id_: str, date: str, *actors: str, topics: tuple[str, ...] = ()) -> Event:
    period = parse_period(date).period
    return Event(id_, period, "explicit", id_, "", (ONE,), actors=actors, topics=topics)


DISPUTE = Dispute(
    "when",
    "when rice came",
    ("rice", "wheat"),
    (Claim("A", "in May", (ONE,)), Claim("B", "in June", (TWO, ONE))),
)
LINE = Timeline.of(
    (
        event("wheat", "2018-06", "Ann", topics=("food",)),
        event("rice", "2018", "Ann", "Bob", topics=("food", "ships")),
        event("oil", "2017", "Bob"),
    ),
    (DISPUTE,),
)


def test_events_are_narrowed_by_period_topic_and_actors_together() -> None:
    year = parse_period("2018").period
    assert [e.id for e in LINE.within(year)] == ["rice", "wheat"]
    assert [e.id for e in LINE.within(ALL_DATES, "ships")] == ["rice"]
    assert [e.id for e in LINE.within(ALL_DATES, actors=("Bob",))] == ["oil", "rice"]
    assert [e.id for e in LINE.within(year, "food", ("Bob", "Cid"))] == ["rice"]
    assert LINE.within(ALL_DATES, actors=()) == ()


def test_actors_and_topics_are_in_alphabetical_order_each_once() -> None:
    assert LINE.actors == ("Ann", "Bob")
    assert LINE.topics == ("food", "ships")


def test_a_dispute_concerns_its_events_and_cites_all_sides_once() -> None:
    assert LINE.disputes_about(LINE.events) == (DISPUTE,)
    assert LINE.disputes_about(e for e in LINE.events if e.id == "oil") == ()
    assert DISPUTE.citations == (ONE, TWO)
