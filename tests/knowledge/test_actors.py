"""Actors: who acts in the events, under every name that the events and the people have for them."""

from __future__ import annotations

import pytest

from knowledge.actors import Actors
from knowledge.citations import Citation
from knowledge.library import Library
from knowledge.people import Directory, Person
from knowledge.periods import parse_period
from knowledge.timeline import Event, Timeline

CITED = (Citation("paper-2001", "1"),)
STATE = Person(
    "state",
    "U.S. Department of State",
    "organisation",
    "a department",
    "Spoke.",
    CITED,
    aliases=("State Department",),
)


def event(id_: str, *actors: str) -> Event:
    return Event(id_, parse_period("2018").period, "explicit", id_, "", CITED, actors=actors)


@pytest.fixture
def actors() -> Actors:
    events = (
        event("one", "State Department", "Congress"),
        event("two", "U.S. Department of State"),
        event("three"),
    )
    directory = Directory({STATE.id: STATE.names})
    return Actors(Timeline.of(events), (STATE,), directory)


def test_names_of_one_actor_are_one(actors: Actors) -> None:
    assert actors.names == ("Congress", "State Department")
    assert actors.spellings("State Department") == ("State Department", "U.S. Department of State")
    assert [one.id for one in actors.events("State Department")] == ["one", "two"]


def test_an_actor_that_is_nobody_known_stands_for_itself(actors: Actors) -> None:
    assert actors.called("Congress") == ("Congress",)
    assert [one.id for one in actors.events("Congress")] == ["one"]


def test_every_name_leads_to_the_actor(actors: Actors) -> None:
    for name in ("state department", "the U.S. Department of State", "US State Department"):
        assert actors.directory.find(name) == "State Department"
    assert actors.directory.find("Senate") is None


def test_every_actor_shipped_has_events_and_is_found(library: Library) -> None:
    for name in library.timeline.actors:
        actor = library.actors.directory.find(name)
        assert actor is not None, name
        assert any(name in one.actors for one in library.actors.events(actor))
