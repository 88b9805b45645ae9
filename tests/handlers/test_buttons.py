"""Every button and menu, pressed on new cards and on cards from before a restart."""

from __future__ import annotations

import sqlite3
import sys
import threading
from contextlib import closing
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from discord import PermissionOverwrite, ui
from simcord import interactions

from handlers import cards
from handlers.views import Try
from knowledge.engine import Engine
from knowledge.store import Store, Votes
from tests.handlers.conftest import World, impatient
from tests.handlers.reading import buttons, options, text


async def public(world: World, name: str, **given: str) -> simcord.ResponseMessage:
    result = await world.asker.slash(world.channel, name, visibility="public", **given)
    assert result.response is not None
    return result.response


async def private(world: World, name: str, **given: str) -> simcord.ResponseMessage:
    result = await world.asker.slash(world.channel, name, visibility="private", **given)
    assert result.response is not None
    return result.response


def bodies(world: World) -> list[dict[str, Any]]:
    """Return what the bot sent to Discord, request by request."""
    return [request.json or {} for request in world.env.http_requests]


# --- citations and neighbours


async def test_a_citation_opens_privately_for_whoever_presses(either: World) -> None:
    card = await public(either, "exports", period="2023-11")
    await either.meanwhile()
    before = text(either.channel.last_message)
    result = await either.other.click(card, label="Open rfa-2024¶13")
    assert result.acknowledged
    assert result.ephemeral
    assert "November" in text(result.response)
    assert {"‹ rfa-2024¶12", "rfa-2024¶14 ›"} <= set(buttons(result.response))
    assert text(either.channel.last_message) == before


async def test_an_open_passage_is_read_on_in_place(either: World) -> None:
    opened = await private(either, "cite", reference="fp-2019¶6")
    await either.meanwhile()
    result = await either.asker.click(opened, label="fp-2019¶7 ›")
    assert result.acknowledged
    message = result.response or opened
    assert "-# /cite fp-2019¶7" in text(message)
    await either.meanwhile()
    assert (await either.asker.click(message, label="‹ fp-2019¶6")).acknowledged


async def test_a_public_passage_is_turned_by_its_asker_and_copied_for_others(either: World) -> None:
    card = await public(either, "cite", reference="fp-2019¶6")
    await either.meanwhile()
    copied = await either.other.click(card, label="fp-2019¶7 ›")
    assert copied.ephemeral
    assert "-# /cite fp-2019¶7" in text(copied.response)
    assert "-# /cite fp-2019¶6" in text(either.channel.last_message)
    turned = await either.asker.click(card, label="fp-2019¶7 ›")
    assert turned.acknowledged
    assert "-# /cite fp-2019¶7" in text(either.channel.last_message)


# --- pages


async def test_a_timeline_is_paged_there_and_back(either: World) -> None:
    card = await private(either, "timeline")
    first = text(card)
    await either.meanwhile()
    result = await either.asker.click(card, label="Next ›")
    assert result.acknowledged
    card = result.response or card
    assert "page 2 of" in text(card)
    await either.meanwhile()
    result = await either.asker.click(card, label="‹ Previous")
    assert text(result.response or card) == first


async def test_a_page_of_somebody_elses_timeline_is_private(either: World) -> None:
    card = await public(either, "timeline", period="2018")
    await either.meanwhile()
    result = await either.other.click(card, label="Next ›")
    assert result.ephemeral
    assert "page 2 of" in text(result.response)
    assert "page 1 of" in text(either.channel.last_message)


async def test_every_page_can_be_reached(world: World) -> None:
    card = await private(world, "timeline")
    for _ in range(20):
        if "Next ›" not in buttons(card):
            break
        result = await world.asker.click(card, label="Next ›")
        assert result.acknowledged
        card = result.response or card
    number, count = text(card).rsplit("page ", 1)[1].split(" · ")[0].split(" of ")
    assert number == count


# --- choices


