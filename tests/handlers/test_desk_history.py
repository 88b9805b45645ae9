"""Entries after they are published: retired, restored, compared, reverted, and each change logged."""

from __future__ import annotations

from collections.abc import AsyncIterator

import discord
import pytest
import simcord
from discord import PermissionOverwrite

from knowledge.entries import Action, State
from tests.handlers.conftest import World
from tests.handlers.moderating import (
    ENTRY,
    QUESTION,
    another_moderator,
    ask,
    card,
    choose,
    demote,
    edited,
    prefilled,
    press,
    preview,
    published,
    said,
    submit,
)
from tests.handlers.reading import buttons, options, text


@pytest.fixture
async def logged(world: World) -> AsyncIterator[simcord.ChannelHandle]:
    """Yield the log channel of the server."""
    channel = world.guild.create_text_channel("log")
    await choose(world, log_channel=channel.id)
    yield channel


async def desk(world: World, command: str, **given: object) -> simcord.ResponseMessage:
    return card(await world.moderator.slash(world.channel, f"faq-desk {command}", id=ENTRY, **given))


async def change(world: World, answer: str, reason: str = "") -> None:
    """Publish another answer."""
    await press(world.moderator, await edited(world, answer=answer, reason=reason), "Publish")


# Retiring and restoring


async def test_a_retired_entry_is_out_at_once_and_comes_back_by_a_button(either: World) -> None:
    await published(either)
    retired = await desk(either, "retire", reason="  out\nof date ")
    assert "### Retired" in text(retired)
    assert "Sixty days" not in await ask(either, QUESTION)
    await either.meanwhile()
    await press(either.moderator, retired, "Restore")
    assert "### Restored" in text(retired)
    assert "Sixty days" in await ask(either, QUESTION)
    assert "Sixty days" in text((await press(either.moderator, retired, "Try it")).response)
    revisions = await either.bot.store.revisions(either.guild.id, ENTRY)
    assert [r.action for r in revisions] == [Action.ADD, Action.RETIRE, Action.RESTORE]
    assert revisions[1].reason == "out of date"


async def test_a_command_restores_too(world: World) -> None:
    await published(world)
    await desk(world, "retire")
    restored = await desk(world, "restore", reason="a mistake")
    assert "### Restored" in text(restored)
    assert "Sixty days" in await ask(world, QUESTION)


@pytest.mark.parametrize(
    ("command", "told"), [("retire", "is retired already"), ("restore", "is published already")]
)
async def test_what_is_so_already_is_told(world: World, command: str, told: str) -> None:
    await published(world)
    if command == "retire":
        await desk(world, "retire")
    result = await world.moderator.slash(world.channel, f"faq-desk {command}", id=ENTRY)
    assert told in text(result.response or result.followups[0])
    assert world.env.errors


@pytest.mark.parametrize("command", ["retire", "restore", "history", "diff"])
async def test_an_entry_that_is_not_there_is_told(world: World, command: str) -> None:
    result = await world.moderator.slash(world.channel, f"faq-desk {command}", id="@everyone")
    assert "This server has no entry" in text(result.response or result.followups[0])
    assert world.env.errors


async def test_a_restore_button_does_nothing_once_the_entry_has_changed(world: World) -> None:
    second = another_moderator(world)
    await published(world)
    retired = await desk(world, "retire")
    await press(second, await edited(world, second, answer="Ninety days."), "Publish")
    result = await press(world.moderator, retired, "Restore")
    assert "Somebody else changed the entry" in text(result.followups[0])
    assert "Ninety days." in await ask(world, QUESTION)


async def test_who_lost_the_right_cannot_restore(world: World) -> None:
    await published(world)
    retired = await desk(world, "retire")
    demote(world, world.moderator)
    result = await press(world.moderator, retired, "Restore")
    assert "Only moderators" in text(result.response)
    entry = await world.bot.store.entry(world.guild.id, ENTRY)
    assert entry is not None
    assert entry.state is State.RETIRED


async def test_a_wording_that_another_entry_took_meanwhile_stops_a_restore(world: World) -> None:
    await published(world)
    await desk(world, "retire")
    await published(world, question="how soon is a ferry allowed?", alternatives="")
    result = await world.moderator.slash(world.channel, "faq-desk restore", id=ENTRY)
    assert "is a wording of the entry" in said(result.response or result.followups[0])
    assert world.env.errors


