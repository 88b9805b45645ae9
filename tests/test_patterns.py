"""Regular expressions: none of the house takes long over a text that was made to make it backtrack."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import product

import pytest

import handlers
import knowledge
from handlers.markup import escape, from_moderators, spoken
from knowledge.drafts import LONGEST_ANSWER
from knowledge.engine import Engine
from knowledge.suggestions import READABLE, references

BEFORE = ("", "a ", "[x](", "> ")
REPEATED = (
    *("a", "A", "1", " ", "\n", "\t", ".", "-", "/", ",", ";", "'", '"', ">", "<", "#", "*", "_", "`", "("),
    *(
        ")",
        "[",
        "]",
        "\\",
        ":",
        "x y",
        "a ",
        "a.",
        "A ",
        "A.",
        "1.",
        "1,",
        "1-",
        "> ",
        ">>",
        "--",
        "<@",
        "왜",
    ),
    *("to ", "and ", "the ", "x:", "a-", "2018-", "dec ", "not ", "$1", "[x](", "](", "¶", "fp-2019 "),
)
AFTER = ("", "!", "\x01", "x")
SECONDS = 2.0


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail if something takes longer, even if it would never end."""

    def too_long(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield every compiled pattern of the two packages, with the name of its module."""
    for package in (knowledge, handlers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name:
                for value in vars(importlib.import_module(module.name)).values():
                    yield from ((module.name, pattern) for pattern in _within(value))


def _within(value: object, depth: int = 0) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif depth < 4 and isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _within(one, depth + 1)
    elif depth < 4 and isinstance(value, Mapping):
        for one in (*value.keys(), *value.values()):
            yield from _within(one, depth + 1)


def test_no_pattern_doubles_its_work_with_every_character() -> None:
    found = {pattern: name for name, pattern in patterns()}
    assert len(found) > 100
    for pattern, name in found.items():
        for before, repeated, after in product(BEFORE, REPEATED, AFTER):
            text = before + repeated * (36 // len(repeated)) + after
            try:
                with within(SECONDS):
                    pattern.search(text)
                    pattern.fullmatch(text)
            except TimeoutError:
                pytest.fail(f"{name}: {pattern.pattern} takes long over {text!r}")


READERS: Mapping[str, tuple[int, Callable[[Engine, str], object]]] = {
    "a question": (300, lambda engine, typed: engine.reply(typed)),
    "a command": (300, lambda engine, typed: engine.reply(f"/timeline {typed}")),
    "a period": (80, lambda engine, typed: engine.exports(typed)),
    "a name": (80, lambda engine, typed: engine.who(typed)),
    "a reference": (80, lambda engine, typed: engine.cite(typed)),
    "an entry's id": (80, lambda engine, typed: engine.faq_show(typed)),
    "words": (300, lambda engine, typed: engine.faq_search(typed)),
    "what is typed for a suggestion": (
        300,
        lambda engine, typed: references(engine.library, typed, READABLE),
    ),
    "an answer of moderators": (LONGEST_ANSWER, lambda _, typed: from_moderators(typed)),
    "text to be shown": (4000, lambda _, typed: escape(typed)),
    "a message": (4000, lambda _, typed: spoken(typed)),
}
"""Who reads what people type, and how long that can be."""


@pytest.mark.parametrize("reader", READERS)
def test_as_much_as_anybody_can_type_is_read_in_no_time(engine: Engine, reader: str) -> None:
    longest, read = READERS[reader]
    for before, repeated, after in product(("", "[x]("), REPEATED, ("", "\x01")):
        typed = (before + repeated * longest)[: longest - 1] + after
        started = time.process_time()
        with within(30 * SECONDS):
            read(engine, typed)
        assert time.process_time() - started < SECONDS / 2, typed[:40]
