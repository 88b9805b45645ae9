"""The slash commands that the pages name: each is typed in Discord, and does what it is there for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import discord
import pytest
import simcord
from discord import app_commands

from docs.examples import PAGES
from knowledge.answers import Status
from knowledge.commands import COMMANDS, parse_command
from knowledge.engine import Engine
from tests.handlers.conftest import World
from tests.handlers.moderating import ENTRY, edited, press, published
from tests.handlers.reading import text

PATHS = {"/healthz", "/readyz", "/metrics", "/data", "/tmp"}
"""What a program asks for over HTTP, as `tests/handlers/test_operating.py` does, and folders of the image."""


def typed_on(page: str) -> Iterator[str]:
    """Yield every slash command in the prose of a page; in a row of a table, also its main option alone.

    In `| /timeline 2018-12 | also 2018 |` that is `/timeline 2018-12` and `/timeline 2018`.
    """
    prose = re.sub(r"^ *```.*?^ *```", "", page, flags=re.MULTILINE | re.DOTALL)
    for line in prose.splitlines():
        spans = re.findall(r"(?<!`)`([^`]+)`(?!`)", line)
        yield from (span for span in spans if re.match(r"/[a-z]", span))
        if row := re.match(r"\| `/(\w+) [^`]+` \|.*?\balso:? (.*)", line):
            values = re.findall(r"`([^`]+)`", row[2])
            yield from (f"/{row[1]} {value}" for value in values if value[0] != "/")


TYPED = sorted({span for page in PAGES for span in typed_on(page.read_text("utf-8"))})
LOOKED_UP = [span for span in TYPED if span[1:].split(" ")[0] in (*COMMANDS, "faq")]
ELSEWHERE = [span for span in TYPED if span not in LOOKED_UP and span not in PATHS]


# What is looked up, by everybody


def whole(span: str) -> str:
    """Return a command as it is typed; where a page only names it, the example of the help."""
    name = span.removeprefix("/")
    return (
        COMMANDS[name].example
        if name in COMMANDS and name in ("ask", "cite", "faq show", "faq search")
        else span
    )


@pytest.mark.parametrize("span", LOOKED_UP)
async def test_what_looks_something_up_answers_in_discord_as_elsewhere(
    world: World, engine: Engine, span: str
) -> None:
    command = parse_command(whole(span))
    reply = engine.reply(whole(span))
    assert reply.status is Status.ANSWERED, reply.statements
    options = {"id" if name == "entry" else name: value for name, value in command.options.items()}
    result = await world.asker.slash(world.channel, command.name, **options)
    assert result.acknowledged
    assert not world.env.errors
    assert reply.version in text(result.response)


# What belongs to a server, and to whoever looks after it


@dataclass(frozen=True)
class Scene:
    """Who types a command, with what and after which other, and words of the reply if it worked."""

    says: str
    who: str = "moderator"
    given: Callable[[World], dict[str, Any]] = lambda _: {}
    before: str = ""


def the_entry(_: World) -> dict[str, Any]:
    return {"id": ENTRY}


FILE = json.dumps(
    [{"id": "a", "question": "What is a hold?", "answer": "A stop.", "editorial": True}]
).encode()
SCENES = {
    "faq-desk add": Scene(""),
    "faq-desk edit": Scene("", given=the_entry),
    "faq-desk drafts": Scene("draft"),
    "faq-desk retire": Scene("### Retired", given=the_entry),
    "faq-desk restore": Scene("### Restored", given=the_entry, before="faq-desk retire"),
    "faq-desk history": Scene("### History", given=the_entry),
    "faq-desk diff": Scene("revision 1 to 2", given=the_entry),
    "faq-desk revert": Scene("Sixty days", given=lambda _: {"id": ENTRY, "number": 1}),
    "faq-desk review": Scene("Nothing"),
    "faq-desk pointers": Scene("point"),
    "faq-desk stats": Scene("entr"),
    "faq-desk block": Scene("no more questions", given=lambda world: {"user": world.asker}),
    "faq-desk unblock": Scene("again", given=lambda world: {"user": world.asker}, before="faq-desk block"),
    "faq-desk export": Scene("### Entries of this server"),
    "faq-desk import": Scene("1 entry would be added", given=lambda _: {"file": ("faq.json", FILE)}),
    "settings": Scene("Settings", who="manager"),
    "privacy": Scene("kept", who="asker"),
    "reload": Scene("in service", who="operator"),
}
"""The commands that are not in `knowledge.commands`, each with the scene in which it is tried."""


async def actor(world: World, who: str) -> simcord.MemberActor:
    if who in ("asker", "moderator"):
        found: simcord.MemberActor = getattr(world, who)
        return found
    role = world.guild.create_role("Administrators", permissions=discord.Permissions(administrator=True))
    boss = world.guild.add_member(world.env.create_user(who), roles=[role])
    world.bot.owner_ids = {boss.id}
    return boss


async def play(world: World, name: str) -> simcord.InteractionResult:
    scene = SCENES[name]
    if scene.before:
        await play(world, scene.before)
    return await (await actor(world, scene.who)).slash(world.channel, name, **scene.given(world))


@pytest.mark.parametrize("name", SCENES)
async def test_what_a_page_names_for_those_who_look_after_a_server_works_there(
    world: World, name: str
) -> None:
    await published(world)
    await press(world.moderator, await edited(world, answer="Ninety days."), "Publish")
    result = await play(world, name)
    assert result.acknowledged
    assert not world.env.errors
    shown = [message for message in (result.response, *result.followups) if message is not None]
    said = "\n".join(map(text, shown))
    assert SCENES[name].says in said if SCENES[name].says else result.modal is not None, said


async def test_every_slash_command_on_a_page_is_tried_or_is_the_name_of_a_group(world: World) -> None:
    groups = {c.name for c in world.bot.tree.get_commands() if isinstance(c, app_commands.Group)}
    named = {span.removeprefix("/") for span in ELSEWHERE}
    assert named - SCENES.keys() - groups == set()
    assert SCENES.keys() - named == set(), "no scene is for a command that no page has"


def test_no_path_is_left_that_no_page_has() -> None:
    assert set(TYPED) >= PATHS


async def test_every_command_that_discord_knows_is_on_a_page(world: World) -> None:
    known = {
        command.qualified_name
        for command in world.bot.tree.walk_commands()
        if isinstance(command, app_commands.Command)
    }
    named = {" ".join(span[1:].split(" ")[:2]) for span in TYPED}
    named |= {span[1:].split(" ")[0] for span in TYPED}
    assert known - named == set()


def test_a_row_of_a_table_is_read_with_what_may_stand_in_place_of_its_option() -> None:
    row = "| `/timeline 2018-12` | dated events: also `2018`, `since 2018 topic:sanctions` |"
    assert list(typed_on(row)) == [
        "/timeline 2018-12",
        "/timeline 2018",
        "/timeline since 2018 topic:sanctions",
    ]
