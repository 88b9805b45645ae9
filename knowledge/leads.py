"""Leads: the one or two sentences of a passage that answer a question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from math import fsum

from knowledge.questions import Asked, asked_for
from knowledge.retrieval import Candidate, Retrieval
from knowledge.sources import Passage
from knowledge.text import sentences

LONGEST_LEAD = 600
"""Characters of what leads an answer."""

NEAREST = 0.5
"""What a word of the nearest ask counts beside a word of the question itself."""

KIND = 6.0
"""What it counts that a sentence has the kind of thing asked for: more than a rare word."""

_DATE = (
    r"\b(?:19|20)[0-9]{2}\b|\b(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December|summer|winter|spring|autumn|Wednesday)\b|\bNew Year\b"
)
_NUMBER = r"[0-9]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|several|most|first|second|fourth)\b"
_SIGNS: Mapping[Asked, re.Pattern[str]] = {
    Asked.TIME: re.compile(_DATE),
    Asked.COUNT: re.compile(_NUMBER),
    Asked.DURATION: re.compile(rf"{_NUMBER}|\bmonths\b|\byears\b"),
    Asked.AMOUNT: re.compile(r"\$|%|\bnothing\b", re.IGNORECASE),
    Asked.PLACE: re.compile(r"\b(?:[Ii]n|[Aa]t|[Ff]rom|[Tt]o) (?:the )?[A-Z]"),
    Asked.REASON: re.compile(
        r"\b(?:because|frustrat\w*|citing|due to|so that|(?:not|un)(?: immediately)? ?clear|"
        r"designed|may serve|might serve|response|requir\w+|spurr\w+)\b",
        re.IGNORECASE,
    ),
}
_NAME = re.compile(r"\b[A-Z][\w'.-]+(?: [A-Z][\w'.-]*)+")
_NO_PERSON = re.compile(r"Korea|State|United|International|Council|Department|Committee|House|Asia|Policy")


def lead(question: str, candidate: Candidate, retrieval: Retrieval) -> str:
    """Return the sentence of the candidate's passage that answers, or two if the answer is spread over two.

    A sentence counts for the words that it shares with the question and, by half, with the nearest ask, the
    more the fewer sentences of the passage have them; and for having the kind of thing asked for.
    """
    passage = candidate.subject.item
    assert isinstance(passage, Passage)
    parts = sentences(passage.text)
    asked, words = asked_for(question), frozenset(retrieval.concepts(question))
    found = [frozenset(retrieval.concepts(part)) for part in parts]
    spread = Counter(term for terms in found for term in terms)

    def fitness(number: int) -> float:
        shared = fsum(retrieval.weight([t]) / spread[t] for t in found[number] & words)
        near = fsum(retrieval.weight([t]) / spread[t] for t in found[number] & candidate.nearest - words)
        return shared + NEAREST * near + KIND * _has_kind(parts[number], asked, words, retrieval)

    ranked = sorted(range(len(parts)), key=lambda number: (-fitness(number), number))
    chosen = ranked[:1]
    if len(ranked) > 1 and fitness(ranked[1]) >= SECOND * fitness(ranked[0]):
        chosen = sorted(ranked[:2])
    return " ".join(parts[number] for number in chosen)


SECOND = 0.7
"""A second sentence is said too if its fitness comes to this part of the first one's."""


def _has_kind(sentence: str, asked: Collection[Asked], words: frozenset[str], retrieval: Retrieval) -> int:
    """Count the kinds asked for that a sentence has; a person is a name that the question does not have."""
    kinds = sum(bool(_SIGNS[kind].search(sentence)) for kind in asked if kind in _SIGNS)
    if Asked.PERSON in asked or Asked.NAME in asked:
        names = (
            set(retrieval.concepts(name)) for name in _NAME.findall(sentence) if not _NO_PERSON.search(name)
        )
        kinds += any(name and not name & words for name in names)
    return kinds
