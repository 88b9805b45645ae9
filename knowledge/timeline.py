"""The timeline: dated events, each with its precision, its basis and its citations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from knowledge.citations import Citation
from knowledge.periods import Period
from knowledge.rows import Row


@dataclass(frozen=True, slots=True)
class Event(Row):
    """A dated row of the timeline.

    `date` carries the precision the source has. `basis` is `inferred` when the date was resolved from
    relative words, which `inferred_from` holds. `status` is `expected` for what a source only expects.
    """

    id: str
    date: Period
    basis: Literal["explicit", "inferred"]
    title: str
    summary: str
    citations: tuple[Citation, ...]
    inferred_from: str = ""
    status: Literal["occurred", "expected"] = "occurred"
    actors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """All events, oldest first."""

    events: tuple[Event, ...]

    @classmethod
    def of(cls, events: Iterable[Event]) -> Timeline:
        """Sort events by first day, then the more precise first, then id, so that the order is stable."""
        return cls(tuple(sorted(events, key=lambda e: (e.date.first, e.date.last, e.id))))

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic in use, in alphabetical order."""
        return tuple(sorted({topic for event in self.events for topic in event.topics}))

    def within(self, period: Period, topic: str = "") -> tuple[Event, ...]:
        """Return the events whose own date overlaps `period`, of one topic if one is given."""
        return tuple(
            event
            for event in self.events
            if event.date.overlaps(period) and (not topic or topic in event.topics)
        )
