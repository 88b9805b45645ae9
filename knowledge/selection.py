"""The best documents of a query, found without scoring most of the others.

A document is scored by the terms that it holds, each term adding its impact. What a term can add at most is
known beforehand, so that documents with only the most frequent terms of a query, which add little, need not
be looked at once there are enough better ones: MaxScore, of Turtle and Flood, “Query evaluation: strategies
and optimizations”, Information Processing & Management 31 (1995). The scores are exact all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, repeat
from operator import neg
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int32]
Scores = NDArray[np.float64]

_COLUMNS = 256
_FEW = 32
_ROUNDED = 1 - 1e-9
"""What rounding can make of a sum at most, by far: no document is left out for less."""
_ABOVE_ZERO = float(np.nextafter(0, 1))


class Hit(NamedTuple):
    """A document that holds a term asked for, and its score."""

    doc: int
    score: float


def _hits(docs: Iterable[int], scores: Iterable[float]) -> list[Hit]:
    """Return hits, made without the constructor of `Hit`, in half its time."""
    return list(map(tuple.__new__, repeat(Hit), zip(docs, scores)))  # noqa: B905


class Scored(Protocol):
    """A term of a query: the documents that hold it, ascending, and what it adds to the scores of them."""

    docs: Numbers
    bound: float
    """What the term adds to any score at most."""

    def impacts(self) -> Scores:
        """Return what the term adds to the score of each of its documents."""

    def at(self, docs: Numbers) -> Scores:
        """Return what the term adds to the scores of some documents, which need not hold it."""


def best_of_few(negated: Scores, k: int) -> list[Hit]:
    """Return the k highest scores above zero of documents, given negated; of equals, the lower number."""
    order = negated.argsort(kind="stable")[:k]
    lows = negated.take(order).tolist()
    hits = _hits(order.tolist(), map(neg, lows))
    return hits if not lows or lows[-1] else [hit for hit in hits if hit.score]


def best_of(scores: NDArray[Any], k: int) -> list[Hit]:
    """Return the k highest scores above zero, best first; of equals, the lower number.

    Most are left out at a glance, for the k-th best of all is at least the k-th of the best of each column.
    """
    rows = scores.size // _COLUMNS
    bar = kth(scores[: rows * _COLUMNS].reshape(rows, _COLUMNS).max(axis=0), k) if rows > 1 else 0.0
    docs = np.flatnonzero(scores >= max(bar, _ABOVE_ZERO))
    return ranked(docs, scores[docs], k)


def ranked(docs: NDArray[Any], scores: NDArray[Any], k: int) -> list[Hit]:
    """Return the k best of some documents, best first; of equals, the lower number."""
    if scores.size > 4 * k:
        high = scores >= kth(scores, k)
        docs, scores = docs[high], scores[high]
    order = np.lexsort((docs, -scores))[:k]
    return _hits(docs[order].tolist(), scores[order].tolist())


def kth(scores: NDArray[Any], k: int) -> float:
    """Return the k-th highest of some scores; 0 if there are not as many."""
    return float(np.partition(scores, scores.size - k)[scores.size - k]) if scores.size >= k else 0.0


def search(terms: Sequence[Scored], k: int, sums: Scores) -> list[Hit]:
    """Return the k best documents for the terms of a query, in whose order scores are summed.

    All impacts must be positive. `sums` is room for a number for each document, all 0, and is left so.
    """
    if not terms:
        return []
    docs = _candidates(sorted(terms, key=_bound, reverse=True), k, sums)
    scores = np.zeros(docs.size)
    for term in terms:
        scores += term.at(docs)
    return ranked(docs, scores, k)


def _bound(term: Scored) -> float:
    return term.bound


def _candidates(terms: Sequence[Scored], k: int, sums: Scores) -> Numbers:
    """Return documents, unordered, among which are the k best, given the weightiest term first."""
    rest = [*accumulate((term.bound for term in reversed(terms)), initial=0.0)][::-1]
    bar, read = 0.0, 0
    while read < len(terms) and rest[read] >= bar:
        term = terms[read]
        sums_there = sums.take(term.docs)
        sums_there += term.impacts()
        sums[term.docs] = sums_there
        read += 1
        if rest[read] < 2 * term.bound:  # else, the bar is hardly high enough
            bar = max(bar, kth(sums_there, k) * _ROUNDED)
    docs, scores = _above(bar - rest[read], terms[:read], sums)
    if docs.size > 4 * _FEW and read < len(terms):
        few = np.argpartition(scores, -_FEW)[-_FEW:]
        bar = max(bar, kth(scores[few] + sum(term.at(docs[few]) for term in terms[read:]), k) * _ROUNDED)
    for place in range(read, len(terms)):
        if docs.size > 4 * _FEW:
            high = np.flatnonzero(scores >= bar - rest[place])
            docs, scores = docs.take(high), scores.take(high)
        scores += terms[place].at(docs)
    return docs[scores >= max(bar, kth(scores, k) * _ROUNDED)]


def _above(least: float, terms: Sequence[Scored], sums: Scores) -> tuple[Numbers, Scores]:
    """Return the documents whose sums are above zero and not below `least`, and these; set all sums to 0."""
    least = max(least, _ABOVE_ZERO)
    docs, scores = [], []
    for term in terms:
        sums_there = sums.take(term.docs)
        sums[term.docs] = 0.0
        high = np.flatnonzero(sums_there >= least)
        docs.append(term.docs.take(high))
        scores.append(sums_there.take(high))
    return np.concatenate(docs), np.concatenate(scores)
