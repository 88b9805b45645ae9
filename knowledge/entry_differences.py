"""Differences between two contents of an entry: field by field, in pieces kept, removed and added."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from enum import StrEnum
from itertools import islice, zip_longest

from knowledge.drafts import LABELS, typed
from knowledge.entries import Action, Content, Revision
from knowledge.languages import gettext

_CONTEXT = 40
"""About how many characters of kept text are shown beside a change."""


class Fate(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text with one fate."""

    fate: Fate
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs in one field of a draft: all its text in pieces, the removed before the added."""

    field: str
    pieces: tuple[Piece, ...]

    @property
    def before(self) -> str:
        """The whole field as it was."""
        return "".join(piece.text for piece in self.pieces if piece.fate is not Fate.ADDED)

    @property
    def after(self) -> str:
        """The whole field as it is now."""
        return "".join(piece.text for piece in self.pieces if piece.fate is not Fate.REMOVED)


def differences(before: Content | None, after: Content) -> tuple[Difference, ...]:
    """Return what differs, field by field as they are typed; of a new entry (None before), every field.

    Alternatives and citations are compared line by line, the other fields word by word. A citation that
    stays, yet rests on a passage that has changed, is followed by “(as it reads now)”.
    """
    return differences_as_typed(
        typed(before) if before else {}, typed(after) | {"citations": _references(before, after)}
    )


def differences_as_typed(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Difference, ...]:
    """Return what differs between two drafts as they were typed, whatever is wrong with them."""
    return tuple(
        Difference(field, tuple(_pieces(_tokens(field, old.get(field, "")), _tokens(field, text))))
        for field, text in new.items()
        if text != old.get(field, "")
    )


def reverted_to(revision: Revision, kept: Iterable[Revision]) -> int | None:
    """Return the number of the revision that another went back to, of those kept: the last that says it."""
    if revision.action is not Action.REVERT:
        return None
    said = typed(revision.content)
    earlier = (one for one in kept if one.number < revision.number and typed(one.content) == said)
    return max((one.number for one in earlier), default=None)


def in_words(found: Iterable[Difference]) -> str:
    """Write differences as lines that begin with - or +, below the name of their field; no markup.

    Text that is kept is shown only where it stands beside a change in the same line.
    """
    return "\n".join(line for difference in found for line in _lines(difference))


def in_full(content: Content) -> str:
    """Write out what a content says, field by field as they are typed; no markup, and no empty field."""
    fields = ((gettext(LABELS[field]), text) for field, text in typed(content).items() if text)
    return "\n\n".join(f"{label}\n{text}" for label, text in fields) + "\n"


def _references(before: Content | None, after: Content) -> str:
    cited = dict(zip(before.citations, before.cited, strict=False)) if before else {}
    if after.editorial:
        return typed(after)["citations"]
    return "\n".join(
        gettext("{citation} (as it reads now)", citation=citation)
        if cited.get(citation, now) != now
        else str(citation)
        for citation, now in zip_longest(after.citations, after.cited)
    )


def _tokens(field: str, text: str) -> list[str]:
    """Split a text into lines or words, and what stands between them."""
    return re.findall(r"[^\n]+|\n" if field in ("alternatives", "citations") else r"\S+|\s+", text)


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    """Yield what two texts share and what only one has; blanks alone are nothing that they share."""
    done = gone = 0
    for start, other, size in SequenceMatcher(str.isspace, old, new).get_matching_blocks():
        kept = "".join(old[start : start + size])
        if size and kept.isspace():
            continue
        if removed := "".join(old[done:start]):
            yield Piece(Fate.REMOVED, removed)
        if added := "".join(new[gone:other]):
            yield Piece(Fate.ADDED, added)
        if kept:
            yield Piece(Fate.KEPT, kept)
        done, gone = start + size, other + size


def _lines(difference: Difference) -> Iterator[str]:
    yield gettext(LABELS[difference.field])
    near = Difference(difference.field, tuple(_beside_changes(difference.pieces)))
    changes = unified_diff(near.before.splitlines(), near.after.splitlines(), n=0, lineterm="")
    for line in islice(changes, 2, None):
        if not line.startswith("@@"):
            yield f"{line[0]} {line[1:]}"


def _beside_changes(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the pieces, the kept ones reduced to what stands beside a change."""
    for position, piece in enumerate(pieces):
        text = piece.text
        if piece.fate is Fate.KEPT and len(text) > 3 * _CONTEXT:
            head = text[:_CONTEXT].rpartition(" ")[0] if position else ""
            tail = text[-_CONTEXT:].partition(" ")[2] if position < len(pieces) - 1 else ""
            gap = " …\n… " if "\n" in text[len(head) : len(text) - len(tail)] else " … "
            text = f"{head}{gap}{tail}"
        yield Piece(piece.fate, text)
