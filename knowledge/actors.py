"""Actors: who acts in the events of the timeline, by whichever of their names somebody asks for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from knowledge.people import Directory, Person
from knowledge.timeline import Event, Timeline


class Actors:
    """The actors of a timeline, each known by the first of the names that the events have for it.

    The names under which a person or an organisation is known lead to it, too.
    """

    def __init__(self, timeline: Timeline, people: Iterable[Person], directory: Directory) -> None:
        """Join the names in the events that belong to the same actor."""
        known = {person.id: person for person in people}
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for name in timeline.actors:
            groups[directory.find(name) or name].append(name)
        self._spellings = {group[0]: tuple(group) for group in groups.values()}
        self._called: Mapping[str, tuple[str, ...]] = {
            group[0]: tuple(dict.fromkeys((*group, *(known[owner].names if owner in known else ()))))
            for owner, group in groups.items()
        }
        self._events = timeline.events
        self.directory = Directory(self._called)

    @property
    def names(self) -> tuple[str, ...]:
        """Every actor."""
        return tuple(self._spellings)

    def called(self, actor: str) -> tuple[str, ...]:
        """Return every name that leads to an actor."""
        return self._called[actor]

    def spellings(self, actor: str) -> tuple[str, ...]:
        """Return the names that the events have for an actor."""
        return self._spellings[actor]

    def events(self, actor: str) -> tuple[Event, ...]:
        """Return the events in which an actor acts."""
        names = set(self._spellings[actor])
        return tuple(event for event in self._events if not names.isdisjoint(event.actors))
