"""What moderators do at their desk: fill forms, press buttons, publish."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import simcord

from handlers.markup import unescape
from tests.handlers.conftest import World
from tests.handlers.reading import text

QUESTION = "How long does a ferry permit take?"
ENTRY = "how-long-does-a-ferry-permit-take"
WRITTEN = {
    "question": QUESTION,
    "answer": "Sixty days, says **the harbour**.",
    "alternatives": "ferry permit waiting time\nhow soon is a ferry allowed",
    "citations": "fp-2019¶6",
    "reason": "people ask",
}
"""What a moderator types for an entry that can be published."""


def prefilled(shown: simcord.InteractionResult) -> dict[str, str]:
    """Return what stands in the fields of a form when it opens."""
    assert shown.modal is not None, text(shown.response)
    items = [row["component"] for row in shown.modal["components"]]
    return {item["custom_id"]: item.get("value") or "" for item in items}


async def submit(
    who: simcord.MemberActor, shown: simcord.InteractionResult, **typed: str
) -> simcord.InteractionResult:
    """Send a form as it was prefilled, but for what is typed."""
    fields = prefilled(shown)
    assert typed.keys() <= fields.keys()
    result = await who.submit_modal(shown, fields | typed)
    assert result.acknowledged
    return result


def card(result: simcord.InteractionResult) -> simcord.ResponseMessage:
    """Return the private card that a moderator sees after doing something."""
    assert result.acknowledged
    message = result.followups[0] if result.response is None else result.response
    assert message.ephemeral
    return message


async def preview(
    world: World, who: simcord.MemberActor | None = None, /, **typed: str
) -> simcord.ResponseMessage:
    """Have a moderator write a new entry; return the card of the draft."""
    who = who or world.moderator
    shown = await who.slash(world.channel, "faq-desk add")
    return card(await submit(who, shown, **{**WRITTEN, **typed}))


async def published(
    world: World, who: simcord.MemberActor | None = None, /, **typed: str
) -> simcord.ResponseMessage:
    """Have a moderator write and publish a new entry; return the card that says so."""
    who = who or world.moderator
    written = await preview(world, who, **typed)
    await press(who, written, "Publish")
    assert "### Published" in text(written), text(written)
    return written


async def edited(
    world: World, who: simcord.MemberActor | None = None, /, *, entry: str = ENTRY, **typed: str
) -> simcord.ResponseMessage:
    """Have a moderator write a change to an entry; return the card of the draft."""
    who = who or world.moderator
    shown = await who.slash(world.channel, "faq-desk edit", id=entry)
    return card(await submit(who, shown, **typed))


async def press(who: simcord.MemberActor, message: Any, label: str) -> simcord.InteractionResult:
    """Press a button, which must be answered."""
    result = await who.click(message, label=label)
    assert result.acknowledged
    return result


async def ask(world: World, question: str, **given: Any) -> str:
    """Return the reply to a question in the server."""
    return text((await world.asker.slash(world.channel, "ask", question=question, **given)).response)


def another_moderator(world: World, name: str = "sue") -> simcord.MemberActor:
    """Add a moderator to the server."""
    user = world.env.create_user(name)
    return world.guild.add_member(user, roles=[world.guild.roles["Moderators"]])


async def choose(world: World, **settings: Any) -> None:
    """Choose settings of the server."""
    await world.bot.desk.change_settings(world.guild.id, lambda now: replace(now, **settings))


def demote(world: World, who: simcord.MemberActor) -> None:
    """Take all roles from somebody."""
    world.env.backend.get_guild(world.guild.id).members[who.id].role_ids.clear()


def allow_everything(world: World, who: simcord.MemberActor) -> None:
    """Let somebody see every command, as the settings of a server can, without any right in the code."""
    for command in world.env.backend.commands[None].values():
        world.guild.set_command_permissions(int(command["id"]), {who: True})


def said(message: Any) -> str:
    """Return the text of a card as people read it, without its escapes."""
    return unescape(text(message))
