"""Requests: whatever somebody asks of the bot, from its arrival to its end, under an id of its own.

The id stands in every line that is logged meanwhile, and in the message about a fault. What was typed is
known to a request for one purpose: to keep it out of the log.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handlers.client import AidPolicyBot

_CURRENT: ContextVar[Request | None] = ContextVar("request", default=None)

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Request:
    """One request: of which kind (command, button, form, message), its name, where, and what came of it."""

    kind: str
    name: str
    guild_id: int | None = None
    typed: tuple[str, ...] = ()
    outcome: str = "done"
    is_acknowledged: bool = False
    id: str = field(default_factory=lambda: secrets.token_hex(4))
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """For how long it has been going on."""
        return time.monotonic() - self.started


def begin(request: Request) -> Request:
    """Begin a request: whatever runs in this task from now on belongs to it."""
    _CURRENT.set(request)
    return request


def current() -> Request | None:
    """Return the request that is going on in this task, if one is."""
    return _CURRENT.get()


def came_to(outcome: str) -> None:
    """Note what came of the request that is going on."""
    if request := current():
        request.outcome = outcome


def end(bot: AidPolicyBot) -> None:
    """End the request of this task: count it, and log in one line what came of it."""
    request = current()
    if request is None:
        return
    _CURRENT.set(None)
    bot.metrics.ended(request)
    about: dict[str, Any] = {"request": request.id, "ms": round(request.seconds * 1000)}
    if request.guild_id is not None:
        about["guild"] = str(request.guild_id)
    if bot.settings.log_questions and request.typed:
        about["typed"] = request.typed
    _log.info("%s %s: %s", request.kind, request.name, request.outcome, extra=about)


def shed(bot: AidPolicyBot) -> None:
    """End the request of this task, which came too late to be answered, before any work is done."""
    came_to("shed")
    end(bot)


def typed_in(data: Any) -> Iterator[str]:
    """Yield the texts that people typed into what Discord sends of an interaction."""
    if isinstance(data, dict):
        for key in ("value", "custom_id"):
            if isinstance(data.get(key), str):
                yield data[key]
        yield from typed_in(data.get("values"))
        for key in ("options", "components", "component"):
            yield from typed_in(data.get(key))
        for message in data.get("resolved", {}).get("messages", {}).values():
            yield message.get("content", "")
    elif isinstance(data, list):
        for one in data:
            yield from (one,) if isinstance(one, str) else typed_in(one)
