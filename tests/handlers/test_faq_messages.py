"""“Save as FAQ” and “Answer with FAQ” on messages."""

from __future__ import annotations

import discord
import pytest
from discord import PermissionOverwrite

from tests.handlers.conftest import World
from tests.handlers.moderating import (
    ENTRY,
    QUESTION,
    allow_everything,
    ask,
    card,
    demote,
    prefilled,
    press,
    published,
    submit,
)
from tests.handlers.reading import buttons, options, text

SAVE, ANSWER = "Save as FAQ", "Answer with FAQ"


# Saving


async def test_a_message_becomes_an_entry_that_names_it(either: World) -> None:
    message = await either.other.send(either.channel, "The ferry takes *nine* hours.")
    shown = await either.moderator.context_menu(either.channel, SAVE, message)
    typed = prefilled(shown)
    assert typed["question"] == ""
    assert typed["citations"] == "editorial"
    assert typed["answer"] == f"The ferry takes *nine* hours.\n\n— [ben]({message.jump_url})"
    await either.meanwhile()
    written = card(await submit(either.moderator, shown, question="How long is the ferry ride?"))
    assert "Editorial" in text(written)
    await press(either.moderator, written, "Publish")
    told = await ask(either, "How long is the ferry ride?")
    assert "The ferry takes *nine* hours." in told
    assert f"[ben]({message.jump_url}) (discord.com)" in told


async def test_a_long_message_is_cut_so_that_its_source_fits(world: World) -> None:
    message = await world.other.send(world.channel, "ferry *n* " * 199)
    shown = await world.moderator.context_menu(world.channel, SAVE, message)
    answer = prefilled(shown)["answer"]
    assert len(answer) <= 2000
    assert answer.endswith(f"…\n\n— [ben]({message.jump_url})")
    written = card(await submit(world.moderator, shown, question=QUESTION))
    assert "Preview of a new entry" in text(written)


async def test_a_message_without_text_is_told(world: World) -> None:
    message = await world.other.send(world.channel, attachments=[("a.png", b"x")])
    result = await world.moderator.context_menu(world.channel, SAVE, message)
    assert "has no text" in text(result.response)
    assert world.env.errors


# Answering


async def test_a_message_is_answered_with_the_chosen_entry_for_everyone(either: World) -> None:
    await published(either)
    message = await either.other.send(either.channel, "hey, how long do they take for a ferry permit??")
    shown = card(await either.moderator.context_menu(either.channel, ANSWER, message))
    assert "The nearest are listed" in text(shown)
    assert options(shown)[0] == ENTRY
    await either.meanwhile()
    result = await either.moderator.select(shown, [ENTRY])
    assert result.acknowledged
    reply = either.channel.last_message
    assert reply is not None
    assert reply.reference is not None
    assert reply.reference.message_id == message.id
    assert "Sixty days" in text(reply)
    assert "shared by mod" in text(reply)
    assert "Answered" in text(shown)
    assert reply.jump_url in text(shown)
    posts = [r.json for r in either.env.http_requests if r.path == f"/channels/{either.channel.id}/messages"]
    assert [post["allowed_mentions"] for post in posts if isinstance(post, dict)] == [
        {"parse": [], "replied_user": False}
    ]
    await either.meanwhile()
    assert (await either.other.click(reply, label="Helpful")).acknowledged
    assert "Only the person who asked" in text((await press(either.other, reply, "Delete")).response)
    await press(either.moderator, reply, "Delete")


async def test_where_nothing_is_near_the_first_entries_are_offered(world: World) -> None:
    message = await world.other.send(world.channel, "xylophone zither")
    shown = card(await world.moderator.context_menu(world.channel, ANSWER, message))
    assert "None is near that message" in text(shown)
    assert 1 <= len(options(shown)) <= 25


