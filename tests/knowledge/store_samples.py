"""What the tests of the store put into it: the same entry, draft and moment, unless a test says otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from knowledge.citations import Citation
from knowledge.entries import Action, Content, Draft, Revision, State

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
GUILD, ELSEWHERE = 2**63 - 1, 7
MODERATOR, SECOND, PERSON, OTHER = 2**62, 2, 3, 4


def content(answer: str = "Two weeks.", **others: Any) -> Content:
    """Return what an entry says."""
    return Content(
        "How long does a permit take?",
        answer,
        citations=(Citation("fp-2019", "6"),),
        cited=("0123456789abcdef",),
        **others,
    )


def revision(answer: str = "Two weeks.", **others: Any) -> Revision:
    """Return a revision that publishes an entry; which number it has, is the store's to say."""
    made: dict[str, Any] = {
        "number": 0,
        "action": Action.ADD,
        "state": State.PUBLISHED,
        "content": content(answer),
        "author_id": MODERATOR,
        "at": NOW,
        "reason": "people ask",
    }
    return Revision(**made | others)


def draft(**others: Any) -> Draft:
    """Return a draft that is not kept yet."""
    made: dict[str, Any] = {"guild_id": GUILD, "author_id": MODERATOR, "typed": {"question": "How long?"}}
    return Draft(**made | others)
