"""The bot as one process of several: it serves some shards, and identifies in turn with the others.

Discord lets the shards of one bucket (the shard's number modulo what it calls max_concurrency) identify 5
seconds apart, in whichever process they are: https://discord.com/developers/docs/events/gateway#rate-limiting.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from typing import TYPE_CHECKING

from discord.ext import commands

from handlers.client import AidPolicyBot
from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from collections.abc import Callable

    import yarl

    from knowledge.engine import Engine
    from knowledge.store import Store
    from settings import Settings

_SPACING = 5.0
_SLACK = 0.8
"""Seconds that may go by from the turn of a shard to its IDENTIFY; after more it takes another turn."""

_ON_THE_WAY = 0.2
_LONGEST_WAIT = 40.0
"""Seconds for which an open connection waits to identify; discord.py drops one after a minute."""

_log = logging.getLogger(__name__)


class ShardedBot(AidPolicyBot, commands.AutoShardedBot):
    """The bot with the shards that the settings name."""

    def __init__(
        self, engine: Engine, store: Store, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take what the bot stands on, as `AidPolicyBot` does."""
        shards = settings.shards
        assert shards is not None
        super().__init__(engine, store, settings, clock, shard_ids=list(shards.ids), shard_count=shards.total)
        self._shards = shards
        self._buckets = 1
        self._until: dict[int, float] = {}

    async def setup_hook(self) -> None:
        """Ask Discord how shards may identify, then load what every bot does."""
        limits = await self.fetch_session_start_limits()
        self._buckets = limits.max_concurrency
        if limits.remaining < len(self._shards.ids):
            _log.warning(
                "Discord lets this bot identify %d times more in the next %.0f minutes, and it has %d shards "
                "here. Find what makes it begin anew so often before Discord resets its token.",
                *(limits.remaining, limits.reset_after / 60_000, len(self._shards.ids)),
            )
        _log.info("Serving the shards %s.", self._shards)
        await super().setup_hook()

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        """Connect a shard when it is its turn."""
        await self._wait_for_turn(shard_id, math.inf)
        await super().launch_shard(gateway, shard_id, initial=initial)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait once more where connecting took too long, or the shard identifies anew.

        Raises `TimeoutError` if that takes too long on an open connection; discord.py then tries again.
        """
        assert shard_id is not None
        while time.monotonic() > self._until.pop(shard_id, -math.inf):
            await self._wait_for_turn(shard_id, _LONGEST_WAIT)

    async def _wait_for_turn(self, shard_id: int, longest: float) -> None:
        """Take a turn of the bucket, and wait for it; where the database is away, wait as if alone."""
        bucket, since = shard_id % self._buckets, time.monotonic()
        try:
            seconds = await self.store.take_turn(
                f"identify {bucket} of {self._buckets}", _SPACING + _SLACK + _ON_THE_WAY, within=longest
            )
        except KnowledgeError as error:
            _log.warning("Shard %d identifies without asking the other processes. %s", shard_id, error)
            seconds, since = _SPACING, time.monotonic()
        if seconds is None:
            raise TimeoutError
        await asyncio.sleep(seconds)
        self._until[shard_id] = since + seconds + _SLACK
