"""Interactions as Discord keeps them: what was asked, how it was answered and how fast."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from tests.wire.things import EPHEMERAL, Channel, Payload, new_id, text

SECONDS_TO_ANSWER = 3.0


@dataclass(slots=True, eq=False)
class Interaction:
    """One interaction of somebody with the bot, and all that the bot answered to it."""

    channel: Channel
    source: Payload | None = None
    """The message whose button or menu was used, or whose form was sent."""
    id: int = field(default_factory=new_id)
    sent_at: float = field(default_factory=time.perf_counter)
    acked_after: float | None = None
    response_type: int = 0
    original: Payload | None = None
    followups: list[Payload] = field(default_factory=list)
    choices: list[Payload] = field(default_factory=list)
    form: Payload | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    sending: asyncio.Future[None] | None = None

    @property
    def token(self) -> str:
        """The key with which the bot answers."""
        return f"aW50ZXJhY3Rpb246{self.id}"

    @property
    def is_over(self) -> bool:
        """Whether it is too late for a first answer."""
        return time.perf_counter() - self.sent_at > SECONDS_TO_ANSWER

    @property
    def is_loading(self) -> bool:
        """Whether the bot has said that an answer is coming, and it has not come."""
        return self.original is not None and bool(self.original.get("loading"))

    @property
    def messages(self) -> list[Payload]:
        """All messages that came of it."""
        first = [self.original] if self.original is not None and not self.is_loading else []
        return [*first, *self.followups]

    @property
    def text(self) -> str:
        """All that was said."""
        return "\n".join(map(text, self.messages))

    @property
    def card(self) -> Payload:
        """The message with which it was answered."""
        assert self.messages, "there is no answer"
        return self.messages[0]

    @property
    def is_private(self) -> bool:
        """Whether only whoever asked sees the answer."""
        return bool(self.card["flags"] & EPHEMERAL)

    async def until(self, *, messages: int = 0, seconds: float = SECONDS_TO_ANSWER + 1) -> Interaction:
        """Wait until it was acknowledged and has so many messages; return it as it is then, or in the end."""
        until = time.perf_counter() + seconds
        while not self._has(messages) and (left := until - time.perf_counter()) > 0:
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), left)
            except TimeoutError:
                break
        return self

    def _has(self, messages: int) -> bool:
        if self.response_type in (8, 9):  # suggestions and forms
            return True
        return bool(self.response_type) and not self.is_loading and len(self.messages) >= messages

    def acknowledged(self, kind: int) -> None:
        """Note the first answer."""
        self.acked_after = time.perf_counter() - self.sent_at
        self.response_type = kind
        self.changed.set()


def callback(interaction: Interaction) -> dict[str, Any]:
    """Return what Discord says to a first answer."""
    about: dict[str, Any] = {"id": str(interaction.id), "type": 2}
    shown = interaction.original
    if shown is None:
        return {"interaction": about}
    about["response_message_id"] = shown["id"]
    about["response_message_loading"] = interaction.is_loading
    about["response_message_ephemeral"] = bool(shown["flags"] & EPHEMERAL)
    return {"interaction": about, "resource": {"type": interaction.response_type, "message": shown}}