async def test_what_can_be_chosen_is_a_button(either: World, engine: Engine) -> None:
    choices = engine.timeline("december").choices
    assert len(choices) > 1
    card = await private(either, "timeline", period="december")
    await either.meanwhile()
    result = await either.asker.click(card, label=choices[0])
    assert result.acknowledged
    assert f"-# {choices[0]}" in text(result.response or card)


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("", []),
        ("/ask why?", ["why?"]),
        ("/timeline 2018", ["/timeline 2018"]),
        ("/ask " + "x" * 80, ["x" * 80]),
        ("/ask " + "x" * 81, []),
        ("x" * 80, ["x" * 80]),
        ("x" * 81, []),
    ],
)
def test_an_example_is_a_button_if_it_can_be_read_on_one(typed: str, labels: list[str]) -> None:
    drawn = [button.item for button in Try.example(typed)]
    assert [item.label for item in drawn if isinstance(item, ui.Button)] == labels


@pytest.mark.parametrize(("length", "count"), [(96, 1), (97, 0)])
def test_an_input_is_a_button_if_discord_takes_it_as_an_id(length: int, count: int) -> None:
    assert len(list(Try.labelled("Try it", "x" * length))) == count
    assert not list(Try.labelled("", "x"))


# --- share and delete


async def test_a_private_reply_is_shared_once(either: World) -> None:
    card = await private(either, "exports", period="2023-11")
    await either.meanwhile()
    result = await either.asker.click(card, label="Share")
    assert result.acknowledged
    shared = either.channel.last_message
    assert shared is not None
    assert not shared.flags.ephemeral
    assert "US$120,000" in text(shared)
    assert "shared by ann" in text(shared)
    assert "Delete" in buttons(shared)
    assert not shared.mentions
    assert "Share" not in buttons(card)
    assert "Export" in buttons(card)


async def test_a_shared_card_stays_one_from_page_to_page(either: World) -> None:
    card = await private(either, "timeline")
    await either.asker.click(card, label="Share")
    for label, page in (("Next ›", 2), ("‹ Previous", 1)):
        await either.meanwhile()
        shared = either.channel.last_message
        assert shared is not None
        assert (await either.asker.click(shared, label=label)).acknowledged
        assert (await either.asker.click(card, label=label)).acknowledged
        public_text = text(either.channel.last_message)
        assert f"page {page} of" in public_text
        assert "shared by ann" in public_text
        assert f"page {page} of" in text(card)
        assert "shared with everyone here" in text(card)
        assert "Share" not in buttons(card)


async def test_a_private_card_that_moved_on_can_be_shared_again(either: World) -> None:
    card = await private(either, "cite", reference="fp-2019¶6")
    await either.asker.click(card, label="Share")
    await either.meanwhile()
    await either.asker.click(card, label="fp-2019¶7 ›")
    assert (await either.asker.click(card, label="Share")).acknowledged
    assert "-# /cite fp-2019¶7" in text(either.channel.last_message)


async def test_a_copy_of_a_shared_card_for_somebody_else_is_their_own(either: World) -> None:
    card = await private(either, "timeline")
    await either.asker.click(card, label="Share")
    shared = either.channel.last_message
    assert shared is not None
    await either.meanwhile()
    copied = (await either.other.click(shared, label="Next ›")).response
    assert "shared" not in text(copied)
    assert "Share" in buttons(copied)


async def test_a_fast_double_press_shares_once(either: World, monkeypatch: pytest.MonkeyPatch) -> None:
    card = await private(either, "exports")
    await either.meanwhile()
    before = len(either.channel.history())
    backend = either.env.backend
    emit = backend.emit
    second: list[Any] = []

    def emit_twice(name: str, payload: dict[str, Any]) -> None:
        """Deliver a press, and a second one by the same person before the bot has seen the first."""
        emit(name, payload)
        if name == "INTERACTION_CREATE" and not second:
            about = {"channel_id": card.channel_id, "guild_id": either.guild.id, "user_id": either.asker.id}
            data = payload["data"]
            record, again = interactions.base_payload(backend, type=payload["type"], data=data, **about)
            record.source_message_id = card.id
            second.append(record)
            emit(name, {**again, "message": payload["message"]})

    monkeypatch.setattr(backend, "emit", emit_twice)
    first = await either.asker.click(card, label="Share")
    assert first.acknowledged
    assert second[0].responded
    assert len(either.channel.history()) == before + 1


