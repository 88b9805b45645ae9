"""A server's own FAQ entries: what moderators write, in which state, and how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from knowledge.citations import Citation


class State(StrEnum):
    """Whether an entry is found: a retired one is kept, but not shown."""

    PUBLISHED = "published"
    RETIRED = "retired"


class Action(StrEnum):
    """What made a revision."""

    ADD = "add"
    EDIT = "edit"
    RETIRE = "retire"
    RESTORE = "restore"
    REVERT = "revert"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry says, tidied and checked as `drafts.read` does.

    It carries up to `MOST_CITATIONS`, written as their sources do, or is marked editorial. `cited` holds the
    `digest` of each cited passage as it was when the content was read, in the order of the citations.
    """

    question: str
    answer: str
    alternatives: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    cited: tuple[str, ...] = ()
    editorial: bool = False
    tags: tuple[str, ...] = ()
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of an entry: who made it, when, why, and what the entry was from then on.

    `author_id` is None once that person asked to be forgotten. `approver_id` is the second moderator where
    the server asks for two, else None.
    """

    number: int
    action: Action
    state: State
    content: Content
    author_id: int | None
    at: datetime
    reason: str = ""
    approver_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is now. `change` is the running number of its last change in the whole database.

    An entry with the id of a shipped one stands in its place in that server.
    """

    guild_id: int
    id: str
    change: int
    revision: Revision

    @property
    def content(self) -> Content:
        """What it says now."""
        return self.revision.content

    @property
    def state(self) -> State:
        """The state it is in now."""
        return self.revision.state


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody typed for an entry and has not published; every field as typed, so nothing is lost.

    The fields are those of `drafts.LABELS`, each empty or left out if nothing was typed. `entry_id` is empty
    for a new entry; `since` is the number of the revision that was edited (0 for a new one). `question_id` is
    the question of the review queue that it answers, if any. One that is `submitted` waits for a second
    moderator; `sent_back` is why that one did not publish it.
    """

    guild_id: int
    author_id: int
    typed: Mapping[str, str]
    entry_id: str = ""
    since: int = 0
    question_id: int | None = None
    submitted: bool = False
    sent_back: str = ""
    id: int = 0
    at: datetime | None = None

    @property
    def wanted_id(self) -> str:
        """The id of the entry that it changes, or the one typed for a new entry; empty without either."""
        return self.entry_id or self.typed.get("id", "")
