"""Retrieval: which subjects of the library a question may be about, and the evidence for each.

A *subject* is whatever can carry an answer: a passage, an FAQ entry, an event, a person, or a known unknown.
It is indexed through its text and, one by one, through the questions that it answers (its *asks*), so that
the nearest question counts. BM25 finds the candidates; the evidence decides among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum
from typing import TYPE_CHECKING

from knowledge.citations import Citation
from knowledge.faq import FaqEntry
from knowledge.index import Bm25Index, lucene_idf
from knowledge.questions import Asked, asked_for
from knowledge.text import analyse, sentences, terms
from knowledge.unknowns import KnownUnknown

if TYPE_CHECKING:
    from knowledge.library import Library
    from knowledge.people import Person
    from knowledge.sources import Passage
    from knowledge.timeline import Event

CANDIDATE_UNITS = 100
"""How many indexed units BM25 hands on to be weighed."""

UNKNOWN_WORD_WEIGHT = 3.0
"""Weight of a word that occurs nowhere in the library: it speaks against support, but may be mere chat."""

LIKENESS, SHARE, TEXT_SHARE = 0.48, 0.37, 0.15
"""What the nearest unit, and the shares of the question found in the subject and in its text, weigh."""

FACTORS: Mapping[type, float] = {FaqEntry: 0.85, KnownUnknown: 0.97}
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


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that can carry an answer, the citations it rests on, and all terms of its text and asks."""

    item: Passage | FaqEntry | Event | Person | KnownUnknown
    citations: tuple[Citation, ...]
    text_terms: frozenset[str]
    all_terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subject with the evidence that it answers a question, each from 0 to 1.

    `likeness` is that of the nearest unit, which has the terms `nearest` and is its subject's `role`;
    `text_share` is the part of the question's weight found in the subject's own text, `share` that in its
    text and asks together.
    `coverage` decides between an answer and a refusal: the share of what the question is about, without the
    kind of thing asked for, that the subject has, and how many telling words that is, for three words of ten
    are better evidence than one of three. `factor` is what the question's naming of a source makes of it.
    """

    subject: Subject
    likeness: float
    role: Role
    nearest: frozenset[str]
    text_share: float
    share: float
    coverage: float = 0.0
    factor: float = 1.0

    @property
    def support(self) -> float:
        """The evidence as one number, by which candidates are ordered."""
        evidence = LIKENESS * self.likeness + SHARE * self.share + TEXT_SHARE * self.text_share
        item = self.subject.item
        about_itself = isinstance(item, FaqEntry) and item.editorial
        return self.factor * (1.0 if about_itself else FACTORS.get(type(item), 1.0)) * evidence


class Retrieval:
    """The index over a library."""

    def __init__(self, library: Library) -> None:
        """Analyse and index every subject of `library`."""
        self._vocabulary = library.vocabulary
        self.subjects: list[Subject] = []
        self.surfaces: Counter[str] = Counter()
        self._owners: list[int] = []
        self._roles: list[Role] = []
        self._units: list[frozenset[str]] = []
        corpus: list[list[str]] = []
        for item, citations, units in _items(library):
            analysed = [(role, self._unit_terms(role, text)) for role, text in units]
            own = frozenset(term for role, words in analysed if role is Role.TEXT for term in words)
            every = frozenset(term for _, words in analysed for term in words)
            self.subjects.append(Subject(item, citations, own, every))
            for role, words in analysed:
                self._owners.append(len(self.subjects) - 1)
                self._roles.append(role)
                self._units.append(frozenset(words))
                corpus.append(words)
        self._index = Bm25Index(corpus)
        spread = Counter(term for subject in self.subjects for term in subject.all_terms)
        self._weights = {term: lucene_idf(len(self.subjects), n) for term, n in spread.items()}
        self._weights |= {term: EXACT * weight for term, weight in self._weights.items() if term[0] == "="}
        self._weights |= dict.fromkeys(Asked, ASKED_WEIGHT)

    def _unit_terms(self, role: Role, text: str) -> list[str]:
        tokens = analyse(text)
        self.surfaces.update(token.surface for token in tokens)
        words = self._vocabulary.concepts_and_words([token.term for token in tokens])
        return words if role is Role.TEXT else [*words, *sorted(asked_for(text))]

    def read(self, question: str) -> list[str]:
        """Return the concepts of a question and the kinds of thing that it asks for."""
        words = self._vocabulary.concepts_and_words(terms(question))
        return [word for word in words if word[0] != "=" or self.knows(word)] + sorted(asked_for(question))

    def concepts(self, text: str) -> list[str]:
        """Return the terms of a text in the one vocabulary in which everything is compared."""
        return self.meaning(terms(text))

    def meaning(self, words: Iterable[str]) -> list[str]:
        """Return the concepts that analysed terms stand for."""
        return self._vocabulary.concepts(list(words))

    def knows(self, term: str) -> bool:
        """Whether a term occurs anywhere in the library."""
        return term in self._weights

    def understands(self, word: str) -> bool:
        """Whether everything that a typed word means occurs in the library."""
        return all(map(self.knows, self.concepts(word)))

    def weight(self, words: Iterable[str]) -> float:
        """Return the summed weight of some terms, in any order: the rarer among the subjects, the heavier."""
        return fsum(self._weights.get(word, UNKNOWN_WORD_WEIGHT) for word in words)

    def candidates(self, words: Sequence[str]) -> list[Candidate]:
        """Return the subjects that match some of `words`, the best supported first."""
        question = frozenset(words)
        whole = self.weight(question)
        topic = question - _KINDS
        content = self.weight(topic) or 1.0
        best: dict[int, dict[Role, tuple[float, frozenset[str]]]] = {}
        for hit in self._index.search(list(words), CANDIDATE_UNITS):
            unit = self._units[hit.doc]
            shared = self.weight(question & unit)
            likeness = 2 * shared / (whole + self.weight(unit))
            of_owner = best.setdefault(self._owners[hit.doc], {})
            role = self._roles[hit.doc]
            if role not in of_owner or likeness > of_owner[role][0]:
                of_owner[role] = likeness, unit
        found = []
        for owner, nearest in best.items():
            subject = self.subjects[owner]
            role = _nearest_role(nearest, question - subject.text_terms)
            likeness, unit = nearest[role]
            text_share = self.weight(question & subject.text_terms) / whole
            share = self.weight(question & subject.all_terms) / whole
            matched = topic & subject.all_terms
            words_proper = (word for word in matched if word[0] != "=" and not word.isdigit())
            telling = (word for word in words_proper if self.weight([word]) > TELLING)
            breadth = min(sum(1 for _ in telling), BROAD) / BROAD
            coverage = 0.6 * self.weight(matched) / content + 0.4 * breadth if breadth else 0.0
            found.append((owner, Candidate(subject, likeness, role, unit, text_share, share, coverage)))
        found.sort(key=lambda pair: (-pair[1].support, pair[0]))
        return [candidate for _, candidate in found]


PREMISE_MARGIN = 0.05
"""How much nearer than any ask a wrong premise must be for a question to be taken to assume it."""


def _nearest_role(nearest: Mapping[Role, tuple[float, frozenset[str]]], own_words: frozenset[str]) -> Role:
    """Return the role of the nearest unit.

    A wrong premise must be clearly the nearest, and share a word with the question that the subject's text
    does not have, for what it gets wrong stands in such a word.
    """
    best = max(nearest, key=lambda role: (role is not Role.WRONG_PREMISE, nearest[role][0]))
    if Role.WRONG_PREMISE in nearest and best is not Role.WRONG_PREMISE:
        likeness, terms = nearest[Role.WRONG_PREMISE]
        if likeness >= nearest[best][0] + PREMISE_MARGIN and terms & own_words:
            return Role.WRONG_PREMISE
    return best


_Units = list[tuple[Role, str]]
_Item = tuple["Passage | FaqEntry | Event | Person | KnownUnknown", tuple[Citation, ...], _Units]


def _items(library: Library) -> Iterator[_Item]:
    for source, passage in library.passages():
        if not passage.retired:
            units = [*((Role.TEXT, s) for s in sentences(passage.text)), *_asks(passage.asks)]
            units += [(Role.WRONG_PREMISE, text) for text in passage.wrong_premises]
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
        text = f"{' '.join(person.names)}. {person.role} {person.affiliation}. {person.summary}"
        yield person, person.citations, [(Role.TEXT, text), *_asks(_about(person))]
    for unknown in library.unknowns:
        yield (
            unknown,
            unknown.nearest,
            [(Role.TEXT, f"{unknown.lacks}. {unknown.says}"), *_asks(unknown.asks)],
        )


def _about(person: Person) -> Iterator[str]:
    """Yield what is asked about anybody: who it is, what its role is, whom it belongs to."""
    for name in person.names:
        yield f"who is {name}"
    yield f"{person.name} job title, role, position"
    yield f"which organization is {person.name} with, where does {person.name} work"


def _asks(texts: Iterable[str]) -> _Units:
    return [(Role.ASK, text) for text in texts]
