"""The page for contributors: a question goes through the functions that it names, in that order."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pkgutil import resolve_name
from types import FrameType
from typing import Any

import pytest

from docs.examples import ROOT, sections
from tests.handlers.conftest import World

PAGE = (ROOT / "docs" / "contributors.md").read_text("utf-8")
WAY = re.findall(r"^\| `([\w.]+)` \|", PAGE, re.MULTILINE)


@contextmanager
def calls() -> Iterator[list[str]]:
    """Yield the functions of the house that are called meanwhile, by their full names, in order."""
    called: list[str] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            called.append(f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}")

    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(None)


async def test_a_question_goes_the_way_that_the_page_shows(world: World) -> None:
    question = re.search(r"types `/ask` with \*(.+?)\*", PAGE)
    assert question
    with calls() as called:
        await world.asker.slash(world.channel, "ask", question=question[1])
    assert len(WAY) > 10
    went = iter(called)
    assert [name for name in WAY if name not in went] == [], "not called, or called before the one above it"


def test_there_is_an_example_for_each_of_the_four_things_that_people_add() -> None:
    pages = (PAGE, (ROOT / "docs" / "languages.md").read_text("utf-8"))
    shown = {name: of for page in pages for name, of in sections(page) if name.startswith("Add ")}
    assert list(shown) == ["Add a source", "Add a table", "Add a command", "Add a language"]
    for section, of in shown.items():
        assert any(example.file for example in of), section
        assert any(example.printed for example in of), section


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:knowledge|handlers)(?:\.\w+)+)`", PAGE))))
def test_what_the_page_names_is_there(name: str) -> None:
    resolve_name(name)