async def test_however_many_wordings_are_taken_it_is_told(world: World) -> None:
    wordings = "\n".join(f"ferry {n} {'왜' * 180}" for n in range(20))
    await published(world, alternatives=wordings)
    await desk(world, "retire")
    await published(world, question="Which boats are meant?", alternatives=wordings)
    result = await world.moderator.slash(world.channel, "faq-desk restore", id=ENTRY)
    assert "is a wording of the entry which-boats-are-meant" in said(result.response or result.followups[0])
    assert world.env.errors


# History


async def test_every_change_is_listed_with_who_when_and_why(world: World) -> None:
    await published(world)
    await change(world, "Ninety days.", "a new rule")
    await desk(world, "retire", reason="<@&1> **wrong**")
    told = text(await desk(world, "history"))
    assert told.index("**3** · retired") < told.index("**2** · edited") < told.index("**1** · added")
    assert f"by <@{world.moderator.id}>" in told
    assert "<t:" in told
    assert "-# a new rule" in told
    assert r"-# \<\@&1\> \*\*wrong\*\*" in told or "<@&1>" not in told
    assert "(retired)" in told


async def test_a_former_moderator_and_the_one_who_published_for_somebody_are_named(world: World) -> None:
    second = another_moderator(world)
    await choose(world, two_person_rule=True)
    await press(world.moderator, await preview(world), "Send to a second moderator")
    listed = card(await second.slash(world.channel, "faq-desk drafts"))
    await second.select(listed, [options(listed)[0]])
    await press(second, listed, "Publish")
    assert f"added by <@{world.moderator.id}>, published by <@{second.id}>" in text(
        await desk(world, "history")
    )
    await world.bot.store.forget_person(world.moderator.id)
    assert "added by a former moderator, published by" in text(await desk(world, "history"))


async def test_a_long_history_is_paged_and_each_change_can_be_looked_at(either: World) -> None:
    await published(either)
    for number in range(2, 11):
        await change(either, f"Answer {number}.")
    history = await desk(either, "history")
    assert "page 1 of 2" in text(history)
    assert options(history) == [str(number) for number in range(10, 2, -1)]
    await either.meanwhile()
    await press(either.moderator, history, "Older ›")
    assert options(history) == ["2", "1"]
    changed = card(await either.moderator.select(history, ["2"]))
    assert "revision 1 to 2" in text(changed)
    assert "+ Answer 2." in text(changed)
    first = card(await either.moderator.select(history, ["1"]))
    assert "+ Sixty days" in text(first)
    await either.meanwhile()
    await press(either.moderator, history, "‹ Newer")
    assert options(history)[0] == "10"
    await press(either.moderator, changed, "Go back to revision 2")
    assert "Back to revision 2" in text(changed)


# Differences


async def test_two_revisions_are_compared(world: World) -> None:
    await published(world)
    await change(world, "Ninety days.")
    await change(world, "Seventy days.")
    assert "- Ninety days.\n+ Seventy days." in text(await desk(world, "diff"))
    whole = await desk(world, "diff", **{"from": 1, "to": 3})
    assert "+ Seventy days." in text(whole)
    assert list(buttons(whole)) == ["Go back to revision 1"]
    backwards = await desk(world, "diff", **{"from": 3, "to": 1})
    assert "- Seventy days." in text(backwards)
    assert "Nothing differs." in text(await desk(world, "diff", **{"from": 3, "to": 3}))


async def test_a_difference_too_long_for_a_card_is_a_file_too(world: World) -> None:
    await published(world)
    for word in ("old", "new"):
        await change(world, "\n".join(f"{word} line {number} " + "왜" * 20 for number in range(55)))
    compared = await desk(world, "diff")
    assert "(cut; changes.txt has all of it)" in text(compared)
    (file,) = compared.attachments
    assert "+ new line 54" in (await file.read()).decode()


@pytest.mark.parametrize("given", [{"from": 7}, {"to": 7}, {"number": 7}])
async def test_a_revision_that_is_not_there_is_told(world: World, given: dict[str, int]) -> None:
    await published(world)
    command = "revert" if "number" in given else "diff"
    result = await world.moderator.slash(world.channel, f"faq-desk {command}", id=ENTRY, **given)
    assert "has no revision 7; it has 1 to 1" in text(result.response)
    assert world.env.errors


async def test_revisions_are_suggested_with_what_they_did(world: World) -> None:
    await published(world)
    await desk(world, "retire")
    offered = await world.moderator.autocomplete(world.channel, "faq-desk revert", "number", "", id=ENTRY)
    assert [one["value"] for one in offered] == [2, 1]
    assert offered[0]["name"].startswith("2 — retired on 20")
    assert await world.moderator.autocomplete(world.channel, "faq-desk diff", "from", "", id="no") == []


# Reverting


