"""What can go wrong in the library, each error with a message written for the person who meets it.

KnowledgeError
├── ContentError        content files with faults, all of them named at once
├── InputError          something typed that cannot be read
│   ├── CitationError   … as a citation
│   ├── PeriodError     … as a period (in periods.py)
│   └── CommandError    … as a command
├── IngestError         a document that cannot be taken in
└── StoreError          a database that cannot be used
"""

from __future__ import annotations

from dataclasses import dataclass


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
    """A document that cannot be taken in; nothing was written."""


class StoreError(KnowledgeError):
    """A database that cannot be opened or used; nothing was changed."""
