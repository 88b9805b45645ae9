"""What is kept of a person, as a file that the person can take away."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from knowledge.downloads import Download

if TYPE_CHECKING:
    from knowledge.store import PersonalData


def as_download(data: PersonalData, user_id: int, at: datetime) -> Download:
    """Return everything that is kept of a person at a moment as a JSON file.

    Ids of Discord are texts in it, since many readers of JSON round numbers that long. What was typed may
    hold what is no Unicode, so the file is in ASCII.
    """
    held = {"user_id": str(user_id), "at": at.isoformat(), **_plain(asdict(data))}
    return Download("my-data.json", json.dumps(held, indent=2).encode("ascii"))


def _plain(value: Any, name: str = "") -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, Mapping):
        return {key: _plain(held, key) for key, held in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(held) for held in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int) and name.endswith("_id") else value
