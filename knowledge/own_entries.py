"""A server's own entries in memory: found word for word, and beside the subjects of the library.

What is in the index hangs on the published entries and the pointers alone, each in the order of its last
change: one that was kept up to date gives every reply that one built anew would give.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import TYPE_CHECKING, TypeVar

from knowledge.citations import Citation
from knowledge.entries import Content, Entry, State
from knowledge.entry_reviews import stale_citations
from knowledge.errors import CitationError
from knowledge.faq import OwnEntry
from knowledge.questions import essence
from knowledge.retrieval import (
    Candidate,
    Retrieval,
    Role,
    Subject,
    SubjectIndex,
    UnitIndex,
    Units,
)
from knowledge.text import normalise, words

if TYPE_CHECKING:
    from knowledge.library import Library
    from knowledge.store import Pointer

Holder = TypeVar("Holder")

NEAREST = 40
"""How many units of entries, and of pointers, are weighed: few, since each of them has only a few."""

_NO_WORD = re.compile(r"[\W_]+")
_COUNTRY = re.compile(r"\busa\b")


def wording_key(text: str) -> str:
    """Return the form in which two wordings are the same: words alone, in whatever case they are typed."""
    bare = normalise(text).casefold().replace("'", "")
    return _COUNTRY.sub("us", _NO_WORD.sub(" ", bare).strip())


def as_shown(entry_id: str, content: Content, library: Library) -> OwnEntry:
    """Return an entry as it is found and shown, with the citations that lead somewhere."""
    resolved = (library.resolve(citation) for citation in content.citations if citation in library)
    return OwnEntry(
        id=entry_id,
        question=content.question,
        answer=content.answer,
        alternatives=content.alternatives,
        citations=tuple(source.citation(passage) for source, passage in resolved),
        editorial=content.editorial,
        tags=content.tags,
        review_on=content.review_on,
        stale=stale_citations(content, library),
    )


@dataclass(frozen=True, slots=True)
class _Published:
    """An entry with its number in the index and the keys of its wordings."""

    shown: OwnEntry
    number: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pointed:
    """A question that its target answers: its terms, its number in the index and the keys of its wordings."""

    target: str
    words: tuple[str, ...]
    number: int
    keys: tuple[str, ...]


class OwnEntries:
    """The published entries of one server, and the questions that its moderators pointed somewhere.

    It uses the weights of the library's words, so that nothing written in a server changes how the library's
    subjects are weighed. Changes must come in the order of their numbers.
    """

    def __init__(
        self,
        library: Library,
        retrieval: Retrieval,
        spelled: Callable[[str], str],
        entries: Iterable[Entry] = (),
        pointers: Iterable[Pointer] = (),
    ) -> None:
        """Index entries and pointers; `spelled` returns a question as the library's speller reads it."""
        self._library = library
        self._retrieval = retrieval
        self._spelled = spelled
        self._changes: dict[str, int] = {}
        self._published: dict[str, _Published] = {}
        self._ids: dict[str, tuple[str, ...]] = {}
        self._pointers: dict[int, _Pointed] = {}
        self._changes_at: dict[int, int] = {}
        self._pointing: dict[str, tuple[int, ...]] = {}
        self._numbers, self._places = count(), count()
        self._index = SubjectIndex(map(retrieval.row, self._enter(entries)))
        self._questions = UnitIndex(self._enter_pointers(pointers))

    # What is there

    @property
    def version(self) -> str:
        """A short mark of what is there: the number of the last change, and how many pointers there are.

        A pointer that is taken back leaves no change behind, hence the count, which is left out if there is
        none. Empty where there never was an entry or a pointer.
        """
        last = self.next_change - 1
        return f"{last or ''}{f'.{len(self._pointers)}' if self._pointers else ''}"

    @property
    def next_change(self) -> int:
        """A number for a change that would come after all that are there."""
        return max(next(reversed(self._changes.values()), 0), next(reversed(self._pointers), 0)) + 1

    @property
    def ids(self) -> Collection[str]:
        """The ids of all entries, published or not."""
        return self._changes.keys()

    @property
    def entries(self) -> tuple[OwnEntry, ...]:
        """The published entries, the one that was changed last at the end."""
        return tuple(published.shown for published in self._published.values())

    def entry(self, entry_id: str) -> OwnEntry | None:
        """Return the published entry of an id, which stands in the place of a shipped one; or None."""
        published = self._published.get(entry_id)
        return published.shown if published else None

    def with_wording(self, text: str) -> OwnEntry | None:
        """Return the entry that has a wording, or None; of several, the one that was changed last."""
        found = (self._ids[key] for key in wording_keys((text,)) if key in self._ids)
        ids = next(found, None)
        return self._published[ids[-1]].shown if ids else None

    def knows(self, term: str) -> bool:
        """Whether an entry has a term; what people asked, with all its slips, does not count."""
        return term in self._index

    def words_beside_the_library(self, text: str) -> set[str]:
        """Return the words of a text that entries have and the library has not, as they stand in it."""
        library = self._retrieval

        def is_ours(word: str) -> bool:
            lacking = [term for term in library.concepts(word) if not library.knows(term)]
            return bool(lacking) and all(map(self.knows, lacking))

        surfaces = {token.surface for token in words(text)} if self._published else set[str]()
        return {surface for surface in surfaces if surface not in library.surfaces and is_ours(surface)}

    def lacking(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return those of some entries that it does not have as they are."""
        return [entry for entry in entries if entry.change > self._changes.get(entry.id, -1)]

    def lacking_pointers(self, pointers: Iterable[Pointer]) -> list[Pointer]:
        """Return those of some pointers that it does not have."""
        return [pointer for pointer in pointers if pointer.change not in self._pointers]

    # What comes and goes

    def put(self, entry: Entry) -> None:
        """Take in an entry as it is now; only a published one is found."""
        if entry.change <= self._changes.get(entry.id, -1):
            return
        self.drop(entry.id)
        for published in self._enter([entry]):
            self._index.add(self._retrieval.row(published))

    def drop(self, entry_id: str) -> None:
        """Forget an entry; one that is not there is forgotten already."""
        self._changes.pop(entry_id, None)
        if published := self._published.pop(entry_id, None):
            self._index.remove(published.number)
            _remove(self._ids, published.keys, entry_id)

    def put_pointer(self, pointer: Pointer) -> None:
        """Take in a question with the passage or entry that answers it."""
        if pointer.change not in self._pointers:
            for units in self._enter_pointers([pointer]):
                self._questions.add(units)

    def drop_pointer(self, change: int) -> None:
        """Forget the pointer that a change made; one that is not there is forgotten already."""
        if pointed := self._pointers.pop(change, None):
            del self._changes_at[pointed.number]
            self._questions.remove(pointed.number)
            _remove(self._pointing, pointed.keys, change)

    def keep_pointers(self, pointers: Iterable[Pointer]) -> None:
        """Forget all other pointers than these."""
        kept = {pointer.change for pointer in pointers}
        for change in [change for change in self._pointers if change not in kept]:
            self.drop_pointer(change)

    # What is found

    def word_for_word(self, texts: Sequence[str]) -> Candidate | None:
        """Return what the server says to a question, given as typed and as read; entries before pointers."""
        keys = list(filter(None, map(wording_key, texts)))
        ids = (entry_id for key in keys for entry_id in reversed(self._ids.get(key, ())))
        changes = (change for key in keys for change in reversed(self._pointing.get(key, ())))
        targets = (self._pointers[change].target for change in changes)
        addresses = chain(((id_, False) for id_ in ids), ((target, True) for target in targets))
        found = ((self._subject(address), pointed) for address, pointed in addresses)
        subject, pointed = next((one for one in found if one[0]), (None, False))
        if subject is None:
            return None
        words = frozenset(self._retrieval.read(texts[-1]))
        sure = Candidate(subject, 1.0, Role.ASK, words, text_share=1.0, share=1.0, coverage=1.0)
        return replace(sure, pointed=pointed)

    def candidates(self, words: Sequence[str]) -> list[Candidate]:
        """Return the entries, and the targets of pointers, that match some of `words`, with the evidence."""
        question = self._retrieval.weighed(words)
        found = self._index.candidates(question, among=NEAREST)
        for number, nearest in self._questions.nearest(question, among=NEAREST).items():
            pointed = self._pointers[self._changes_at[number]]
            if subject := self._subject(pointed.target):
                asked = replace(subject, all_terms=subject.all_terms.union(pointed.words))
                found.append(replace(question.candidate(asked, nearest), pointed=True))
        return found

    def near(self, words: str) -> list[OwnEntry]:
        """Return the entries that have any of some words, the nearest first."""
        found = self.candidates(self._retrieval.read_text(words))
        items = (candidate.subject.item for candidate in sorted(found, key=lambda c: -c.support))
        return list({item.id: item for item in items if isinstance(item, OwnEntry)}.values())

    def _subject(self, address: str) -> Subject | None:
        """Return the entry or the passage at an address, if it can be found now."""
        if address in self._published:
            return self._index.subject(self._published[address].number)
        with suppress(CitationError):
            source, passage = self._library.resolve(Citation.parse(address))
            citation = source.citation(passage)
            if passage.is_row:  # found by what was pointed at it, though not by its own words
                return Subject.of(
                    passage, (citation,), [(Role.TEXT, self._retrieval.read_text(passage.text))]
                )
            return self._retrieval.subject(str(citation))
        return self._retrieval.subject(address)

    # How it is kept

    def _enter(self, entries: Iterable[Entry]) -> Iterator[OwnEntry]:
        """Note entries; yield those that are to be indexed, next and in this order."""
        for entry in entries:
            self._changes[entry.id] = entry.change
            if entry.state is State.PUBLISHED:
                shown = as_shown(entry.id, entry.content, self._library)
                keys = wording_keys((shown.question, *shown.alternatives))
                self._published[entry.id] = _Published(shown, next(self._numbers), keys)
                for key in keys:
                    self._ids[key] = (*self._ids.get(key, ()), entry.id)
                yield shown

    def _enter_pointers(self, pointers: Iterable[Pointer]) -> Iterator[Units]:
        """Note pointers; yield the units of each, which are to be indexed next and in this order."""
        for pointer in pointers:
            question = self._spelled(pointer.question)
            keys, words = wording_keys((pointer.question, question)), tuple(self._retrieval.read(question))
            number = next(self._places)
            self._pointers[pointer.change] = _Pointed(pointer.target, words, number, keys)
            self._changes_at[number] = pointer.change
            for key in keys:
                self._pointing[key] = (*self._pointing.get(key, ()), pointer.change)
            yield [(Role.ASK, words)]


def wording_keys(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the keys under which wordings are found, each once: as they stand, and without mere manners."""
    both = (form for text in texts for form in (text, essence(text)))
    return tuple(dict.fromkeys(filter(None, map(wording_key, both))))


def _remove(holders: dict[str, tuple[Holder, ...]], keys: Iterable[str], holder: Holder) -> None:
    for key in keys:
        if left := tuple(other for other in holders[key] if other != holder):
            holders[key] = left
        else:
            del holders[key]
