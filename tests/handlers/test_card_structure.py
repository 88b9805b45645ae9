"""What each kind of card is made of, line by line; `pytest --snapshot-update` renews the snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from discord import ui
from syrupy.assertion import SnapshotAssertion

from handlers import cards
from handlers.views import FormatMenu, Shown, controls
from knowledge.answers import Answer, Kind, Status
from knowledge.downloads import formats
from knowledge.engine import Engine
from tests.handlers.reading import assert_within_limits, raw
from tests.knowledge.small_content import ContentFolder

ASKED: dict[str, str] = {
    "answer": "what did Ann Smith say about rice",
    "answer to a misspelt question": "what did Ann Smith say about ricee in Januray",
    "faq": "How much rice was shipped?",
    "faq about the library": "what do you do",
    "refusal that says what is known": "what was the ship called",
    "figure": "/exports 2001-01",
    "figures with a sum and a gap": "/exports 2001-01..2001-04",
    "timeline": "/timeline",
    "passage": "/cite paper-2001¶1",
    "person": "who is Ann Smith",
    "sources": "/sources",
    "coverage": "/coverage",
    "corrections": "/corrections",
    "everybody": "/who",
    "known unknowns": "/coverage unknowns",
    "help": "/help",
    "help for a moderator who runs the bot": "/help moderator operator",
    "refusal": "how many ships does the navy of Freedonia have",
    "refusal of a period without rows": "/timeline 1999",
    "unreadable period": "/timeline last year",
    "unknown reference": "/cite paper-2001¶9",
    "unknown topic": "/timeline topic:rise",
    "unknown command": "/tell me",
    "nothing asked": "hello",
    "empty question": "/ask",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder: Path = tmp_path_factory.mktemp("content")
    return Engine(ContentFolder.of(folder / "content").read())


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("private", [True, False], ids=["private", "public"])
def test_a_card(engine: Engine, name: str, private: bool, snapshot: SnapshotAssertion) -> None:
    answer = engine.reply(ASKED[name])
    shown = Shown(1, private)
    card = cards.card(answer, engine.library.sources, controls(answer, shown))
    assert_within_limits(raw(card))
    assert outline(card) == snapshot


def test_every_kind_of_reply_has_a_snapshot(engine: Engine) -> None:
    assert {engine.reply(asked).kind for asked in ASKED.values()} == set(Kind)


def test_the_card_from_which_a_form_is_chosen(engine: Engine, snapshot: SnapshotAssertion) -> None:
    answer = engine.reply("/timeline")
    menu: ui.ActionRow[Any] = ui.ActionRow(FormatMenu.of(formats(answer)))
    assert outline(cards.export_card(answer, menu)) == snapshot


def test_the_card_to_copy_from(snapshot: SnapshotAssertion) -> None:
    card = cards.copy_card("A text with `marks` and *stars*.\nIts second line.")
    assert card is not None
    assert outline(card) == snapshot


def test_a_notice(snapshot: SnapshotAssertion) -> None:
    assert outline(cards.notice("Noted: helpful.")) == snapshot


def test_a_reply_without_anything_in_it_is_still_a_card(snapshot: SnapshotAssertion) -> None:
    assert outline(cards.card(Answer(Kind.ANSWER, Status.ANSWERED), {})) == snapshot


def outline(view: ui.LayoutView) -> str:
    """Return what a card is made of, a line for each thing that a reader meets."""
    return "\n".join(_lines(raw(view)))


def _lines(components: Iterable[dict[str, Any]]) -> Iterator[str]:
    for part in components:
        match part["type"]:
            case 17:
                yield f"card, accent #{part['accent_color']:06X}"
                yield from (f"  {line}" for line in _lines(part["components"]))
            case 10:
                yield from (f"| {line}" for line in part["content"].split("\n"))
            case 14:
                yield "----" if part["divider"] else ""
            case 1:
                yield f"row: {' '.join(_lines(part['components']))}"
            case 2:
                yield f"[{part['label']}]"
            case 3:
                yield f"menu “{part['placeholder']}”: {', '.join(o['label'] for o in part['options'])}"
            case other:
                raise AssertionError(f"a card has no component of type {other}")
