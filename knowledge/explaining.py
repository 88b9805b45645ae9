"""Explanations: how a question was read, what it might be about, and what decided, for people tuning it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.answers import Answer, Status
from knowledge.retrieval import Candidate
from knowledge.spelling import Reading


@dataclass(frozen=True, slots=True)
class Explanation:
    """The way of a question: `terms` and weights, `candidates` with evidence, and the deciding `route`."""

    read: Reading
    terms: tuple[tuple[str, float], ...]
    periods: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    route: str
    threshold: float
    answer: Answer


def explanation_in_words(explanation: Explanation) -> str:
    """Return an explanation as lines: terms, periods, candidates with their evidence, decision and reason."""
    return "\n".join(_lines(explanation))


def _lines(explanation: Explanation) -> Iterator[str]:
    for typed, ours in explanation.read.replaced:
        yield f"read “{typed}” as “{ours}”"
    if explanation.read.translated:
        yield f"read in English: {explanation.read.text}"
    terms = "  ".join(f"{term} {weight:.1f}" for term, weight in explanation.terms)
    yield f"terms and weights: {terms or 'none'}"
    if explanation.periods:
        yield f"periods: {', '.join(explanation.periods)}"
    yield "candidates:           support  likeness  share  in text  coverage  nearest"
    for one in explanation.candidates:
        yield (
            f"  {_name(one):<19} {one.support:>7.2f} {one.likeness:>9.2f} {one.share:>6.2f} "
            f"{one.text_share:>8.2f} {one.coverage:>9.2f}  {one.role}"
        )
    yield f"decided by: {explanation.route}; {_reason(explanation)}"


def _name(candidate: Candidate) -> str:
    item = candidate.subject.item
    name = getattr(item, "id", "") or str(candidate.subject.citations[0])
    return name[:19]


def _reason(explanation: Explanation) -> str:
    status = explanation.answer.status
    best = explanation.candidates[0].coverage if explanation.candidates else 0.0
    if explanation.route != "best supported subject":
        return status.value
    if status is Status.REFUSED and best >= explanation.threshold:
        return f"{status.value}: the best subject is a known unknown"
    sign = "≥" if best >= explanation.threshold else "<"
    return f"{status.value}: coverage {best:.2f} {sign} {explanation.threshold}"