async def test_the_button_is_gone_before_the_card_is_posted(world: World) -> None:
    card = await private(world, "exports")
    before = len(bodies(world))
    await world.asker.click(card, label="Share")
    edited, posted = bodies(world)[before:]
    assert edited["type"] == discord.InteractionResponseType.message_update.value
    assert "Share" not in str(edited)
    assert "shared by ann" in str(posted)


async def test_the_page_that_is_open_is_the_page_that_is_shared(world: World) -> None:
    card = await private(world, "timeline")
    card = (await world.asker.click(card, label="Next ›")).response or card
    await world.asker.click(card, label="Share")
    assert "page 2 of" in text(world.channel.last_message)


async def test_the_asker_and_a_moderator_can_delete_and_others_are_told_why_not(either: World) -> None:
    for who in (either.asker, either.moderator):
        card = await public(either, "exports")
        await either.meanwhile()
        turned_down = await either.other.click(card, label="Delete")
        assert turned_down.acknowledged
        assert turned_down.ephemeral
        assert "Only the person who asked" in text(turned_down.response)
        assert card.id in {message.id for message in either.channel.history()}
        assert (await who.click(card, label="Delete")).acknowledged
        assert card.id not in {message.id for message in either.channel.history()}


async def test_a_right_in_another_channel_does_not_count(world: World) -> None:
    elsewhere = world.guild.create_text_channel(
        "elsewhere", overwrites={world.moderator: PermissionOverwrite(manage_messages=False)}
    )
    card = (await world.asker.slash(elsewhere, "exports", visibility="public")).response
    assert card is not None
    result = await world.moderator.click(card, label="Delete")
    assert "Only the person who asked" in text(result.response)


async def test_the_reply_to_a_mention_can_be_deleted_by_whoever_asked(either: World) -> None:
    await either.asker.send(either.channel, f"{either.mention} /exports")
    card = either.channel.last_message
    assert card is not None
    await either.meanwhile()
    assert "Only the person" in text((await either.other.click(card, label="Delete")).response)
    assert (await either.asker.click(card, label="Delete")).acknowledged
    assert card.id not in {message.id for message in either.channel.history()}


async def test_in_a_direct_message_every_button_and_menu_works(either: World) -> None:
    user = either.asker.user
    card = (await user.slash("timeline", period="2018")).response
    assert card is not None
    assert "Share" not in buttons(card)  # there is nobody to share it with
    leaves_it_there = [label for label in buttons(card) if label not in ("Next ›", "Delete")]
    for label in (*leaves_it_there, "Next ›"):
        await either.meanwhile()
        result = await user.click(card, label=label)
        assert result.acknowledged
        assert text(result.response).strip()
    assert "page 2 of" in text(user.dm_channel.history()[0])
    assert (await user.click(card, label="‹ Previous")).acknowledged
    noted = (await user.click(card, label="Helpful")).response
    assert noted is not None
    await either.meanwhile()
    assert "withdrawn" in text((await user.click(noted, label="Withdraw my vote")).response or noted)
    menu = (await user.click(card, label="Export")).response
    assert menu is not None
    await either.meanwhile()
    for form in options(menu):
        result = await user.select(menu, [form])
        assert result.response is not None
        assert result.response.attachments or "```" in text(result.response)
    opened = (await user.slash("cite", reference="fp-2019¶6")).response
    assert opened is not None
    await either.meanwhile()
    assert (await user.click(opened, label="fp-2019¶7 ›")).acknowledged
    choices = (await user.slash("timeline", period="december")).response
    assert choices is not None
    await either.meanwhile()
    assert (await user.click(choices, label=next(iter(buttons(choices))))).acknowledged
    assert (await user.click(card, label="Delete")).acknowledged
    assert card.id not in {message.id for message in user.dm_channel.history()}


# --- export

SOURCED = ["bibliography", "bibtex", "csl", "text"]