async def test_a_card_of_the_bot_is_answered_by_what_it_was_asked(world: World) -> None:
    await published(world)
    await world.asker.slash(world.channel, "faq list", tag="ferry permit", visibility="public")
    listed = world.channel.last_message
    assert listed is not None
    shown = card(await world.moderator.context_menu(world.channel, ANSWER, listed))
    assert ENTRY in options(shown)


@pytest.mark.parametrize(
    "said", ["@everyone <@&1> ||x||", "x" * 2000, "👍", "왜" * 2000, "\u202e/faq show x", "```\n# a\n```"]
)
async def test_whatever_a_message_says_the_menus_stay_menus(world: World, said: str) -> None:
    """What is sent is within Discord's limits, which the fixture of the world checks."""
    await published(world, question=f"ferry {'왜' * 290}", alternatives="")
    message = await world.other.send(world.channel, said)
    shown = await world.moderator.context_menu(world.channel, SAVE, message)
    assert prefilled(shown)["answer"]
    assert options(card(await world.moderator.context_menu(world.channel, ANSWER, message)))


async def test_a_message_or_an_entry_that_went_meanwhile_is_told(world: World) -> None:
    await published(world)
    message = await world.other.send(world.channel, "ferry permit?")
    shown = card(await world.moderator.context_menu(world.channel, ANSWER, message))
    await world.moderator.slash(world.channel, "faq-desk retire", id=ENTRY)
    result = await world.moderator.select(shown, [ENTRY])
    assert "That entry was retired meanwhile" in text(result.response)
    await world.moderator.slash(world.channel, "faq-desk restore", id=ENTRY)
    await world.other.delete(message)
    world.env.inject_error("POST", "/channels/*/messages", status=400, code=50035, times=1)
    result = await world.moderator.select(shown, [ENTRY])
    assert "That message is gone" in text(result.followups[0])
    assert world.channel.history() == []


@pytest.mark.parametrize("right", ["send_messages", "read_message_history"])
async def test_where_the_bot_may_not_reply_it_says_so(world: World, right: str) -> None:
    await published(world)
    assert world.bot.user is not None
    closed = world.guild.create_text_channel(
        "closed", overwrites={world.bot.user: PermissionOverwrite(**{right: False})}
    )
    message = await world.other.send(closed, "ferry permit?")
    shown = card(await world.moderator.context_menu(closed, ANSWER, message))
    result = await world.moderator.select(shown, [ENTRY])
    assert "I cannot reply here: I lack the permission" in text(result.response)
    assert len(closed.history()) == 1


# Rights


@pytest.mark.parametrize("name", [SAVE, ANSWER])
async def test_they_are_for_moderators(world: World, name: str) -> None:
    allow_everything(world, world.asker)
    message = await world.other.send(world.channel, "ferry permit?")
    result = await world.asker.context_menu(world.channel, name, message)
    assert result.ephemeral
    assert "Only moderators of this server" in text(result.response)
    assert world.env.errors


async def test_who_lost_the_right_since_posts_nothing(either: World) -> None:
    await published(either)
    message = await either.other.send(either.channel, "ferry permit?")
    shown = card(await either.moderator.context_menu(either.channel, ANSWER, message))
    demote(either, either.moderator)
    await either.meanwhile()
    result = await either.moderator.select(shown, [ENTRY])
    assert "Only moderators of this server" in text(result.response)
    assert len(either.channel.history()) == 1
    assert not buttons(shown)


async def test_there_are_few_enough_menus_and_these_two_are_for_servers(world: World) -> None:
    menus = [
        command.to_dict(world.bot.tree)
        for command in world.bot.tree.get_commands(type=discord.AppCommandType.message)
    ]
    assert len(menus) <= 5
    own = [menu for menu in menus if menu["name"] in (SAVE, ANSWER)]
    assert len(own) == 2
    for menu in own:
        assert (menu["contexts"], menu["integration_types"]) == ([0], [0])
        assert menu["default_member_permissions"] == discord.Permissions(manage_messages=True).value
