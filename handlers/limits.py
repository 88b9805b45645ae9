"""The gate: who has to wait, and what they are told; asked before any work is done.

A submitted form passes: what somebody typed is not turned away, and opening the form was counted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from handlers.errors import UserError
from knowledge.languages import ngettext
from knowledge.limits import Originals, Rate

if TYPE_CHECKING:
    from knowledge.answers import Answer
    from knowledge.library import Library
    from settings import Settings


class LimitError(UserError):
    """Somebody, or a server, has to wait; `is_first` is whether they are told so for the first time."""

    outcome = "limited"

    def __init__(self, text: str, *, is_first: bool) -> None:
        """Take what they are told."""
        super().__init__(text)
        self.is_first = is_first


class Gate:
    """The limits of one bot: for each person, for each server, and for suggestions."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        """Take how much the operator allows, and a clock."""
        self._now = now
        self._people = Rate(settings.requests_a_minute)
        self._servers = Rate(settings.server_requests_a_minute)
        self._suggestions = Rate(settings.suggestions_a_minute)
        self._originals = Originals(settings.originals_a_day)
        self._told: dict[tuple[str, int], float] = {}

    def admit(self, user_id: int, guild_id: int | None, *, moderates: bool = False) -> None:
        """Count a request of somebody; raises `LimitError`, which says when to come back.

        A flood of others does not lock out who `moderates` the server: only their own limit holds for them.
        """
        now = self._now().timestamp()
        if seconds := self._people.wait(user_id, now):
            text = ngettext(
                "That was a lot at once. You can go on in a second.",
                "That was a lot at once. You can go on in {count} seconds.",
                seconds,
            )
            raise LimitError(text, is_first=self._is_first("person", user_id, now, seconds))
        if guild_id is not None and not moderates:
            if seconds := self._servers.wait(guild_id, now):
                text = ngettext(
                    "Many people here are asking at the moment. You can ask again in a second, or at once in "
                    "a direct message to me.",
                    "Many people here are asking at the moment. You can ask again in {count} seconds, or at "
                    "once in a direct message to me.",
                    seconds,
                )
                raise LimitError(text, is_first=self._is_first("server", guild_id, now, seconds))
            self._servers.take(guild_id, now)
        self._people.take(user_id, now)

    def admits_suggestions(self, user_id: int) -> bool:
        """Count a list of suggestions for somebody; return whether it may be made."""
        now = self._now().timestamp()
        if self._suggestions.wait(user_id, now):
            return False
        self._suggestions.take(user_id, now)
        return True

    def as_shown(self, answer: Answer, user_id: int, library: Library) -> Answer:
        """Return an answer with no more of originals than somebody may be shown in a day."""
        return self._originals.within(answer, user_id, self._now(), library)

    def _is_first(self, whose: str, id_: int, now: float, seconds: int) -> bool:
        """Note that somebody is told to wait; return whether they were not told that already."""
        self._told = {who: until for who, until in self._told.items() if now < until <= now + 120}
        is_first = (whose, id_) not in self._told
        self._told.setdefault((whose, id_), now + max(seconds, _NOT_AGAIN))
        return is_first


_NOT_AGAIN = 10
"""Seconds for which nobody is told publicly once more that they have to wait."""
