"""Metrics, as Prometheus reads them: what came of requests, how fast they were, and what is in service."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from types import SimpleNamespace
from typing import TYPE_CHECKING

import aiohttp
import discord
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from handlers import requests
from handlers.delivery import ALREADY_ANSWERED
from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot
    from handlers.requests import Request

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Up to the three seconds within which Discord wants to be answered."""


_PATIENCE = 2.0


def is_online(bot: discord.Client) -> bool:
    """Return whether a bot knows its servers and is connected."""
    if not bot.is_ready() or bot.is_closed():
        return False
    if isinstance(bot, discord.AutoShardedClient):
        return not any(shard.is_closed() for shard in bot.shards.values())
    return bool(bot.ws) and bot.ws.open


class Metrics:
    """The counters and gauges of one bot, in a registry of their own."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "aid_bot_requests",
            "Requests that ended, by kind and by what came of them.",
            ("kind", "outcome"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "aid_bot_request_seconds",
            "From the arrival of a request to its end.",
            ("kind",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._acknowledged = Histogram(
            "aid_bot_ack_seconds",
            "From the arrival of an interaction to Discord's word that it has the first reply.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._suggestions = Counter(
            "aid_bot_suggestions",
            "Lists of suggestions, given, held back by the limit, or shed since they came too late.",
            ("outcome",),
            registry=self.registry,
        )
        self._reloads = Counter(
            "aid_bot_reloads", "Reloads of the content.", ("outcome",), registry=self.registry
        )
        self._index = self._gauge("aid_bot_index_passages", "Passages in the library in service.")
        self._own_entries = self._gauge("aid_bot_own_entries", "Published entries of all servers.")
        self._servers = self._gauge("aid_bot_servers", "Servers that the bot is in.")
        self._queue = self._gauge(
            "aid_bot_queue_length", "Questions that wait for moderators, in all servers."
        )
        self._ready = self._gauge("aid_bot_ready", "1 while the bot can answer, else 0.")
        self._on_duty = self._gauge(
            "aid_bot_on_duty", "1 in the process that does what is done once for all, else 0."
        )
        self._latency = self._gauge("aid_bot_gateway_latency_seconds", "Of Discord's heartbeat.")
        # So that a graph begins at 0, and not with a first fault.
        for outcome in ("answered", "refused", "error", "limited", "failed", "late", "shed"):
            self._requests.labels("command", outcome)

    def _gauge(self, name: str, purpose: str) -> Gauge:
        return Gauge(name, purpose, registry=self.registry)

    def ended(self, request: Request) -> None:
        """Count a request."""
        self._requests.labels(request.kind, request.outcome).inc()
        self._seconds.labels(request.kind).observe(request.seconds)

    def suggested(self, outcome: str) -> None:
        """Count a list of suggestions: given, limited or shed."""
        self._suggestions.labels(outcome).inc()

    def reloaded(self, *, failed: bool) -> None:
        """Count a reload."""
        self._reloads.labels("failed" if failed else "done").inc()

    async def of(self, bot: AidPolicyBot) -> bytes:
        """Return all of them as Prometheus reads them, the gauges as they are now.

        The queue keeps its last length while the database does not answer.
        """
        self._index.set(bot.engine.library.passage_count)
        self._own_entries.set(bot.desk.published)
        self._servers.set(len(bot.guilds))
        self._ready.set(is_online(bot))
        self._on_duty.set(bot.duty.is_ours)
        self._latency.set(bot.latency)
        with suppress(KnowledgeError, TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                self._queue.set(await bot.store.waiting())
        return generate_latest(self.registry)

    def trace(self) -> aiohttp.TraceConfig:
        """Return what tells, from the requests to Discord, when an interaction has its first reply."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._sent)
        return trace

    async def _sent(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        sent: aiohttp.TraceRequestEndParams,
    ) -> None:
        """Observe the first word that the first reply is there: that it was taken, or that there was one."""
        request = requests.current()
        if request is None or request.is_acknowledged or not sent.url.path.endswith("/callback"):
            return
        if sent.response.ok or await _says_already_answered(sent.response):
            request.is_acknowledged = True
            self._acknowledged.observe(request.seconds)


async def _says_already_answered(response: aiohttp.ClientResponse) -> bool:
    if response.status != HTTPStatus.BAD_REQUEST:
        return False
    said = await response.json(content_type=None)
    return isinstance(said, dict) and said.get("code") == ALREADY_ANSWERED
