"""Reading cards as a person does: their text, their buttons, and what they weigh."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def parts(components: Any) -> Iterator[dict[str, Any]]:
    """Yield every component, nested ones too."""
    for component in components:
        yield component
        yield from parts(component.get("components", []))


def text(message: Any) -> str:
    """Return all text of a message: of its content, or of its card."""
    return "\n".join([message.content, *(p["content"] for p in parts(raw(message)) if p["type"] == 10)])


def raw(message: Any) -> list[dict[str, Any]]:
    """Return the components of a message or of a response as Discord sends them."""
    return [c if isinstance(c, dict) else c.to_dict() for c in message.components]


def buttons(message: Any) -> dict[str, str]:
    """Return the custom id of each button by its label."""
    return {p["label"]: p["custom_id"] for p in parts(raw(message)) if p["type"] == 2 and "custom_id" in p}


def options(message: Any) -> list[str]:
    """Return the values of the menu of a message."""
    return [option["value"] for p in parts(raw(message)) if p["type"] == 3 for option in p["options"]]


def weigh(components: Any) -> tuple[int, int, int]:
    """Return how many components, UTF-16 units of text, and bytes of JSON a message has."""
    found = list(parts(components))
    characters = sum(len(p["content"].encode("utf-16-le")) // 2 for p in found if p["type"] == 10)
    return len(found), characters, len(json.dumps(components, ensure_ascii=False).encode())
