"""The one door to the database: what people and the bot leave behind, through methods that say what they do.

Nothing outside this package knows SQL, SQLAlchemy or the file the data is in.
"""

from __future__ import annotations

from collections.abc import Awaitable

from knowledge.store.ballots import Ballots
from knowledge.store.entries import Entries
from knowledge.store.places import Watch, Watcher
from knowledge.store.privacy import Privacy
from knowledge.store.records import (
    AskedModerators,
    AskedQuestion,
    Asker,
    Block,
    CastVote,
    Change,
    Closed,
    Decision,
    Forgotten,
    Kind,
    MadeRevision,
    OpenQuestion,
    Outcome,
    PersonalData,
    Pointer,
    Statistics,
    VoteReason,
    Votes,
)
from knowledge.store.review import Review
from knowledge.store.servers import Servers

__all__ = [
    "AskedModerators",
    "AskedQuestion",
    "Asker",
    "Block",
    "CastVote",
    "Change",
    "Closed",
    "Decision",
    "Forgotten",
    "Kind",
    "MadeRevision",
    "OpenQuestion",
    "Outcome",
    "PersonalData",
    "Pointer",
    "Statistics",
    "Store",
    "VoteReason",
    "Votes",
    "Watch",
    "Watcher",
]


class Store(Entries, Review, Ballots, Servers, Privacy):
    """The database, open; a method that cannot do its work changes nothing and raises a `KnowledgeError`.

    A method that writes is one transaction, and returns once the data is on the disk: what was acknowledged
    survives a crash. Moments come in with a time zone and go out in UTC.
    """

    def watch(self, watcher: Watcher) -> Awaitable[Watch]:
        """Tell a watcher of the other processes that use the database, until the watch is closed.

        Once this returns, the watcher does what one process does for all, if no other process does it.
        """
        return self._place.watch(watcher)
