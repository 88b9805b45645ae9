"""Listings: everybody the library names, what its sources disagree on, and what they do not give."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.answers import Answer, Kind, Statement, Status, refused
from knowledge.library import Library
from knowledge.timeline import Dispute
from knowledge.wording import counted

_NOT_JUDGED = "Each side stands with its source; which one is right is not said here."


def everybody(library: Library) -> Answer:
    """List the people and organisations by kind, in the order of their names; refuse if there are none."""
    if not library.people:
        return refused("The library names nobody.")
    found = sorted(library.people, key=lambda person: (person.kind != "person", person.name.casefold()))
    return Answer(
        Kind.PEOPLE,
        Status.ANSWERED,
        title=f"People and organizations in the library ({len(found)})",
        directory=tuple(found),
        hint="/who and a name shows one of them, with the passages and events.",
    )


def disputes_listed(disputes: Sequence[Dispute], about: str = "") -> Answer:
    """List disputes with all sides, those `about` something if it is named; refuse if there are none."""
    if not disputes:
        return refused("No dispute between the sources of the library is recorded.")
    return Answer(
        Kind.SOURCES,
        Status.ANSWERED,
        title=f"What the sources disagree on{about} ({len(disputes)})",
        statements=(Statement(_NOT_JUDGED),),
        disputes=tuple(disputes),
    )


def gaps_listed(library: Library) -> Answer:
    """List what the sources are known not to give, each gap with the nearest passages."""
    if not library.unknowns:
        return refused("No known unknown is recorded.")
    said = f"{counted(len(library.unknowns), 'detail')} that people ask for and that "
    return Answer(
        Kind.SOURCES,
        Status.ANSWERED,
        title=f"Known unknowns ({len(library.unknowns)})",
        statements=(Statement(f"{said}{' and '.join(library.founding_names)} do not give."),),
        unknowns=library.unknowns,
    )
