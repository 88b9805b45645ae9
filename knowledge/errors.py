"""What can go wrong in the library, each error with a message written for the person who meets it.

KnowledgeError
├── ContentError        content files with faults, all of them named at once
├── InputError          something typed that cannot be read
│   ├── CitationError   … as a citation
│   ├── PeriodError     … as a period (in periods.py)
│   └── CommandError    … as a command
├── IngestError         a document or a workbook that cannot be taken in
├── UpdateError         figures that cannot be fetched
├── DeskError           a change at the moderators' desk, or a question to it, that is not made
│   ├── EntryExistsError    … since there is such an entry already
│   ├── EntryChangedError   … since somebody else changed the entry meanwhile
│   ├── NoEntryError        … since there is no such entry
│   ├── NoDraftError        … since the draft was published or dropped meanwhile
│   ├── NoQuestionError     … since the question was closed meanwhile
│   ├── QuotaError          … since the person asked as often as one may
│   └── BlockedError        … since the person may not ask here
└── StoreError          a database that cannot be used
    └── UncertainError      … and does not say whether it kept what was written
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.languages import ENGLISH, gettext, in_words, spoken
from knowledge.text import echo

if TYPE_CHECKING:
    from datetime import datetime

    from knowledge.entries import Entry


class KnowledgeError(Exception):
    """Base of every error of the library; its text can be shown to a person as it is."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a content file: where it is and what it is."""

    file: str
    line: int
    place: str
    problem: str

    def __str__(self) -> str:
        """Return `file:line: place: problem`."""
        return f"{self.file}:{self.line}: {self.place}: {self.problem}"


class ContentError(KnowledgeError):
    """Content files have faults; `faults` names every one of them."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Take the faults, in the order in which they are to be read."""
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


class InputError(KnowledgeError):
    """Something that a person typed cannot be read; the text says what is accepted, with an example."""


class CitationError(InputError):
    """A reference that cannot be read or that leads nowhere."""


class CommandError(InputError):
    """A command or an option that the bot does not know."""


class IngestError(KnowledgeError):
    """A document or a workbook that cannot be taken in; nothing was written."""


class UpdateError(KnowledgeError):
    """Figures that cannot be fetched; nothing was written."""


class DeskError(KnowledgeError):
    """A change at the moderators' desk, or a question to it, that is not made; everything is as it was."""


class EntryExistsError(DeskError):
    """A new entry has the id of one that the server has; `entry` is that one, as it is now."""

    def __init__(self, entry: Entry) -> None:
        """Take the entry that is there."""
        self.entry = entry
        super().__init__(
            gettext(
                "This server already has an entry “{entry}”. Edit that one, or word the question anew.",
                entry=echo(entry.id),
            )
        )


class EntryChangedError(DeskError):
    """The entry was changed since it was read; `entry` is what it is now, so that both can be compared."""

    def __init__(self, entry: Entry) -> None:
        """Take the entry as it is now."""
        self.entry = entry
        super().__init__(
            gettext(
                "Somebody else changed the entry “{entry}” meanwhile; it is at revision {revision} now. "
                "Nothing was overwritten: compare the two, then change it again.",
                entry=echo(entry.id),
                revision=entry.revision.number,
            )
        )


class NoEntryError(DeskError):
    """The server has no entry of its own with such an id."""

    def __init__(self, entry_id: str) -> None:
        """Take the id that was looked for."""
        super().__init__(
            gettext(
                "This server has no entry “{entry}” of its own. Choose one from the list.",
                entry=echo(entry_id),
            )
        )


class NoDraftError(DeskError):
    """The draft is not there any more."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(gettext("This draft is gone: it was published or dropped meanwhile."))


class NoQuestionError(DeskError):
    """The question does not wait for the moderators any more."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(gettext("This question is not open any more: somebody took care of it meanwhile."))


class SeveralAskersError(DeskError):
    """Others have asked a question, too, so that it does not say whom to block."""

    def __init__(self) -> None:
        """Say so."""
        from knowledge.commands import shown_command  # which raises errors itself

        super().__init__(
            gettext(
                "Others have asked this meanwhile. To block one of them, use {command}.",
                command=shown_command("/faq-desk block"),
            )
        )


class QuotaError(DeskError):
    """The person asked the moderators as often as one may; `until` is when the next question is welcome."""

    def __init__(self, until: datetime) -> None:
        """Take the moment from which on the person may ask again."""
        self.until = until
        day = f"{until:%d %B}" if spoken() == ENGLISH else in_words(until, "MMMMd")
        super().__init__(
            gettext(
                "You have asked the moderators as many questions as one may in a day. "
                "You can ask the next one from {day}, {time} UTC on.",
                day=day,
                time=f"{until:%H:%M}",
            )
        )


class BlockedError(DeskError):
    """The person may not ask the moderators of this server."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(gettext("The moderators of this server do not take questions from you."))


class StoreError(KnowledgeError):
    """A database that cannot be opened or used; nothing was changed."""


class UncertainError(StoreError):
    """A write of which nobody knows whether it was kept: the server that it went to does not come back."""
