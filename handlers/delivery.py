"""Delivery: what is sent again when the connection to Discord fails, for how long, and what never twice.

A request that failed may have been processed. So only that is sent again which does no harm twice:

    first answers   Discord takes one, and says of a second that there was one: then the first arrived
    edits, deletes  the second changes nothing
    messages        discord.py gives each a nonce, by which Discord knows a second one
    followups       have no such thing: private ones are sent again, public ones are not

discord.py sends again what Discord answers with an error of its own, and not what a broken connection lost.
For a Discord that takes a request and says nothing it waits five minutes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import aiohttp
import discord
from discord.http import Route, json_or_text
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

PATIENCE = 90.0
"""Seconds for which a message is tried."""

ANSWER_SECONDS = 3.0
"""Seconds within which Discord takes a first answer: …/docs/interactions/receiving-and-responding."""

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
ALREADY_ANSWERED = 40060
_UNKNOWN_MESSAGE = 10008
_SILENCE = aiohttp.ClientTimeout(total=30)
"""For how long a connection may be silent; without this it would be five minutes."""

_CUT = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError)
_PASSING = (*_CUT, discord.DiscordServerError)

_log = logging.getLogger(__name__)


class TooLateError(Exception):
    """A first answer that Discord did not take while it could have; there is no way left to tell anybody."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before each new attempt: twice as long each time, with jitter, up to a limit."""

    first: float = 1.0
    longest: float = 120.0

    def delay(self, attempt: int) -> float:
        """Return the seconds to wait after failed attempt 1, 2, …: between half and all of its step."""
        step = min(self.longest, self.first * 2.0 ** min(attempt - 1, 30))
        return random.uniform(step / 2, step)  # nosec B311


_PAUSES = Backoff(first=0.2, longest=5.0)


def insist(bot: discord.Client) -> None:
    """Let what a bot sends from this task, and those that it begins, survive a connection that fails."""
    send = bot.http.request

    async def request(route: Route, *, files: Sequence[discord.File] | None = None, **what: Any) -> Any:
        what["timeout"] = _SILENCE
        if not route.path.startswith(("/channels/", "/users/@me/channels")):
            return await send(route, files=files, **what)
        return await _again(lambda: send(route, files=files, **what), files)

    bot.http.request = request  # type: ignore[method-assign]
    async_context.set(_Answers())  # type: ignore[no-untyped-call]


class _Answers(AsyncWebhookAdapter):
    """The way by which answers to interactions go out."""

    async def request(self, route: Route, session: Any, **what: Any) -> Any:
        """Send an answer, and again if need be; return what Discord says of it."""
        is_first = route.path.endswith("/callback")
        is_post = route.method == "POST" and not is_first
        watched = _Watched(session, once=is_post and not _is_private(what))

        def send() -> Awaitable[Any]:
            return super(_Answers, self).request(route, watched, **what)  # type: ignore[arg-type]

        try:
            if watched.once:
                return await send()
            sending = _again(send, what.get("files"))
            return await (_in_time(sending) if is_first else sending)
        except discord.HTTPException as error:
            if route.method == "DELETE" and error.code == _UNKNOWN_MESSAGE:
                return None
            if not (is_first and watched.failed and error.code == ALREADY_ANSWERED):
                raise
            _log.info("An answer had arrived although Discord did not say so.")
            return {"interaction": {"id": route.webhook_id}}


class _Watched:
    """A session that notes whether a request failed though it may have been processed."""

    def __init__(self, session: aiohttp.ClientSession, *, once: bool) -> None:
        """Take the session; with `once`, such a failure is the end of it."""
        self._session, self.once, self.failed = session, once, False

    @asynccontextmanager
    async def request(self, *what: Any, **more: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send a request; yield its response."""
        try:
            async with self._session.request(*what, timeout=_SILENCE, **more) as response:
                if response.status >= 500:
                    self.failed = True
                    if self.once:
                        raise discord.DiscordServerError(response, await json_or_text(response))
                yield response
        except _CUT:
            self.failed = True
            raise


def _is_private(what: dict[str, Any]) -> bool:
    """Return whether only one person will see a followup."""
    payload = what.get("payload")
    if payload is None:
        payload = next(json.loads(p["value"]) for p in what["multipart"] if p["name"] == "payload_json")
    return bool((payload.get("flags") or 0) & discord.MessageFlags.ephemeral.flag)


async def _in_time(sending: Awaitable[Any]) -> Any:
    """Wait for a first answer to be taken, as long as it can be."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await sending
    except TimeoutError as error:
        raise TooLateError(f"Discord did not take it in {ANSWER_SECONDS:g} seconds") from error


async def _again(send: Callable[[], Awaitable[Any]], files: Sequence[discord.File] | None) -> Any:
    """Send until Discord has taken it, or until it is no use; raises what it failed with last."""
    until = time.monotonic() + PATIENCE
    for attempt in count(1):
        try:
            return await send()
        except _PASSING as error:
            pause = _PAUSES.delay(attempt)
            if time.monotonic() + pause > until:
                raise
            _log.warning("Discord did not take a message (%s). Sending it again.", type(error).__name__)
        await asyncio.sleep(pause)
        for file in files or ():
            file.reset(seek=True)
    raise AssertionError
