"""Retrieval: which subjects of the library a question may be about, and the evidence for each.

A *subject* is whatever can carry an answer: a passage, an FAQ entry, an event, a person, or a known unknown.
It is indexed through its text and, one by one, through the questions that it answers (its *asks*), so that
the nearest question counts. BM25 finds the candidates; the evidence decides among them.

The public record adds subjects, but never changes what the words of the other subjects weigh, nor which of
those are found: an answer from the founding documents gives way only to one that is better supported. The
operator's archive, which may be large and lies on the disk, adds to all of these in the same way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain, repeat
from math import fsum
from typing import TYPE_CHECKING, TypeAlias

from knowledge.citations import Citation
from knowledge.errors import CitationError
from knowledge.faq import FaqEntry, OwnEntry
from knowledge.index import Bm25Index, lucene_idf
from knowledge.questions import Asked, asked_for, essence
from knowledge.sources import PUBLIC_RECORD, Passage
from knowledge.text import sentences, terms, terms_and_surfaces
from knowledge.unknowns import KnownUnknown
from knowledge.wording import standing_in_words

if TYPE_CHECKING:
    from knowledge.archive_search import ArchiveSearch
    from knowledge.library import Library
    from knowledge.people import Person
    from knowledge.timeline import Event
    from knowledge.vocabulary import Vocabulary

Item: TypeAlias = "Passage | FaqEntry | Event | Person | KnownUnknown"

CANDIDATE_UNITS = 100
"""How many indexed units BM25 hands on to be weighed."""

UNKNOWN_WORD_WEIGHT = 3.0
"""Weight of a word that occurs nowhere in the library: it speaks against support, but may be mere chat."""

LIKENESS, SHARE, TEXT_SHARE = 0.48, 0.37, 0.15
"""What the nearest unit, and the shares of the question found in the subject and in its text, weigh."""

FACTORS: Mapping[type, float] = {FaqEntry: 0.85, OwnEntry: 0.85, KnownUnknown: 0.97}
"""An FAQ entry draws several passages together, so the one passage that answers goes before it."""

ASKED_WEIGHT = 3.5
"""Weight of the kind of thing asked for: as much as a word that one subject in thirty has."""


EXACT = 0.5
"""What the very word weighs beside the concept that it shares with its synonyms."""

TELLING = 1.0
"""Weight from which a word tells subjects apart; “aid” and “North Korea” do not."""

BROAD = 4

_KINDS = frozenset(Asked)


class Role(StrEnum):
    """What an indexed unit is to its subject."""

    TEXT = "text"
    ASK = "ask"
    WRONG_PREMISE = "wrong premise"


ROLES = tuple(Role)
"""All roles, by the numbers under which archives on disk know them."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that can carry an answer, the citations it rests on, and all terms of its text and asks."""

    item: Item
    citations: tuple[Citation, ...]
    text_terms: frozenset[str]
    all_terms: frozenset[str]

    @classmethod
    def of(cls, item: Item, citations: tuple[Citation, ...], units: Units) -> Subject:
        """Return a subject of which the analysed terms of each unit are given."""
        own = frozenset[str]().union(*(words for role, words in units if role is Role.TEXT))
        return cls(item, citations, own, own.union(*(words for _, words in units)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subject with the evidence that it answers a question, each from 0 to 1.

    `likeness` is that of the nearest unit, which has the terms `nearest` and is its subject's `role`;
    `text_share` is the part of the question's weight found in the subject's own text, `share` that in its
    text and asks together.
    `coverage` decides between an answer and a refusal: the share of what the question is about, without the
    kind of thing asked for, that the subject has, and how many telling words that is, for three words of ten
    are better evidence than one of three. `factor` is what the question's naming of a source makes of it.
    One that is `pointed` is found because moderators said that it answers such a question.
    """

    subject: Subject
    likeness: float
    role: Role
    nearest: frozenset[str]
    text_share: float
    share: float
    coverage: float = 0.0
    factor: float = 1.0
    pointed: bool = False

    @property
    def support(self) -> float:
        """The evidence as one number, by which candidates are ordered."""
        evidence = LIKENESS * self.likeness + SHARE * self.share + TEXT_SHARE * self.text_share
        item = self.subject.item
        about_the_library = type(item) is FaqEntry and item.editorial
        return self.factor * (1.0 if about_the_library else FACTORS.get(type(item), 1.0)) * evidence


Units: TypeAlias = Sequence[tuple[Role, Sequence[str]]]
"""The units of a subject as analysed terms."""

SubjectRow: TypeAlias = tuple[Item, tuple[Citation, ...], Units]
Nearest: TypeAlias = Mapping[Role, tuple[float, tuple[str, ...]]]
"""The nearest unit of each role, with its likeness."""

Weigh: TypeAlias = Callable[[Iterable[str]], float]


class UnitIndex:
    """Units of numbered owners, found by words.

    Owners are numbered in the order in which they come. One that is taken out leaves nothing behind: the
    others are found as if it had never been there.
    """

    def __init__(self, owners: Iterable[Units] = ()) -> None:
        """Index the units of some owners at once."""
        self._units_of: list[range] = []
        self._owners: list[int] = []
        self._roles: list[Role] = []
        self._units: list[tuple[str, ...]] = []
        self._index = Bm25Index(chain.from_iterable(map(self._enter, owners)))

    def add(self, units: Units) -> int:
        """Add the units of an owner; return its number."""
        for words in self._enter(units):
            self._index.add(words)
        return len(self._units_of) - 1

    def remove(self, number: int) -> None:
        """Take an owner out with its units; raises `IndexError` if it is not in."""
        for unit in self._units_of[number]:
            self._index.remove(unit)
            self._units[unit] = ()

    def of(self, number: int) -> Units:
        """Return the units of an owner."""
        return [(self._roles[unit], self._units[unit]) for unit in self._units_of[number]]

    def __contains__(self, term: str) -> bool:
        """Whether a unit holds a term."""
        return term in self._index

    def nearest(self, question: WeighedQuestion, among: int) -> dict[int, Nearest]:
        """Return, by the numbers of their owners, the nearest unit of each role `among` so many."""
        best: dict[int, dict[Role, tuple[float, tuple[str, ...]]]] = {}
        for hit in self._index.search(question.words, among):
            unit = self._units[hit.doc]
            likeness = question.likeness(unit)
            of_owner = best.setdefault(self._owners[hit.doc], {})
            role = self._roles[hit.doc]
            if role not in of_owner or likeness > of_owner[role][0]:
                of_owner[role] = likeness, unit
        return dict(best)

    def _enter(self, units: Units) -> list[Sequence[str]]:
        """Note the units of an owner, which are yet to be indexed; return the terms of each."""
        first = len(self._units)
        for role, words in units:
            self._owners.append(len(self._units_of))
            self._roles.append(role)
            self._units.append(tuple(dict.fromkeys(words)))
        self._units_of.append(range(first, len(self._units)))
        return [words for _, words in units]


class SubjectIndex:
    """Subjects, found through their units; what a word weighs is the caller's to say."""

    def __init__(self, rows: Iterable[SubjectRow] = ()) -> None:
        """Index some subjects at once, each with the analysed terms of its units."""
        self._rows: dict[int, tuple[Item, tuple[Citation, ...]]] = {}
        self._kept: dict[int, Subject] = {}
        self._units = UnitIndex(self._entered(rows))

    def add(self, row: SubjectRow) -> int:
        """Add a subject; return its number."""
        item, citations, units = row
        number = self._units.add(units)
        self._rows[number] = item, citations
        return number

    def _entered(self, rows: Iterable[SubjectRow]) -> Iterator[Units]:
        for number, (item, citations, units) in enumerate(rows):
            self._rows[number] = item, citations
            yield units

    def remove(self, number: int) -> None:
        """Take a subject out; raises `KeyError` if it is not in."""
        del self._rows[number]
        self._units.remove(number)

    def __contains__(self, term: str) -> bool:
        """Whether a subject holds a term."""
        return term in self._units

    def subject(self, number: int) -> Subject:
        """Return the subject of a number; raises `KeyError` if it is not in."""
        return self._kept.get(number) or Subject.of(*self._rows[number], self._units.of(number))

    def keep_subjects(self) -> tuple[Subject, ...]:
        """Return all subjects; from now on, they are not put together each time: faster, for more memory."""
        self._kept = {number: self.subject(number) for number in self._rows}
        return tuple(self._kept.values())

    def candidates(self, question: WeighedQuestion, among: int = CANDIDATE_UNITS) -> list[Candidate]:
        """Return the subjects that match a question, the best supported first, then by their number."""
        nearest = self._units.nearest(question, among)
        found = [(owner, question.candidate(self.subject(owner), near)) for owner, near in nearest.items()]
        found.sort(key=lambda pair: (-pair[1].support, pair[0]))
        return [candidate for _, candidate in found]


class WeighedQuestion:
    """The words of a question with what they weigh."""

    def __init__(self, words: Sequence[str], weigh: Weigh) -> None:
        """Take what a question holds and asks for, and how words are weighed."""
        self.words = list(words)
        self._weigh = weigh
        self._question = frozenset(words)
        self._whole = weigh(self._question)
        self._topic = self._question - _KINDS
        self._content = weigh(self._topic) or 1.0
        proper = (word for word in self._topic if word[0] != "=" and not word.isdigit())
        self._telling = frozenset(word for word in proper if weigh([word]) > TELLING)

    def likeness(self, unit: Iterable[str]) -> float:
        """Return how much a question and a unit are alike, from 0 to 1: Dice's coefficient of weights."""
        shared = self._weigh(self._question.intersection(unit))
        return 2 * shared / (self._whole + self._weigh(unit))

    def candidate(self, subject: Subject, nearest: Nearest) -> Candidate:
        """Return a subject with the evidence, given its nearest unit of each role."""
        role = _nearest_role(nearest, self._question - subject.text_terms)
        likeness, unit = nearest[role]
        text_share = self._weigh(self._question & subject.text_terms) / self._whole
        share = self._weigh(self._question & subject.all_terms) / self._whole
        matched = self._topic & subject.all_terms
        breadth = min(len(matched & self._telling), BROAD) / BROAD
        coverage = 0.6 * self._weigh(matched) / self._content + 0.4 * breadth if breadth else 0.0
        return Candidate(subject, likeness, role, frozenset(unit), text_share, share, coverage)


class Retrieval:
    """The index over a library."""

    def __init__(self, library: Library) -> None:
        """Analyse and index every subject of `library`."""
        self._vocabulary = library.vocabulary
        self._in_english = library.glossaries.in_english
        surfaces: list[str] = []
        rows: dict[bool, list[SubjectRow]] = {False: [], True: []}
        for item, citations, units in _items(library):
            is_of_record = any(library.sources[c.source].collection == PUBLIC_RECORD for c in citations)
            analysed = []
            for role, text in units:
                found = terms_and_surfaces(text)
                surfaces += [surface for _, surface in found]
                analysed.append((role, unit_terms(self._vocabulary, role, text, [term for term, _ in found])))
            rows[is_of_record].append((item, citations, analysed))
        self.surfaces = Counter(surfaces)
        self._others, self._record = SubjectIndex(rows[False]), SubjectIndex(rows[True])
        first = self._others.keep_subjects()
        self.subjects = (*first, *self._record.keep_subjects())
        others = _weights(first)
        self._weights = _weights(self.subjects) | others
        self._of_record = self._weights.keys() - others.keys()
        self._weights |= {term: EXACT * weight for term, weight in self._weights.items() if term[0] == "="}
        self._weights |= dict.fromkeys(Asked, ASKED_WEIGHT)
        self.archive = self._search_of(library)

    def _search_of(self, library: Library) -> ArchiveSearch | None:
        """Return what finds the passages of the operator's archive, if there is one."""
        if library.archive is None:
            return None
        from knowledge.archive_search import ArchiveSearch

        weights, subjects = self._weights, len(self.subjects)
        return ArchiveSearch(library.archive, weights, subjects, library.sources, self._vocabulary)

    def read(self, question: str) -> list[str]:
        """Return the concepts of a question and the kinds of thing that it asks for."""
        return self.read_text(question) + sorted(asked_for(question))

    def read_text(self, text: str) -> list[str]:
        """Return the concepts of a text, and its very words where the library has them."""
        words = self._vocabulary.concepts_and_words(terms(text))
        return [word for word in words if word[0] != "=" or self.knows(word)]

    def concepts(self, text: str) -> list[str]:
        """Return the terms of a text in the one vocabulary in which everything is compared."""
        return self.meaning(terms(text))

    def meaning(self, words: Iterable[str]) -> list[str]:
        """Return the concepts that analysed terms stand for."""
        return self._vocabulary.concepts(list(words))

    def knows(self, term: str) -> bool:
        """Whether a term occurs anywhere in the library."""
        return term in self._weights

    def knows_name(self, name: str) -> bool:
        """Whether a name, or one that it is part of in the public record, occurs in the library."""
        return any(self.knows(word) or f"={word}" in self._of_record for word in self.concepts(name))

    def understands(self, word: str) -> bool:
        """Whether everything that a typed word means occurs in the library."""
        return all(map(self.knows, self.concepts(word)))

    def weight(self, words: Iterable[str]) -> float:
        """Return the summed weight of some terms, in any order: the rarer among the subjects, the heavier."""
        return fsum(map(self._weights.get, words, repeat(UNKNOWN_WORD_WEIGHT)))

    def weighed(self, words: Sequence[str]) -> WeighedQuestion:
        """Return the words of a question with what they weigh in this library."""
        return WeighedQuestion(words, self.weight)

    def candidates(self, words: Sequence[str]) -> list[Candidate]:
        """Return the subjects of the library that match some of `words`, the best supported first.

        Of equals, those of the public record come last.
        """
        question = self.weighed(words)
        found = (*self._others.candidates(question), *self._record.candidates(question))
        return sorted(found, key=lambda candidate: -candidate.support)

    def archived(self, words: Sequence[str]) -> list[Candidate]:
        """Return the passages of the archive that match some of `words`, the best supported first."""
        return self.archive.candidates(words) if self.archive else []

    def row(self, entry: FaqEntry) -> SubjectRow:
        """Analyse an FAQ entry, which need not be of the library, as questions are analysed."""
        asks = [
            (Role.ASK, self.read(self._in_english(text))) for text in (entry.question, *entry.alternatives)
        ]
        answer = self._in_english(essence(entry.answer))
        return entry, entry.citations, [(Role.TEXT, self.read_text(answer)), *asks]

    def subject(self, address: str) -> Subject | None:
        """Return the passage at a citation, or the FAQ entry of an id; None if it cannot be found."""
        if (found := self._addressed.get(address)) or self.archive is None:
            return found
        with suppress(CitationError):
            return self.archive.subject(Citation.parse(address))
        return None

    @cached_property
    def _addressed(self) -> Mapping[str, Subject]:
        """Passages and FAQ entries by their address; no id is written like a citation."""
        passages = {str(s.citations[0]): s for s in self.subjects if isinstance(s.item, Passage)}
        return passages | {s.item.id: s for s in self.subjects if isinstance(s.item, FaqEntry)}


def _weights(subjects: Sequence[Subject]) -> dict[str, float]:
    spread = Counter(chain.from_iterable(subject.all_terms for subject in subjects))
    return {term: lucene_idf(len(subjects), n) for term, n in spread.items()}


PREMISE_MARGIN = 0.05
"""How much nearer than any ask a wrong premise must be for a question to be taken to assume it."""


def _nearest_role(nearest: Nearest, own_words: frozenset[str]) -> Role:
    """Return the role of the nearest unit.

    A wrong premise must be clearly the nearest, and share a word with the question that the subject's text
    does not have, for what it gets wrong stands in such a word.
    """
    best = max(nearest, key=lambda role: (role is not Role.WRONG_PREMISE, nearest[role][0]))
    if Role.WRONG_PREMISE in nearest and best is not Role.WRONG_PREMISE:
        likeness, words = nearest[Role.WRONG_PREMISE]
        if likeness >= nearest[best][0] + PREMISE_MARGIN and not own_words.isdisjoint(words):
            return Role.WRONG_PREMISE
    return best


_Texts = list[tuple[Role, str]]


def texts_of(passage: Passage) -> _Texts:
    """Return the texts by which a passage is found; none of one that is not."""
    if passage.retired or passage.is_row:
        return []
    units = [*((Role.TEXT, s) for s in sentences(passage.text)), *_asks(passage.asks)]
    return [*units, *((Role.WRONG_PREMISE, text) for text in passage.wrong_premises)]


def unit_terms(vocabulary: Vocabulary, role: Role, text: str, found: Sequence[str]) -> list[str]:
    """Return what a text is indexed by, given its terms: concepts and, of an ask, the kinds asked for."""
    words = vocabulary.concepts_and_words(found)
    return words if role is Role.TEXT else [*words, *sorted(asked_for(text))]


def _items(library: Library) -> Iterator[tuple[Item, tuple[Citation, ...], _Texts]]:
    for source, passage in library.passages():
        if units := texts_of(passage):
            yield passage, (source.citation(passage),), units
    for entry in library.faq:
        yield (
            entry,
            entry.citations,
            [(Role.TEXT, entry.answer), *_asks((entry.question, *entry.alternatives))],
        )
    for event in library.timeline.events:
        units = [(Role.TEXT, f"{event.title}. {event.summary} {event.date.label()}"), *_asks(event.asks)]
        yield event, event.citations, units
    for person in library.people:
        names = (person.name, *person.aliases)
        text = f"{' '.join(names)}. {person.role} {person.affiliation}. {person.summary}"
        yield person, person.citations, [(Role.TEXT, text), *_asks(_about(person, names))]
        for standing in person.standings:
            text = f"{' '.join((person.name, *standing.aliases))}. {standing_in_words(standing)}"
            yield person, standing.citations, [(Role.TEXT, text), *_asks(_about(person, standing.aliases))]
    for unknown in library.unknowns:
        yield (
            unknown,
            unknown.nearest,
            [(Role.TEXT, f"{unknown.lacks}. {unknown.says}"), *_asks(unknown.asks)],
        )


def _about(person: Person, names: Iterable[str]) -> Iterator[str]:
    """Yield what is asked about anybody: who it is, what its role is, whom it belongs to."""
    for name in names:
        yield f"who is {name}"
    yield f"{person.name} job title, role, position"
    yield f"which organization is {person.name} with, where does {person.name} work"


def _asks(texts: Iterable[str]) -> _Texts:
    return [(Role.ASK, text) for text in texts]
