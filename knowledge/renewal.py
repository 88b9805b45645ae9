"""Renewal: which paragraphs of a changed document keep the refs that citations know them by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from rapidfuzz import fuzz, process

from knowledge.sources import Passage
from knowledge.text import NEGATIONS, words

NEARLY_SAME = 90
"""Likeness in percent from which a changed paragraph may keep its ref."""


def renumber(texts: Sequence[str], title: str, old: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return the passages of a document, `old` being those of its last revision: none at first.

    A paragraph keeps its ref if it is unchanged, or nearly the same (`NEARLY_SAME`) with the same figures and
    negations in the same order: a citation must not come to stand for another figure. One that returns after it
    had vanished has its old ref. Any other gets the number after the highest ever used; the first paragraph
    is `title` if it is the title. Passages that have no paragraph follow at the end, retired.
    """
    refs: dict[int, str] = {}
    left = {passage.ref: passage.original for passage in old}

    def keep(position: int, ref: str) -> None:
        refs[position] = ref
        left.pop(ref, None)

    if texts[0].casefold() == title.casefold():
        keep(0, "title")
    unchanged: dict[str, list[str]] = {}
    for ref, text in left.items():
        unchanged.setdefault(text, []).append(ref)
    for position, text in enumerate(texts):
        if position not in refs and unchanged.get(text):
            keep(position, unchanged[text].pop(0))
    retired = {passage.ref for passage in old if passage.retired}
    alike: dict[tuple[str, ...], dict[str, str]] = {}
    for ref, text in left.items():
        if ref not in retired:
            alike.setdefault(_claims(text), {})[ref] = text
    for position, text in enumerate(texts):
        choices = {} if position in refs else alike.get(_claims(text), {})
        if nearest := process.extractOne(text, choices, scorer=fuzz.ratio, score_cutoff=NEARLY_SAME):
            ref = nearest[2]
            keep(position, ref)
            del choices[ref]
    fresh = count(1 + max((int(passage.ref) for passage in old if passage.ref.isdecimal()), default=0))
    now = (Passage(refs.get(at) or str(next(fresh)), original=text) for at, text in enumerate(texts))
    return (*now, *(replace(passage, retired=True) for passage in old if passage.ref in left))


def _claims(text: str) -> tuple[str, ...]:
    return tuple(w.term for w in words(text) if w.term in NEGATIONS or w.term[0].isdigit())
