"""The timeline: dated events with their precision, basis and citations, and what is in dispute."""

from __future__ import annotations

from collections.abc import Collection, Iterable
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
class Claim(Row):
    """What one side says (`says`) in a dispute, and who says it (`by`)."""

    by: str
    says: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Dispute(Row):
    """Something on which the sources differ: `about` is what, `claims` the sides, in no order of merit.

    `events` are the ids of the events that it concerns. Which side is right is not for the library to say.
    """

    id: str
    about: str
    events: tuple[str, ...]
    claims: tuple[Claim, ...]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the sides rest on, each once."""
        return tuple(dict.fromkeys(c for claim in self.claims for c in claim.citations))


@dataclass(frozen=True, slots=True)
class Timeline:
    """All events, oldest first, and the disputes about them."""

    events: tuple[Event, ...]
    disputes: tuple[Dispute, ...] = ()

    @classmethod
    def of(cls, events: Iterable[Event], disputes: Iterable[Dispute] = ()) -> Timeline:
        """Sort events by first day, then the more precise first, then id, so that the order is stable."""
        ordered = sorted(events, key=lambda e: (e.date.first, e.date.last, e.id))
        return cls(tuple(ordered), tuple(disputes))

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic in use, in alphabetical order."""
        return tuple(sorted({topic for event in self.events for topic in event.topics}))

    @property
    def actors(self) -> tuple[str, ...]:
        """Every actor as the events name it, in alphabetical order."""
        return tuple(sorted({actor for event in self.events for actor in event.actors}))

    def within(
        self, period: Period, topic: str = "", actors: Collection[str] | None = None
    ) -> tuple[Event, ...]:
        """Return the events whose own date overlaps `period`, of one topic or of some actors if asked."""
        return tuple(
            event
            for event in self.events
            if event.date.overlaps(period)
            and (not topic or topic in event.topics)
            and (actors is None or not set(actors).isdisjoint(event.actors))
        )

    def disputes_about(self, events: Iterable[Event]) -> tuple[Dispute, ...]:
        """Return the disputes that concern any of some events."""
        ids = {event.id for event in events}
        return tuple(dispute for dispute in self.disputes if not ids.isdisjoint(dispute.events))
