"""Turns: requests are worked on one in each round of the event loop, and none that came too late for it.

When the process was held up, all that came meanwhile is there at once. Worked on in one go, it would keep the
event loop from heartbeats and from everything else for as long.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from math import inf

from handlers.delivery import ANSWER_SECONDS

_EPOCH = 1_420_070_400_000
"""Discord's first millisecond: https://discord.com/developers/docs/reference#snowflakes."""

_REMEMBERED = 600.0
"""Seconds after which the quickest delivery is looked for anew, since no two clocks run equally fast."""

_NOT_AGAIN = 60.0
"""Seconds for which it is not said once more that interactions come too late."""

_log = logging.getLogger(__name__)


class Ages:
    """How old interactions are, told by their ids and by a clock that nobody sets.

    The wall clock may be wrong, so it is not asked. An id holds the moment at which Discord made it; of those
    that came lately, the one that took the least time is taken to have come at once.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Take a clock, in seconds since whenever."""
        self._clock = clock
        self._since, self._least, self._least_before = -inf, inf, inf

    def of(self, snowflake: int) -> float:
        """Return the age in seconds of what has an id; 0 if it came as quickly as any."""
        now = self._clock()
        took = now - ((snowflake >> 22) + _EPOCH) / 1000
        if now - self._since > _REMEMBERED:
            is_recent = now - self._since <= 2 * _REMEMBERED
            self._since, self._least, self._least_before = now, inf, self._least if is_recent else inf
        self._least = min(self._least, took)
        return took - min(self._least, self._least_before)


class Turns:
    """Whose turn it is: first come, first served."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Take a clock by which interactions grow old."""
        self._ages = Ages(clock)
        self._first = asyncio.Lock()
        self._told = -inf

    async def wait(self) -> None:
        """Wait for one's turn."""
        async with self._first:
            await asyncio.sleep(0)  # so that the next one's is in another round

    async def in_time(self, interaction_id: int) -> bool:
        """Wait for the turn of an interaction; return whether Discord still takes an answer to it then."""
        await self.wait()
        age = self._ages.of(interaction_id)
        if age > ANSWER_SECONDS:
            self._tell(age)
        return age <= ANSWER_SECONDS

    def _tell(self, age: float) -> None:
        """Say once in a while that interactions come too late."""
        now = time.monotonic()
        if now - self._told >= _NOT_AGAIN:
            self._told = now
            message = (
                "Interactions come too late to be answered, this one after %.1f seconds. Such are shed: not "
                "worked on. If it goes on, give the bot more of a processor, and look at the network."
            )
            _log.warning(message, age)
