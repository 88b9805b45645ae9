"""Reading cards as a person does: their text, their buttons, and what they weigh."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from handlers.layout import BYTES, CHARACTERS, COMPONENTS

STRING_MENU, TEXT_INPUT, LABEL = 3, 4, 18
MENUS = (STRING_MENU, 5, 6, 7, 8)


def parts(components: Any) -> Iterator[dict[str, Any]]:
    """Yield every component, nested ones too."""
    for component in components:
        yield component
        inner = [component["component"]] if "component" in component else []
        yield from parts([*component.get("components", []), *inner])


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
    rows = [part["components"] for part in found if part["type"] == 1]
    menus = [row for row in rows if any(item["type"] in MENUS for item in row)]
    assert all(len(row) == 1 for row in menus)
    assert len(rows) - len(menus) <= 2
    assert all(1 <= len(row) <= 5 for row in rows)
    _assert_items_within_limits(found)
    assert all(1 <= len(part["label"]) <= 80 for part in found if part["type"] == 2)


def assert_form_within_limits(form: Any) -> None:
    """Assert that Discord would show this form."""
    found = list(parts(form["components"]))
    assert 1 <= len(form["title"]) <= 45
    assert 1 <= len(form["custom_id"]) <= 100
    assert 1 <= len(form["components"]) <= 5
    assert all(1 <= len(part["label"]) <= 45 for part in found if part["type"] == LABEL)
    assert all(len(part.get("description") or "") <= 100 for part in found if part["type"] == LABEL)
    typed = [part for part in found if part["type"] == TEXT_INPUT]
    longest = [part.get("max_length", 4000) for part in typed]
    assert all(1 <= most <= 4000 for most in longest)
    assert all(len(part.get("value") or "") <= most for part, most in zip(typed, longest, strict=True))
    _assert_items_within_limits(found)


def _assert_items_within_limits(found: list[dict[str, Any]]) -> None:
    ids = [part["custom_id"] for part in found if "custom_id" in part]
    assert all(1 <= len(id_) <= 100 for id_ in ids)
    assert len(set(ids)) == len(ids)
    for menu in (part for part in found if part["type"] in MENUS):
        assert len(menu.get("placeholder") or "") <= 150
        assert 0 <= menu.get("min_values", 1) <= menu.get("max_values", 1) <= 25
        assert len(menu.get("default_values", [])) <= menu.get("max_values", 1)
        offered = menu.get("options", [])
        assert menu["type"] != STRING_MENU or 1 <= len(offered) <= 25
        assert len({option["value"] for option in offered}) == len(offered)
        for option in offered:
            assert all(1 <= len(option[name]) <= 100 for name in ("label", "value"))
            assert len(option.get("description") or "") <= 100
