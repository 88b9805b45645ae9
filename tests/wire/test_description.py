"""What the loopback would not let through: it must be able to say no."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wire.api import Request
from tests.wire.lawful import NOT_HELD, described, faults_of

needs_description = pytest.mark.skipif(described() is None, reason=NOT_HELD)

TEXT = {"type": 10, "content": "text"}
BUTTON = {"type": 2, "style": 2, "label": "Press", "custom_id": "one"}


def answer(*components: Any, kind: int = 4, **more: Any) -> Request:
    data = {"components": list(components), "flags": 32768, "allowed_mentions": {"parse": []}, **more}
    path = "/interactions/1/aW50ZXJhY3Rpb246MQ/callback"
    return Request("POST", path, {"with_response": "1"}, {"type": kind, "data": data}, route="callback")


def row(*inner: Any) -> dict[str, Any]:
    return {"type": 1, "components": list(inner)}


def test_an_answer_that_discord_takes_is_let_through() -> None:
    assert faults_of(answer(TEXT, row(BUTTON))) == []


@needs_description
@pytest.mark.parametrize(
    ("request_", "fault"),
    [
        (answer(TEXT, surprise=1), "'surprise' was unexpected"),
        (answer({**TEXT, "surprise": 1}), "not valid under any"),
        (answer({**TEXT, "content": ""}), "(minLength)"),
        (answer(row({**BUTTON, "label": "x" * 81})), "at “data/components/0/components/0"),
        (answer(*[TEXT] * 41), "(maxItems)"),
        (Request("POST", "/nowhere", {}, {}, route="?"), "there is no such request"),
        (Request("GET", "/users/@me", {"me": "1"}, None, route="login"), "there is no parameter me"),
        (Request("GET", "/users/@me", {}, {}, route="login"), "takes no body"),
    ],
)
def test_what_the_description_forbids_is_named(request_: Request, fault: str) -> None:
    assert any(fault in found for found in faults_of(request_)), faults_of(request_)


def test_what_the_loopback_does_not_know_is_named() -> None:
    assert faults_of(Request("GET", "/gateway", {}, None)) == [
        "GET /gateway: the loopback has no such request"
    ]


def choices(*names: str) -> Request:
    data = {"choices": [{"name": name, "value": name} for name in names]}
    return Request("POST", "/interactions/1/x/callback", {}, {"type": 8, "data": data}, route="callback")


def commands(*commands: dict[str, Any]) -> Request:
    return Request("PUT", "/applications/1/commands", {}, list(commands), route="commands")


def named(name: str = "ask", **languages: str) -> dict[str, Any]:
    return {"name": name, "description": "Ask", "name_localizations": languages}


def asking(*options: dict[str, Any]) -> dict[str, Any]:
    return {**named(), "options": [{**option, "type": 3} for option in options]}


IN_MANY_WORDS = {
    "description_localizations": {"ko": "가" * 100},
    "choices": [{"name": "a", "name_localizations": {"ko": "가" * 99}, "value": "1"}] * 3,
}


def test_commands_that_discord_takes_in_two_languages_are_let_through() -> None:
    assert faults_of(commands(asking(named(ko="질문"), named("who", ko="인물")), named("who"))) == []


@pytest.mark.parametrize(
    ("request_", "fault"),
    [
        (
            answer(*[row(*[{**BUTTON, "custom_id": f"{n}:{m}"} for m in range(5)]) for n in range(7)]),
            "42 comp",
        ),
        (answer({**TEXT, "content": "x" * 2001}, {**TEXT, "content": "x" * 2000}), "4001 characters"),
        (answer(row(BUTTON, BUTTON)), "custom id “one” 2 times"),
        (answer(row({**BUTTON, "label": ""})), "neither label nor emoji"),
        (answer(row({**BUTTON, "url": "https://a.b"})), "an address on what is no link"),
        (answer(TEXT, content="text"), "a card with content"),
        (answer(TEXT, flags=0), "without the flag of one"),
        (answer(), "an empty message"),
        (answer(TEXT, allowed_mentions=None), "may ping"),
        (answer(TEXT, allowed_mentions={"parse": ["users"]}), "may ping"),
        (answer({"type": 13, "file": {"url": "attachment://a.csv"}}), "a.csv, which is not attached"),
        (choices(*map(str, range(26))), "26 choices"),
        (choices("x" * 101), "too long"),
        (commands(named(ko="x" * 33)), "no name, or a long one ko"),
        (commands(named(ko="두 낱말")), "the name “두 낱말”"),
        (commands(named(ko="Ask")), "the name “Ask”"),
        (commands(named(ko="질문"), named("who", ko="질문")), "질문 twice"),
        (commands(named(ko="who"), named("who")), "who twice"),
        (commands({**named(), "description_localizations": {"ko": "가" * 101}}), "no description, or a long"),
        (commands(asking(named(ko="질문"), named("who", ko="질문"))), "ask with an option 질문 twice"),
        (commands(asking({**named(), "choices": [{**named(ko="가" * 101), "value": 1}]})), "no name, or a"),
        (
            commands(asking(*({**named(f"o{n}"), **IN_MANY_WORDS} for n in range(25)))),
            "ask of 10071 characters",
        ),
    ],
)
def test_what_the_description_lacks_is_named(request_: Request, fault: str) -> None:
    assert any(fault in found for found in faults_of(request_)), faults_of(request_)
