"""The command /privacy: what is kept of whoever asks, shown, taken away and deleted."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import simcord

from knowledge.entries import Draft
from knowledge.store import Outcome, PersonalData, Store
from tests.handlers.conftest import World, impatient
from tests.handlers.reading import buttons, text

UNANSWERED = "how do I bake sourdough bread at high altitude"
HOSTILE = "@everyone <@1> **why** [click](https://example.org) `||no||` 빵" + "\\" * 40 + "*" * 200


async def privacy(actor: simcord.MemberActor | simcord.UserHandle, world: World) -> simcord.ResponseMessage:
    """Ask what is kept, in a server or in private."""
    in_server = isinstance(actor, simcord.MemberActor)
    result = await (actor.slash(world.channel, "privacy") if in_server else actor.slash("privacy"))  # type: ignore[arg-type,call-arg]
    assert result.acknowledged
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def leave_much(world: World, store: Store) -> None:
    """Have somebody leave something of every kind behind."""
    guild_id, me, now = world.guild.id, world.asker.id, world.env.now()
    await store.vote("0" * 16, me, False, guild_id=guild_id, at=now)
    await store.vote_reason("0" * 16, me, "too short", "/exports 2023-11")
    await store.vote("1" * 16, me, True, at=now)
    for text_, tell in ((UNANSWERED, "dm"), ("lasagna?", "")):
        asked = await store.ask_moderators(
            guild_id, me, text_, text_, now, channel_id=world.channel.id, tell=tell, quota=5
        )
    await store.close_question(guild_id, asked.question_id, Outcome.DISMISSED, me, now)
    typed = {"question": "How long does a permit take?", "answer": "Sixty days.", "citations": "fp-2019¶6"}
    await world.bot.desk.publish(Draft(guild_id, me, typed), me)
    await world.bot.desk.keep(Draft(guild_id, me, {**typed, "question": "Who **decides**?"}))
    await world.bot.desk.point(guild_id, "who?", "fp-2019¶6", me)
    await store.block(guild_id, world.other.id, me, now)
    await store.block(guild_id, me, world.moderator.id, now)


async def walked(actor: simcord.MemberActor, card: simcord.ResponseMessage) -> str:
    """Turn the pages of everything that is kept; return what stood on them."""
    said = [text(card)]
    while "Next ›" in buttons(card):
        assert (await actor.click(card, label="Next ›")).acknowledged
        said.append(text(card))
    return "\n".join(said)


# What is said


async def test_who_left_nothing_behind_is_told_so(world: World) -> None:
    card = await privacy(world.asker, world)
    assert "- nothing so far" in text(card)
    assert "What you ask me is answered and not kept" in text(card)
    assert buttons(card) == {}


async def test_what_is_kept_is_counted_and_said_for_how_long(world: World, store: Store) -> None:
    await leave_much(world, store)
    said = text(await privacy(world.asker, world))
    for line in (
        "2 votes on replies, 1 with a reason and the question",
        "2 questions to moderators, 1 of them open",
        "1 draft of entries",
        "1 revision of entries that you wrote or approved",
        "3 decisions as a moderator",
        "1 server whose moderators take no questions from you",
        "kept for 365 days",
        "kept for 30 days after I leave it",
        "until they lift it",
    ):
        assert line in said, line
    await world.restart(retention_days=0, keep_after_leaving_days=0)
    said = text(await privacy(world.asker, world))
    assert "kept for as long as the bot runs" in said
    assert "deleted within a day when I leave it" in said


async def test_others_see_nothing_of_it(world: World, store: Store) -> None:
    await leave_much(world, store)
    stranger = world.guild.add_member(world.env.create_user("stranger"))
    assert "- nothing so far" in text(await privacy(stranger, world))


async def test_it_works_in_a_direct_message(either: World, store: Store) -> None:
    await leave_much(either, store)
    user = either.asker.user
    card = await privacy(user, either)
    await either.meanwhile()
    assert (await user.click(card, label="Show")).acknowledged
    assert "too short" in text(card)
    assert (await user.click(card, label="Back")).acknowledged
    exported = await user.click(card, label="Export")
    assert exported.response.attachments[0].filename == "my-data.json"
    assert (await user.click(card, label="Delete")).acknowledged
    await either.meanwhile()
    assert (await user.click(card, label="Yes, delete it")).acknowledged
    assert "Deleted: 2 votes, 2 questions, 1 draft" in text(card)


# Shown


async def test_everything_is_shown_page_by_page(either: World, store: Store) -> None:
    await leave_much(either, store)
    card = await privacy(either.asker, either)
    await either.meanwhile()
    await either.asker.click(card, label="Show")
    assert "page 1 of 2" in text(card)
    await either.meanwhile()
    said = await walked(either.asker, card)
    for line in (
        "Vote “not helpful” on “/exports 2023-11”, because “too short”, in Test Guild, <t:",
        "Vote “helpful”, in no server of mine, <t:",
        f"Question “{UNANSWERED}” (open, to be told by direct message), in Test Guild <#{either.channel.id}>",
        "Question “lasagna?” (dismissed), in Test Guild",
        "Draft “Who \\*\\*decides\\*\\*?”, in Test Guild",
        "Revision 1 of `how-long-does-a-permit-take`, written, in Test Guild",
        "A question closed, in Test Guild",
        "A question pointed to its answer, in Test Guild",
        "A person kept from asking moderators, in Test Guild",
        "May not ask moderators, in Test Guild",
    ):
        assert line in said, line
    assert (await either.asker.click(card, label="‹ Previous")).acknowledged
    assert "page 1 of 2" in text(card)
    await either.asker.click(card, label="Back")
    assert "2 votes on replies" in text(card)


async def test_hostile_and_long_texts_fit_on_the_pages_and_ping_nobody(world: World, store: Store) -> None:
    now = world.env.now()
    for number in range(20):
        card_key = f"{number:016x}"
        await store.vote(card_key, world.asker.id, False, at=now)
        await store.vote_reason(card_key, world.asker.id, HOSTILE[:500], HOSTILE[:300])
    card = await privacy(world.asker, world)
    await world.asker.click(card, label="Show")
    said = await walked(world.asker, card)
    assert said.count("Vote “not helpful”") == 20
    assert "(cut)" not in said
    assert not card.message.mention_everyone
    assert not card.message.mentions


async def test_a_page_that_is_gone_meanwhile_gives_way_to_the_last_one(world: World, store: Store) -> None:
    now = world.env.now()
    for number in range(7):
        await store.vote(f"{number:016x}", world.asker.id, True, at=now)
    card = await privacy(world.asker, world)
    await world.asker.click(card, label="Show")
    await store.forget_person(world.asker.id)
    await world.asker.click(card, label="Next ›")
    assert "Nothing." in text(card)
    assert "page 1 of 1" in text(card)


async def test_a_server_that_the_bot_left_is_named_by_its_number(world: World, store: Store) -> None:
    await store.vote("0" * 16, world.asker.id, True, guild_id=4242, at=world.env.now())
    card = await privacy(world.asker, world)
    await world.asker.click(card, label="Show")
    assert "in the server 4242" in text(card)


# Taken away


async def exported(world: World, card: simcord.ResponseMessage) -> Any:
    result = await world.asker.click(card, label="Export")
    assert result.ephemeral
    assert result.response is not None
    (attachment,) = result.response.attachments
    return json.loads(await attachment.read())


async def test_the_export_holds_everything_whole(either: World, store: Store) -> None:
    await leave_much(either, store)
    await store.vote("2" * 16, either.asker.id, False, at=either.env.now())
    await store.vote_reason("2" * 16, either.asker.id, HOSTILE[:500], "\ud83d \0 👩‍🌾 북한")
    card = await privacy(either.asker, either)
    await either.meanwhile()
    held = await exported(either, card)
    data = await store.personal_data(either.asker.id)
    assert held["user_id"] == str(either.asker.id)
    for name in PersonalData.__slots__:
        assert len(held[name]) == len(getattr(data, name)) > 0
    assert [vote["reason"] for vote in held["votes"]] == [vote.reason for vote in data.votes]
    assert {vote["guild_id"] for vote in held["votes"]} == {str(either.guild.id), None}
    assert held["questions"][0]["text"] == UNANSWERED
    assert held["drafts"][0]["typed"]["question"] == "Who **decides**?"


# Deleted


async def test_deleting_asks_first(either: World, store: Store) -> None:
    await leave_much(either, store)
    before = await store.personal_data(either.asker.id)
    card = await privacy(either.asker, either)
    await either.meanwhile()
    await either.asker.click(card, label="Delete")
    assert "This cannot be undone" in text(card)
    assert "“a former moderator”" in text(card)
    assert "stays with the pointer, without your name" in text(card)
    assert "left by a restore" in text(card)
    await either.meanwhile()
    await either.asker.click(card, label="No, keep it")
    assert "2 votes on replies" in text(card)
    assert await store.personal_data(either.asker.id) == before


async def test_everything_that_can_go_goes_and_it_says_what_stays(either: World, store: Store) -> None:
    await leave_much(either, store)
    card = await privacy(either.asker, either)
    await either.asker.click(card, label="Delete")
    await either.meanwhile()
    assert (await either.asker.click(card, label="Yes, delete it")).acknowledged
    assert "Deleted: 2 votes, 2 questions, 1 draft." in text(card)
    assert "1 revision and 2 decisions stay without your name." in text(card)
    left = await store.personal_data(either.asker.id)
    assert replace(left, blocks=()) == PersonalData()
    assert len(left.blocks) == 1
    (entry,) = await store.entries(either.guild.id)
    assert entry.revision.author_id is None
    assert await store.open_questions(either.guild.id) == ()
    said = text(await privacy(either.asker, either))
    assert "1 server whose moderators take no questions from you" in said
    assert "Sixty days." in text(
        (await either.other.slash(either.channel, "ask", question="How long does a permit take?")).response
    )


async def test_deleting_twice_says_that_there_was_nothing(world: World, store: Store) -> None:
    await leave_much(world, store)
    first, second = await privacy(world.asker, world), await privacy(world.asker, world)
    for card in (first, second):
        await world.asker.click(card, label="Delete")
        await world.asker.click(card, label="Yes, delete it")
    assert "There was nothing to delete." in text(second)


@impatient
async def test_a_database_that_fails_deletes_nothing_and_is_excused(
    world: World, store: Store, database: Path
) -> None:
    await leave_much(world, store)
    card = await privacy(world.asker, world)
    await world.asker.click(card, label="Delete")
    with closing(sqlite3.connect(database, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        result = await world.asker.click(card, label="Yes, delete it")
    assert result.acknowledged
    (told,) = result.followups
    assert "cannot write that down" in text(told)
    assert len((await store.personal_data(world.asker.id)).votes) == 2
