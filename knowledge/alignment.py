"""Alignment: which paragraphs of a text stand behind which notes, when the notes say it in other words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain, groupby
from math import inf, log
from typing import NamedTuple

from knowledge.text import terms

SUPPORT = 0.4
"""Part of a paragraph's weight that its note must share; in the founding documents it is 0.74 at least."""

# What speaks against an alignment, in weights of a term that one paragraph and one note alone have.
_JOINING = 1.5  # a second paragraph under one note
_CUTTING = 2.0  # one paragraph under two notes
_UNCOVERED = 0.25  # for each weight of a note that its paragraph does not have

# Wherever a sentence may end, or a quotation or bracket in one: a false end costs nothing, a missed one keeps
# two joined paragraphs together.
_GAP = re.compile(r"(?<=[.!?…”’\"')])(?<![\s.][A-Z]\.)\s+")

_MOST_PARAGRAPHS = 8
_MOST_SENTENCES = 60
"""Bounds of what one note stands for, which keep the time linear in the length of the text."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The text behind each note that has one, by ref, and the positions of the paragraphs that match none."""

    texts: dict[str, str]
    unmatched: tuple[int, ...]


class _Sentence(NamedTuple):
    """A sentence of a paragraph, the least that is aligned."""

    paragraph: int
    start: int
    end: int
    terms: frozenset[str]


class _Chain(NamedTuple):
    """An alignment up to some sentence: its score, its last note with sentences, and what went before."""

    score: float
    ref: str = ""
    first: int = 0
    end: int = 0
    before: _Chain | None = None


def align(paragraphs: Sequence[str], notes: Mapping[str, str]) -> Alignment:
    """Align paragraphs with notes, both in reading order, by the terms that they share, weighed by rarity.

    Dynamic programming over the sentences finds the monotone alignment of the greatest shared weight, in
    which a note may have no text, several paragraphs or a part of one. A paragraph that shares too little
    with its note (`SUPPORT`) is unmatched.
    """
    return _Aligner(paragraphs, notes).alignment()


class _Aligner:
    def __init__(self, paragraphs: Sequence[str], notes: Mapping[str, str]) -> None:
        self.paragraphs = paragraphs
        self.notes = {ref: frozenset(terms(note)) for ref, note in notes.items()}
        self.sentences = [s for position, text in enumerate(paragraphs) for s in _sentences(position, text)]
        wholes = [
            frozenset(chain.from_iterable(s.terms for s in group))
            for _, group in groupby(self.sentences, lambda s: s.paragraph)
        ]
        counts = Counter(chain.from_iterable((*wholes, *self.notes.values())))
        total = len(wholes) + len(self.notes)
        self.weights = {term: log(1 + total / count) for term, count in counts.items()}
        self.unit = log(1 + total / 2)

    def weight(self, found: Set[str]) -> float:
        """Return the weight of some terms together, summed in one order: sums of floats depend on it."""
        return sum(self.weights[term] for term in sorted(found))

    def alignment(self) -> Alignment:
        """Return the best alignment of all sentences."""
        row = self.leaving([_Chain(0.0), *(_Chain(-inf) for _ in self.sentences)])
        for ref, note in self.notes.items():
            after = list(row)
            whole = self.weight(note)
            for end in range(1, len(row)):
                for first, gain in self.gains(end, note, whole):
                    if row[first].score + gain > after[end].score:
                        after[end] = _Chain(row[first].score + gain, ref, first, end, row[first])
            row = self.leaving(after)
        texts: dict[str, str] = {}
        matched: set[int] = set()
        missed: set[int] = set()
        link: _Chain | None = row[-1]
        while link is not None:
            if link.ref:
                found = self.sentences[link.first : link.end]
                texts[link.ref] = self.text(found)
                matched.update(sentence.paragraph for sentence in found)
                missed.update(self.unsupported(found, self.notes[link.ref]))
            link = link.before
        unmatched = missed | (set(range(len(self.paragraphs))) - matched)
        return Alignment({ref: texts[ref] for ref in self.notes if ref in texts}, tuple(sorted(unmatched)))

    def leaving(self, row: list[_Chain]) -> list[_Chain]:
        """Let an alignment that ends where a paragraph does go on by leaving the next one unmatched."""
        first = 0
        for end in range(1, len(row)):
            if self.borders(end):
                if row[first].score > row[end].score:
                    row[end] = row[first]
                first = end
        return row

    def borders(self, position: int) -> bool:
        """Whether a paragraph begins or the text ends at a sentence."""
        ends = position in (0, len(self.sentences))
        return ends or self.sentences[position - 1].paragraph != self.sentences[position].paragraph

    def gains(self, end: int, note: Set[str], whole: float) -> Iterator[tuple[int, float]]:
        """Yield each sentence from which a note may stand for all up to `end`, and what it would gain."""
        shared: Set[str] = frozenset()
        weight, joined = 0.0, 0
        for first in range(end - 1, max(-1, end - 1 - _MOST_SENTENCES), -1):
            if first + 1 < end and self.borders(first + 1):
                joined += 1
                if joined == _MOST_PARAGRAPHS:
                    return
            more = self.sentences[first].terms & note
            if not more <= shared:
                shared |= more
                weight = self.weight(shared)
            against = _JOINING * joined + (0 if self.borders(first) else _CUTTING)
            yield first, weight - _UNCOVERED * (whole - weight) - against * self.unit

    def text(self, found: Sequence[_Sentence]) -> str:
        """Return the text of sentences in a row as it stands in the paragraphs, these joined by a blank."""
        parts = []
        for position, group in groupby(found, lambda sentence: sentence.paragraph):
            in_paragraph = list(group)
            parts.append(self.paragraphs[position][in_paragraph[0].start : in_paragraph[-1].end])
        return " ".join(parts)

    def unsupported(self, found: Sequence[_Sentence], note: Set[str]) -> Iterator[int]:
        """Yield the paragraphs that have too little in common with their note.

        Under a note with several paragraphs each counts for what the others do not say.
        """
        for position in {sentence.paragraph for sentence in found}:
            own = chain.from_iterable(s.terms for s in found if s.paragraph == position)
            others = chain.from_iterable(s.terms for s in found if s.paragraph != position)
            alone = frozenset(own).difference(others)
            if not alone or self.weight(alone & note) < SUPPORT * self.weight(alone):
                yield position


def _sentences(paragraph: int, text: str) -> Iterator[_Sentence]:
    start = 0
    for gap in _GAP.finditer(text):
        yield _Sentence(paragraph, start, gap.start(), frozenset(terms(text[start : gap.start()])))
        start = gap.end()
    yield _Sentence(paragraph, start, len(text), frozenset(terms(text[start:])))
