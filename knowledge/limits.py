"""Limits: how often somebody may ask, and how many paragraphs of originals somebody is shown in a day.

Both are kept in memory alone: nothing is noted about anybody, and a restart forgets it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from knowledge.answers import Answer, Excerpt, Statement
from knowledge.languages import gettext, ngettext, translatable
from knowledge.leads import LONGEST_LEAD
from knowledge.text import clip

if TYPE_CHECKING:
    from knowledge.citations import Citation
    from knowledge.library import Library

_MINUTE, _BLINK = 60.0, 1e-3
_FEW = 1_000
"""So many people are remembered before those who may ask again as they like are forgotten."""


class Rate:
    """How often each of many may do something: so often at once, and as often again in every minute.

    It is the generic cell rate algorithm, which keeps one moment a person:
    https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
    """

    def __init__(self, a_minute: int) -> None:
        """Take how often; 0 is as often as they like."""
        self._step = _MINUTE / a_minute if a_minute else 0.0
        self._until: dict[int, float] = {}
        self._most = _FEW

    def wait(self, who: int, now: float) -> int:
        """Return after how many whole seconds somebody may go on; 0 is at once."""
        return max(0, math.ceil(self._full(who, now) + self._step - _MINUTE - now - _BLINK))

    def take(self, who: int, now: float) -> None:
        """Count one more of somebody."""
        if self._step:
            self._until[who] = self._full(who, now) + self._step
            if len(self._until) > self._most:
                self._until = {one: until for one, until in self._until.items() if until > now}
                self._most = max(_FEW, 2 * len(self._until))

    def _full(self, who: int, now: float) -> float:
        """Return from when on somebody may do as much as at first; a clock that was put back counts not."""
        until = self._until.get(who, now)
        return until if now < until <= now + 2 * _MINUTE else now


class Originals:
    """How many paragraphs of originals each person is shown in a day (of UTC); the same one counts once.

    So nobody has a document that the operator took in re-published by the bot, paragraph by paragraph.
    """

    def __init__(self, a_day: int) -> None:
        """Take how many; 0 is as many as they like."""
        self._a_day = a_day
        self._day = date.min
        self._seen: defaultdict[int, set[Citation]] = defaultdict(set)

    def within(self, answer: Answer, who: int, now: datetime, library: Library) -> Answer:
        """Return an answer as somebody is shown it: beyond the limit with our notes in place of originals."""
        quoted = [said.citations[0] for said in answer.statements if said.is_original]
        quoted += [one.citation for one in (*answer.excerpts, *answer.closest) if one.is_original]
        if not quoted or not self._a_day:
            return answer
        hidden = set(quoted) - self._shown(quoted, who, now.astimezone(UTC).date())
        if not hidden:
            return answer

        def noted(excerpts: Iterable[Excerpt]) -> tuple[Excerpt, ...]:
            return tuple(_as_note(one, library) if one.citation in hidden else one for one in excerpts)

        said = ngettext(
            "You have been shown {count} paragraph of originals today, which is the most. Until midnight "
            "UTC you see what they say in our own words.",
            "You have been shown {count} paragraphs of originals today, which is the most. Until midnight "
            "UTC you see what they say in our own words.",
            self._a_day,
        )
        return replace(
            answer,
            statements=tuple(
                _in_our_words(said, library) if said.is_original and said.citations[0] in hidden else said
                for said in answer.statements
            ),
            excerpts=noted(answer.excerpts),
            closest=noted(answer.closest),
            notes=(*answer.notes, said),
        )

    def _shown(self, quoted: Iterable[Citation], who: int, today: date) -> set[Citation]:
        """Return what somebody has been shown today, with as much of `quoted` as there is room for."""
        if today != self._day:
            self._day, self._seen = today, defaultdict(set)
        seen = self._seen[who]
        for citation in quoted:
            if len(seen) < self._a_day:
                seen.add(citation)
        return seen


def _as_note(excerpt: Excerpt, library: Library) -> Excerpt:
    """Return our note of a passage in the place of its original; a document of the operator's has none."""
    _, passage = library.resolve(excerpt.citation)
    return replace(excerpt, text=passage.note or gettext(_NO_NOTE), is_original=False)


def _in_our_words(said: Statement, library: Library) -> Statement:
    """Return what leads an answer with our note in the place of the original's words."""
    _, passage = library.resolve(said.citations[0])
    return replace(said, text=clip(passage.note or gettext(_NO_NOTE), LONGEST_LEAD), is_original=False)


_NO_NOTE = translatable("This paragraph exists as an original only; you can read it here again tomorrow.")