async def test_going_back_shows_the_very_card_first_and_keeps_the_reason(either: World) -> None:
    await published(either)
    await change(either, "Ninety days.")
    shown = await desk(either, "revert", number=1, reason="the *old* rule > holds")
    assert "Back to revision 1" in text(shown)
    assert "Sixty days, says **the harbour**." in text(shown)
    assert "Ninety days." in await ask(either, QUESTION)
    what = card(await press(either.moderator, shown, "What changes"))
    assert "- Ninety days." in text(what)
    await either.meanwhile()
    await press(either.moderator, shown, "Publish revision 1 again")
    assert "### Reverted" in text(shown)
    assert f"**3** · reverted to revision 1 by <@{either.moderator.id}>" in text(
        await desk(either, "history")
    )
    assert "Sixty days" in await ask(either, QUESTION)
    revision = (await either.bot.store.revisions(either.guild.id, ENTRY))[-1]
    assert (revision.number, revision.action) == (3, Action.REVERT)
    assert revision.reason == "the *old* rule > holds"


async def test_nobody_goes_back_over_a_change_that_was_not_seen(world: World) -> None:
    second = another_moderator(world)
    await published(world)
    await change(world, "Ninety days.")
    shown = await desk(world, "revert", number=1)
    await press(second, await edited(world, second, answer="Seventy days."), "Publish")
    result = await press(world.moderator, shown, "Publish revision 1 again")
    assert "Somebody else changed the entry" in text(result.followups[0])
    assert "Seventy days." in await ask(world, QUESTION)


async def test_going_back_to_a_revision_that_says_what_holds_would_change_nothing(world: World) -> None:
    await published(world)
    await change(world, "Ninety days.")
    stale = await desk(world, "revert", number=1)
    await press(world.moderator, await desk(world, "revert", number=1), "Publish revision 1 again")
    same = await desk(world, "revert", number=1)
    assert "### Nothing would change" in text(same)
    assert "Revision 1 says what the entry says now, at revision 3." in text(same)
    assert not buttons(same)
    await press(world.moderator, stale, "Publish revision 1 again")
    assert len(await world.bot.store.revisions(world.guild.id, ENTRY)) == 3


async def test_going_back_to_what_it_says_now_is_nothing(world: World) -> None:
    await published(world)
    result = await world.moderator.slash(world.channel, "faq-desk revert", id=ENTRY, number=1)
    assert "is what" in text(result.response)
    assert world.env.errors


async def test_what_cannot_be_published_as_it_was_becomes_a_draft(either: World) -> None:
    await published(either)
    await press(either.moderator, await edited(either, alternatives="", answer="Ninety days."), "Publish")
    await published(either, question="how soon is a ferry allowed?", alternatives="")
    shown = await desk(either, "revert", number=1)
    assert "cannot be published" in text(shown)
    await either.meanwhile()
    form = await press(either.moderator, shown, "Edit as a draft")
    assert prefilled(form)["answer"].startswith("Sixty days")
    await submit(either.moderator, form, alternatives="")
    await press(either.moderator, shown, "Publish")
    assert "Sixty days" in await ask(either, QUESTION)


async def test_a_draft_of_a_revision_has_its_tags_and_its_review_date(world: World) -> None:
    await published(world)
    written = await edited(world)
    form = await press(world.moderator, written, "Tags and review date")
    await submit(world.moderator, form, tags="old", review_on="2030-01-31")
    await press(world.moderator, written, "Publish")
    written = await edited(world, answer="Ninety days.")
    await submit(world.moderator, await press(world.moderator, written, "Tags and review date"), tags="new")
    await press(world.moderator, written, "Publish")
    form = await press(world.moderator, await desk(world, "revert", number=2), "Edit as a draft")
    await submit(world.moderator, form)
    (draft,) = await world.bot.store.drafts(world.guild.id)
    assert (draft.typed["tags"], draft.typed["review_on"], draft.since) == ("old", "2030-01-31", 3)


@pytest.mark.parametrize("label", ["Publish revision 1 again", "Edit as a draft", "What changes"])
async def test_who_lost_the_right_cannot_go_back(world: World, label: str) -> None:
    await published(world)
    await change(world, "Ninety days.")
    shown = await desk(world, "revert", number=1)
    demote(world, world.moderator)
    assert "Only moderators" in text((await press(world.moderator, shown, label)).response)
    assert len(await world.bot.store.revisions(world.guild.id, ENTRY)) == 2


# The log channel


async def files_of(message: discord.Message | None) -> dict[str, str]:
    assert message is not None
    return {file.filename: (await file.read()).decode() for file in message.attachments}


