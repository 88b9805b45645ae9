"""Shards: which part of Discord's servers a process serves, where several share the work.

Discord sends what happens in a server over one of the bot's connections, by the server's id:
https://discord.com/developers/docs/events/gateway#sharding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WRITTEN = "a first and a last shard and how many there are in all, counted from 0, are wanted: 0-3/16"
"""What is accepted, to show beside an error."""

_MOST = 16_384
_FORM = re.compile(r"(\d{1,6})(?:\s*-\s*(\d{1,6}))?\s*/\s*(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shards:
    """Some of the shards into which a bot is split: those from `first` to `last`, of `total`."""

    first: int
    last: int
    total: int

    @classmethod
    def parse(cls, text: str) -> Shards:
        """Read shards as `0-3/16` or `5/16`; raises `ValueError`, which says what is wrong."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise ValueError(WRITTEN)
        first, last, total = int(found[1]), int(found[2] or found[1]), int(found[3])
        if not 1 <= total <= _MOST:
            raise ValueError(f"there are 1 to {_MOST} shards in all; {WRITTEN}")
        if max(first, last) >= total:
            raise ValueError(f"of {total} shards, the last is {total - 1}, since they are counted from 0")
        if first > last:
            raise ValueError(f"the last shard comes before the first; did you mean {last}-{first}/{total}?")
        return cls(first, last, total)

    @property
    def ids(self) -> range:
        """The numbers of these shards."""
        return range(self.first, self.last + 1)

    @property
    def are_all(self) -> bool:
        """Whether there are no others."""
        return len(self.ids) == self.total

    def have(self, guild_id: int) -> bool:
        """Whether what happens in a server comes by one of these."""
        return (guild_id >> 22) % self.total in self.ids

    def __str__(self) -> str:
        """Return them as `parse` reads them."""
        return f"{self.first}-{self.last}/{self.total}"
