"""Listings: everybody the library names, what its sources disagree on, and what they do not give."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.answers import Answer, Kind, Statement, Status, refused
from knowledge.commands import shown_command
from knowledge.languages import gettext, listed, ngettext, translatable
from knowledge.library import Library
from knowledge.timeline import Dispute

_NOT_JUDGED = translatable("Each side stands with its source; which one is right is not said here.")


def everybody(library: Library) -> Answer:
    """List the people and organisations by kind, in the order of their names; refuse if there are none."""
    if not library.people:
        return refused(gettext("The library names nobody."))
    found = sorted(library.people, key=lambda person: (person.kind != "person", person.name.casefold()))
    return Answer(
        Kind.PEOPLE,
        Status.ANSWERED,
        title=gettext("People and organizations in the library ({count})", count=len(found)),
        directory=tuple(found),
        hint=gettext(
            "{command} and a name shows one of them, with the passages and events.",
            command=shown_command("/who"),
        ),
    )


def disputes_listed(disputes: Sequence[Dispute], about: str = "") -> Answer:
    """List disputes with all sides, those `about` something if it is named; refuse if there are none."""
    if not disputes:
        return refused(gettext("No dispute between the sources of the library is recorded."))
    return Answer(
        Kind.SOURCES,
        Status.ANSWERED,
        title=gettext("What the sources disagree on: {subject} ({count})", subject=about, count=len(disputes))
        if about
        else gettext("What the sources disagree on ({count})", count=len(disputes)),
        statements=(Statement(gettext(_NOT_JUDGED)),),
        disputes=tuple(disputes),
    )


def gaps_listed(library: Library) -> Answer:
    """List what the sources are known not to give, each gap with the nearest passages."""
    if not library.unknowns:
        return refused(gettext("No known unknown is recorded."))
    said = ngettext(
        "{count} detail that people ask for and that {documents} do not give.",
        "{count} details that people ask for and that {documents} do not give.",
        len(library.unknowns),
        documents=listed(library.founding_names),
    )
    return Answer(
        Kind.SOURCES,
        Status.ANSWERED,
        title=gettext("Known unknowns ({count})", count=len(library.unknowns)),
        statements=(Statement(said),),
        unknowns=library.unknowns,
    )