@pytest.mark.parametrize(
    ("name", "given", "forms"),
    [
        ("timeline", {"period": "2018"}, ["csv", "ics", "markdown", *SOURCED]),
        ("exports", {}, ["csv", "receipt", *SOURCED]),
        ("exports", {"period": "2016", "series": "census"}, ["csv", "receipt", *SOURCED]),
        ("assistance", {"years": "FY2008"}, ["csv", *SOURCED]),
        ("cite", {"reference": "fp-2019¶6"}, ["csv", *SOURCED]),
        ("sources", {}, ["csv", *SOURCED]),
        ("coverage", {}, ["csv", "text"]),
        ("corrections", {}, ["csv", *SOURCED]),
        ("help", {}, ["text"]),
        ("exports", {"period": "2023-10"}, ["text"]),
    ],
)
async def test_a_reply_is_exported_in_each_form_it_has(
    either: World, name: str, given: dict[str, str], forms: list[str]
) -> None:
    card = await public(either, name, **given)
    await either.meanwhile()
    menu = (await either.other.click(card, label="Export")).response
    assert menu is not None
    assert menu.ephemeral
    assert options(menu) == forms
    await either.meanwhile()
    for form in forms:
        result = await either.other.select(menu, [form])
        assert result.acknowledged
        assert result.ephemeral
        assert result.response is not None
        if form == "text" and "```" in (copied := text(result.response)):
            assert "Library version: " in copied
            continue
        (attachment,) = result.response.attachments
        assert await attachment.read()


async def test_a_plain_text_too_long_to_copy_from_a_card_is_a_file(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "_LONGEST_COPY", 1_000)
    menu = (await world.other.click(await public(world, "timeline"), label="Export")).response
    assert menu is not None
    response = (await world.other.select(menu, ["text"])).response
    assert response is not None
    (attachment,) = response.attachments
    assert b"Timeline: all dates" in await attachment.read()


async def test_what_makes_calendars_is_loaded_beside_the_event_loop(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded_in: list[threading.Thread] = []

    class Watch(MetaPathFinder):
        def find_spec(self, fullname: str, *_: object) -> None:
            if fullname == "icalendar":
                loaded_in.append(threading.current_thread())

    menu = (await world.asker.click(await private(world, "timeline"), label="Export")).response
    assert menu is not None
    monkeypatch.delitem(sys.modules, "icalendar", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Watch(), *sys.meta_path])
    assert (await world.asker.select(menu, ["ics"])).acknowledged
    assert loaded_in
    assert threading.current_thread() not in loaded_in


async def test_an_error_has_nothing_to_export(world: World) -> None:
    assert "Export" not in buttons(await private(world, "timeline", period="banana"))


# --- votes


async def test_a_person_has_one_vote_which_can_change_and_be_withdrawn(either: World, store: Store) -> None:
    card = await public(either, "exports")
    key = buttons(card)["Helpful"].split(":")[-1]
    await either.meanwhile()
    assert "Helpful: 1." in text((await either.asker.click(card, label="Helpful")).response)
    assert "Helpful: 1." in text((await either.asker.click(card, label="Helpful")).response)
    assert "Helpful: 2." in text((await either.other.click(card, label="Helpful")).response)
    changed = await either.other.click(card, label="Not helpful")
    assert changed.ephemeral
    assert await store.votes(key) == Votes(1, 1)
    await either.meanwhile()
    assert changed.response is not None
    assert (await either.other.click(changed.response, label="Withdraw my vote")).acknowledged
    assert await store.votes(key) == Votes(1, 0)


async def test_votes_change_no_answer(world: World) -> None:
    card = await public(world, "ask", question="why were aid shipments delayed in 2018?")
    await world.other.click(card, label="Not helpful")
    again = await public(world, "ask", question="why were aid shipments delayed in 2018?")
    assert text(again) == text(card)


async def test_two_cards_of_the_same_question_share_their_votes(world: World) -> None:
    first, second = await public(world, "exports"), await private(world, "exports")
    assert buttons(first)["Helpful"] == buttons(second)["Helpful"]
    third = await private(world, "exports", period="2023-11")
    assert buttons(third)["Helpful"] != buttons(first)["Helpful"]


