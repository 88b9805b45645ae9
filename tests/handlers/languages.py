"""People whose Discord is in another language than English, and what is left in English of what they read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from simcord import interactions

# What the library holds and quotes, what is typed, and names stand between such marks.
_HELD = re.compile(r"`[^`]*`|“[^”]*”|\]\(\S+\)|https?://\S+|<[^>]*>")
_ENGLISH = re.compile(r"(?:\b[A-Za-z][a-z'’]+\b[ ,;]+){2}[A-Za-z][a-z'’]+\b")


@contextmanager
def locales() -> Iterator[dict[int, str]]:
    """Yield the locales of people by their ids; simcord has all in `en-US`, who are not in it still are.

    A server has the locale that it was given.
    """
    of_people: dict[int, str] = {}
    in_english = interactions.base_payload

    def base_payload(backend: Any, **about: Any) -> Any:
        record, payload = in_english(backend, **about)
        payload["locale"] = of_people.get(about["user_id"], payload["locale"])
        if about["guild_id"] is not None:
            payload["guild_locale"] = backend.get_guild(about["guild_id"]).preferred_locale
        return record, payload

    with patch.object(interactions, "base_payload", base_payload):
        yield of_people


def left_in_english(shown: str, *held: str) -> list[str]:
    """Return each run of three English words in a text, but for what is `held` by the library or quoted."""
    for text in held:
        shown = shown.replace(text, " ")
    return [found[0] for found in _ENGLISH.finditer(_HELD.sub(" ", shown))]
