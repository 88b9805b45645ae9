"""Reading cards as a person does: their text, their buttons, and what they weigh."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from handlers.layout import BYTES, CHARACTERS, COMPONENTS


def parts(components: Any) -> Iterator[dict[str, Any]]:
    """Yield every component, nested ones too."""
    for component in components:
        yield component
        yield from parts(component.get("components", []))


def raw(shown: Any) -> list[dict[str, Any]]:
    """Return the components of a message, of a response or of a view as Discord gets them."""
    if hasattr(shown, "to_components"):
        return list(shown.to_components())
    return [c if isinstance(c, dict) else c.to_dict() for c in shown.components]


def text(shown: Any) -> str:
    """Return all text of a message or of a card."""
    found = [part["content"] for part in parts(raw(shown)) if part["type"] == 10]
    return "\n".join([getattr(shown, "content", ""), *found])


def buttons(shown: Any) -> dict[str, str]:
    """Return the custom id of each button by its label."""
    return {p["label"]: p["custom_id"] for p in parts(raw(shown)) if p["type"] == 2 and "custom_id" in p}


def options(shown: Any) -> list[str]:
    """Return the values that the menu of a message offers."""
    return [option["value"] for p in parts(raw(shown)) if p["type"] == 3 for option in p["options"]]


def assert_within_limits(components: Any) -> None:
    """Assert that Discord would take these components."""
    found = list(parts(components))
    written = [part["content"] for part in found if part["type"] == 10]
    assert len(found) <= COMPONENTS
    assert sum(len(content.encode("utf-16-le")) // 2 for content in written) <= CHARACTERS
    assert len(json.dumps(components, ensure_ascii=False, separators=(",", ":")).encode()) <= BYTES
    assert all(written)
    rows = [part for part in found if part["type"] == 1]
    assert len(rows) <= 2
    assert all(1 <= len(row["components"]) <= 5 for row in rows)
    ids = [part["custom_id"] for part in found if "custom_id" in part]
    assert all(1 <= len(id_) <= 100 for id_ in ids)
    assert len(set(ids)) == len(ids)
    assert all(1 <= len(part["label"]) <= 80 for part in found if part["type"] == 2)
