"""How objects are written into a column of text, and read back.

JSON in ASCII: whatever can be typed can be kept, a lone half of a surrogate pair and a NUL included, which
databases refuse in plain text. A field that a later version adds has its default in what was written before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from knowledge.citations import Citation
from knowledge.entries import Content
from knowledge.guild_settings import GuildSettings


def write_content(content: Content) -> str:
    """Return what an entry says as text that `read_content` reads back."""
    return json.dumps(asdict(content), default=date.isoformat)


def read_content(text: str) -> Content:
    """Return what an entry says from the text that `write_content` made of it."""
    fields = _fields(text)
    fields["citations"] = tuple(Citation(**citation) for citation in fields.get("citations", ()))
    if fields.get("review_on"):
        fields["review_on"] = date.fromisoformat(fields["review_on"])
    return Content(**fields)


def write_typed(typed: Mapping[str, str]) -> str:
    """Return what was typed into fields as text that `read_typed` reads back."""
    return json.dumps(dict(typed))


def read_typed(text: str) -> dict[str, str]:
    """Return what was typed into fields from the text that `write_typed` made of it."""
    typed: dict[str, str] = json.loads(text)
    return typed


def write_settings(settings: GuildSettings) -> str:
    """Return the settings of a server as text that `read_settings` reads back."""
    return json.dumps(asdict(settings))


def read_settings(text: str) -> GuildSettings:
    """Return the settings of a server from the text that `write_settings` made of them."""
    return GuildSettings(**_fields(text))


def _fields(text: str) -> dict[str, Any]:
    """Return the fields of a dataclass, whose sequences are tuples."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(text).items()
    }