async def test_every_change_is_logged_with_before_and_after(
    world: World, logged: simcord.ChannelHandle
) -> None:
    await published(world)
    post = logged.last_message
    assert "### Added: an FAQ entry" in text(post)
    assert f"by <@{world.moderator.id}>" in text(post)
    assert "-# people ask" in text(post)
    assert list(await files_of(post)) == ["after.txt"]
    await change(world, "Ninety days.", "a new rule")
    files = await files_of(logged.last_message)
    assert list(files) == ["before.txt", "after.txt"]
    assert "Sixty days" in files["before.txt"]
    assert "Answer\nNinety days." in files["after.txt"]
    for command, told in (("retire", "Retired"), ("restore", "Restored")):
        await desk(world, command, reason="@everyone")
        assert f"### {told}: an FAQ entry" in text(logged.last_message)
        assert "What it says did not change" in text(logged.last_message)
    await press(world.moderator, await desk(world, "revert", number=1), "Publish revision 1 again")
    assert "### Reverted" in text(logged.last_message)
    assert "reverted to revision 1 by" in text(logged.last_message)
    assert len(logged.history()) == 5
    posts = [r.json for r in world.env.http_requests if r.path == f"/channels/{logged.id}/messages"]
    assert [post["allowed_mentions"] for post in posts if isinstance(post, dict)] == [{"parse": []}] * 5


async def test_a_draft_that_waits_is_announced_and_opened_from_there(
    world: World, logged: simcord.ChannelHandle
) -> None:
    second = another_moderator(world)
    await choose(world, two_person_rule=True)
    await press(world.moderator, await preview(world), "Send to a second moderator")
    post = logged.last_message
    assert "waits for a second moderator" in text(post)
    await world.restart()
    assert "Only moderators" in text((await press(world.asker, post, "Open")).response)
    opened = card(await press(second, post, "Open"))
    await press(second, opened, "Publish")
    assert "Sixty days" in await ask(world, QUESTION)
    assert "waits for a second moderator" in text(post)
    late = card(await press(second, post, "Open"))
    assert "This draft is gone" in text(late)


async def test_a_draft_that_is_sent_twice_is_announced_once(
    world: World, logged: simcord.ChannelHandle
) -> None:
    await choose(world, two_person_rule=True)
    seen = await preview(world)
    label = "Send to a second moderator"
    custom_id = buttons(seen)[label]
    await press(world.moderator, seen, label)
    stale = world.env.backend.get_message(seen.channel_id, seen.id)
    stale.components[-1]["components"][0] |= {"custom_id": custom_id, "label": label}
    await press(world.moderator, seen, label)
    assert sum("waits for a second moderator" in text(post) for post in logged.history()) == 1
    assert "waits for a second moderator" in text(seen)


async def test_a_draft_that_was_taken_back_is_not_opened_by_others(
    world: World, logged: simcord.ChannelHandle
) -> None:
    second = another_moderator(world)
    await choose(world, two_person_rule=True)
    written = await preview(world)
    await press(world.moderator, written, "Send to a second moderator")
    form = await press(world.moderator, written, "Edit again")
    await submit(world.moderator, form, answer="Ninety days.")
    result = await press(second, logged.last_message, "Open")
    assert "took it back" in text(result.response)


@pytest.mark.parametrize("right", ["view_channel", "send_messages", "attach_files"])
async def test_a_log_that_cannot_be_written_stops_no_change_and_is_told(world: World, right: str) -> None:
    channel = world.guild.create_text_channel(
        "closed", overwrites={world.guild.default_role: PermissionOverwrite(**{right: False})}
    )
    await choose(world, log_channel=channel.id)
    result = await press(world.moderator, await preview(world), "Publish")
    assert f"It could not be posted to the log channel <#{channel.id}>" in text(result.followups[0])
    assert "I lack the permission" in text(result.followups[0])
    assert "Sixty days" in await ask(world, QUESTION)


async def test_a_log_channel_that_is_gone_is_told(world: World) -> None:
    await choose(world, log_channel=4711)
    result = await press(world.moderator, await preview(world), "Publish")
    assert "/settings names another" in text(result.followups[0])


async def test_a_post_that_fails_is_logged_and_told(
    world: World, logged: simcord.ChannelHandle, caplog: pytest.LogCaptureFixture
) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=400, code=50035, times=None)
    result = await press(world.moderator, await preview(world), "Publish")
    assert "Done, but not logged" in text(result.followups[0])
    assert "could not be posted to the log channel" in caplog.text
    assert not logged.history()
    assert "Sixty days" in await ask(world, QUESTION)