async def test_what_programs_read_is_in_english_and_the_rest_in_the_language_of_the_reader(
    world: World, korean: simcord.MemberActor
) -> None:
    card = await public(world, "exports", period="2023-11..2024-03")
    files: dict[str, set[bytes]] = {}
    for member in (world.asker, korean):
        menu = (await member.click(card, label="Export")).response
        assert menu is not None
        for form in ("csv", "bibtex", "csl", "receipt", "bibliography"):
            made = (await member.select(menu, [form])).response
            assert made is not None
            files.setdefault(form, set()).add(await made.attachments[0].read())
    assert [form for form, made_ in files.items() if len(made_) == 1] == ["csv", "bibtex", "csl"]
    assert any("계산식: ".encode() in receipt for receipt in files["receipt"])


# --- long lives and bad days


async def test_buttons_outlive_the_time_after_which_private_views_end(world: World) -> None:
    old = await public(world, "timeline")
    opened = await private(world, "timeline")
    opened = (await world.asker.click(opened, label="Next ›")).response or opened
    notice = (await world.asker.click(old, label="Helpful")).response
    menu = (await world.asker.click(old, label="Export")).response
    assert notice
    assert menu
    await world.env.advance_time(20 * 60)
    for label in ("Next ›", "Export", "Helpful", "Not helpful"):
        assert (await world.other.click(old, label=label)).acknowledged
    assert (await world.asker.click(opened, label="Share")).acknowledged
    assert (await world.asker.select(menu, ["csv"])).acknowledged
    assert (await world.asker.click(notice, label="Withdraw my vote")).acknowledged
    assert (await world.asker.click(old, label="Delete")).acknowledged


async def test_a_store_that_fails_is_excused_with_a_reference(
    world: World, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    card = await public(world, "exports")
    await store.close()
    result = await world.asker.click(card, label="Helpful")
    assert result.acknowledged
    assert result.ephemeral
    reply = text(result.response)
    assert "cannot write that down" in reply
    assert "bot.db" not in reply
    assert reply.rsplit(" ", 1)[-1].strip(".") in caplog.text


@pytest.mark.parametrize("label", ["Helpful", "Withdraw my vote"])
@impatient
async def test_a_vote_is_acknowledged_before_it_waits_for_a_database_that_somebody_holds(
    world: World, database: Path, label: str
) -> None:
    card = await public(world, "exports")
    if label == "Withdraw my vote":
        noted = await world.asker.click(card, label="Helpful")
        assert noted.response is not None
        card = noted.response
    with closing(sqlite3.connect(database, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        assert (await world.asker.click(card, label=label)).acknowledged
    acknowledgement, told = bodies(world)[-2:]
    assert discord.InteractionResponseType(acknowledgement["type"]).name.startswith("deferred")
    assert told["flags"] & discord.MessageFlags(ephemeral=True).value
    assert "cannot write that down" in told["content"]


@pytest.mark.parametrize("label", ["Open rfa-2024¶13", "Export", "Helpful", "Share", "Delete"])
async def test_a_failure_of_discord_in_any_button_is_excused(world: World, label: str) -> None:
    make = public if label == "Delete" else private
    card = await make(world, "exports", period="2023-11")
    world.env.inject_error("POST", "/interactions/*/callback", status=400, code=50035, times=1)
    result = await world.asker.click(card, label=label)
    assert result.acknowledged
    assert "Discord did not take the reply" in text(result.response)


@pytest.mark.parametrize("code", [40060, 10062])
async def test_an_interaction_answered_twice_or_too_late_is_no_error(
    world: World, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    card = await public(world, "exports")
    world.env.inject_error("POST", "/interactions/*/callback", status=400, code=code, times=1)
    await world.asker.click(card, label="Export")
    assert "Reference" not in caplog.text


async def test_a_share_that_fails_leaves_the_button_there(world: World) -> None:
    card = await private(world, "exports")
    world.env.inject_error("POST", "/webhooks/*", status=400, code=50035, times=1)
    result = await world.asker.click(card, label="Share")
    assert result.acknowledged
    assert "Share" in buttons(card)
