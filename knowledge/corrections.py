"""Corrections: what was changed in the content after it was shipped, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from knowledge.citations import Citation
from knowledge.periods import Period, Precision
from knowledge.rows import Row


@dataclass(frozen=True, slots=True)
class Correction(Row):
    """One change of the content: on which day, what it touched, what stood there and stands there now.

    `citations` are the passages that it rests on or that it changed, `rows` the rows of tables that it
    changed, written `faq/policy-over-time`. What was left out is said in `after`.
    """

    day: date
    what: str
    before: str
    after: str
    why: str
    citations: tuple[Citation, ...]
    rows: tuple[str, ...] = ()


def problems(
    corrections: Mapping[int, Correction], rows: Collection[str] | None
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield what is wrong with corrections, with its place; `rows` are all there are, if known."""
    latest = date.min
    for position, one in corrections.items():
        if one.day < latest:
            yield (position, "day"), "is before that of the correction above; put the newest last"
        latest = max(latest, one.day)
        for number, row in enumerate(one.rows):
            if rows is not None and row not in rows:
                yield (position, "rows", number), f"there is no row “{row[:50]}”; write faq/id, people/id, …"


def since(corrections: Iterable[Correction], period: Period) -> tuple[Correction, ...]:
    """Return the corrections from the first day of a period on, the newest first; of a range, those in it."""
    ends = period.precision is Precision.RANGE and not period.open_end
    found = [
        one
        for one in corrections
        if (period.open_start or one.day >= period.first) and (not ends or one.day <= period.last)
    ]
    return tuple(reversed(found))
