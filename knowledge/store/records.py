"""What the store hands out besides entries: the review queue, votes, counts and what it keeps of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from knowledge.entries import Draft, State


class Kind(StrEnum):
    """What processes keep in memory of a server."""

    ENTRIES = "entries"
    POINTERS = "pointers"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed of a server, perhaps by another process, and the number of the last such change."""

    number: int
    guild_id: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Votes:
    """How many people found a card helpful and unhelpful."""

    helpful: int = 0
    unhelpful: int = 0


@dataclass(frozen=True, slots=True)
class VoteReason:
    """Why somebody found an answer unhelpful, and what the question was."""

    card: str
    question: str
    reason: str
    at: datetime | None


class Outcome(StrEnum):
    """How a question to the moderators ended."""

    ANSWERED = "answered"
    POINTED = "pointed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class AskedModerators:
    """What became of a question to the moderators: it `is_new`, or was added to one that others asked.

    `tell` is how the asker wishes to be told the outcome. `dismissed_at` is when moderators last looked at
    the same question and gave no answer to it.
    """

    question_id: int
    askers: int
    is_new: bool
    tell: str = ""
    dismissed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that waits for the moderators, in the words of whoever asked it first.

    If the same question was dismissed before, `dismissed_at` is when that was, and `dismissed_by` whose
    decision it was, None once that person asked to be forgotten.
    """

    id: int
    guild_id: int
    text: str
    key: str
    askers: int
    first_at: datetime
    last_at: datetime
    dismissed_at: datetime | None = None
    dismissed_by: int | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asked a question: in which words, where, and how they wish to be told the outcome.

    `tell` is `channel`, `dm`, or empty for not at all.
    """

    user_id: int
    channel_id: int | None
    tell: str
    text: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A question that was closed, how it ended, and who asked it, the first asker first.

    `news` is what there is to tell them: what to type for the answer, the `change` of the pointer, or why
    there is none, as the outcome is answered, pointed or dismissed.
    """

    guild_id: int
    question_id: int
    outcome: Outcome
    news: str
    askers: tuple[Asker, ...]


@dataclass(frozen=True, slots=True)
class Pointer:
    """A moderator's word that a question is answered by a passage or an entry, its `target`.

    `change` orders it among the changes of the whole database, those of entries included. `made_by` is None
    once that person asked to be forgotten.
    """

    guild_id: int
    change: int
    question: str
    target: str
    made_by: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a server has: its entries by state, drafts, what waits for its moderators, and votes."""

    entries: Mapping[State, int]
    drafts: int
    open_questions: int
    askers: int
    votes: Votes


@dataclass(frozen=True, slots=True)
class CastVote:
    """A person's vote on a card, with the reason and the question if a reason was given."""

    guild_id: int | None
    card: str
    helpful: bool
    at: datetime | None
    reason: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that a person put to the moderators, as typed; `outcome` is None while it is open."""

    guild_id: int
    text: str
    at: datetime
    channel_id: int | None
    tell: str
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class MadeRevision:
    """A revision that a person wrote, or approved for somebody else."""

    guild_id: int
    entry_id: str
    number: int
    at: datetime
    approved: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person did as a moderator besides writing: what (`closed`, `pointed`, `blocked`), and when."""

    guild_id: int
    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """A server whose moderators take no questions from a person, since when."""

    guild_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Everything that is kept of a person, in the order in which it came about."""

    votes: tuple[CastVote, ...] = ()
    questions: tuple[AskedQuestion, ...] = ()
    drafts: tuple[Draft, ...] = ()
    revisions: tuple[MadeRevision, ...] = ()
    decisions: tuple[Decision, ...] = ()
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was deleted; `revisions` and `decisions` stay, without the name of who made them."""

    votes: int = 0
    questions: int = 0
    drafts: int = 0
    revisions: int = 0
    decisions: int = 0
