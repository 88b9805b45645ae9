"""What those who manage a server choose for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Visibility = Literal["", "private", "public"]


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """The settings of one server; the defaults are those of a server where nobody chose anything.

    `answer_mentions_in` are the channels where a mention of the bot is answered, none meaning all of them.
    An empty `default_visibility` is that of the operator. `moderator_roles` may use the desk beside those who
    may manage messages. With the `two_person_rule` a second moderator publishes what one wrote.
    `questions_a_day` is how many questions one person may put to the moderators in 24 hours. An empty
    `language` is that in which Discord has the server; it is for readers whose own the bot does not speak,
    and for what everybody reads.
    """

    answer_mentions_in: tuple[int, ...] = ()
    default_visibility: Visibility = ""
    log_channel: int | None = None
    moderator_roles: tuple[int, ...] = ()
    two_person_rule: bool = False
    questions_a_day: int = 5
    language: str = ""
