"""Files of entries at the desk: imported after a dry run, exported, and the one gives the other back."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import simcord

from handlers import entry_files
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
    press,
    published,
    said,
)
from tests.handlers.reading import buttons, text

FERRY: dict[str, Any] = {
    "id": ENTRY,
    "question": QUESTION,
    "answer": "Sixty days.",
    "citations": ["fp-2019¶6"],
    "tags": ["harbour"],
}
BOATS: dict[str, Any] = {
    "id": "boats",
    "question": "Which boats are meant?",
    "answer": "All of them.",
    "editorial": True,
    "state": "retired",
}


def written(*rows: dict[str, Any]) -> bytes:
    return json.dumps(rows, ensure_ascii=False).encode()


async def dry_run(
    world: World, data: bytes, name: str = "faq.json", reason: str = ""
) -> simcord.ResponseMessage:
    result = await world.moderator.slash(world.channel, "faq-desk import", file=(name, data), reason=reason)
    return card(result)


async def file_on(message: Any, name: str = "") -> str:
    (file,) = [one for one in message.attachments if name in one.filename]
    return str((await file.read()).decode())


async def exported(world: World) -> str:
    return await file_on(card(await world.moderator.slash(world.channel, "faq-desk export")))


# The dry run and its confirmation


async def test_a_file_is_read_once_no_other_is(world: World) -> None:
    async with world.bot.reading_file:
        waiting = asyncio.create_task(dry_run(world, written(FERRY)))
        await asyncio.wait([waiting], timeout=0.3)
        assert not waiting.done()
    assert "1 entry would be added" in text(await waiting)


async def test_a_file_is_shown_first_and_imported_when_confirmed(either: World) -> None:
    shown = await dry_run(either, written(FERRY, BOATS), reason="the *old* wiki")
    told = text(shown)
    assert "2 entries would be added" in told
    assert ENTRY in told
    assert "boats (retired)" in told
    assert "Nothing has changed yet" in told
    assert await either.bot.store.entries(either.guild.id) == ()
    await either.meanwhile()
    await press(either.moderator, shown, "Import")
    assert "### Imported" in text(shown)
    assert "\n2 added. What is published" in text(shown)
    assert not buttons(shown)
    assert not shown.attachments
    assert "Sixty days." in await ask(either, QUESTION)
    ferry, boats = await either.bot.store.entries(either.guild.id)
    assert (ferry.revision.action, ferry.revision.author_id) == (Action.IMPORT, either.moderator.id)
    assert ferry.revision.reason == "the *old* wiki"
    assert boats.state is State.RETIRED


async def test_the_file_is_read_from_the_component_that_shows_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord lists an attachment that a component shows nowhere else."""
    shown = await dry_run(world, written(FERRY))
    stored = world.env.backend.get_message(shown.channel_id, shown.id)
    monkeypatch.setattr(stored, "attachments", [])
    await press(world.moderator, shown, "Import")
    assert "### Imported" in text(shown)


async def test_what_differs_is_shown_and_what_is_the_same_is_left_alone(world: World) -> None:
    await press(world.moderator, await dry_run(world, written(FERRY, BOATS)), "Import")
    shown = await dry_run(world, written(FERRY | {"answer": "Ninety days."}, BOATS))
    assert "1 entry would be changed" in text(shown)
    assert "- Sixty days." in text(shown)
    assert "+ Ninety days." in text(shown)
    assert "1 entry unchanged." in text(shown)
    assert "Nothing to import" in text(await dry_run(world, written(FERRY, BOATS)))


async def test_a_shipped_entry_that_would_be_replaced_is_named(world: World) -> None:
    shown = await dry_run(world, written(FERRY | {"id": "does-it-use-ai"}))
    assert "does-it-use-ai, in place of the shipped entry" in text(shown)


async def test_an_import_can_be_stopped(either: World) -> None:
    shown = await dry_run(either, written(FERRY))
    await either.meanwhile()
    await press(either.moderator, shown, "Do not import")
    assert "### Not imported" in text(shown)
    assert not shown.attachments
    assert await either.bot.store.entries(either.guild.id) == ()


async def test_a_plan_that_has_changed_is_shown_again_before_anything_is_done(either: World) -> None:
    second = another_moderator(either)
    shown = await dry_run(either, written(FERRY | {"answer": "Ninety days."}), reason="the wiki")
    await published(either, second)
    await either.meanwhile()
    await press(either.moderator, shown, "Import")
    assert "### The plan has changed" in text(shown)
    assert "1 entry would be changed" in text(shown)
    assert "Sixty days" in await ask(either, QUESTION)
    await press(second, await edited(either, second, answer="Seventy days."), "Publish")
    await press(either.moderator, shown, "Import")
    assert "- Seventy days." in text(shown)
    await either.meanwhile()
    await press(either.moderator, shown, "Import")
    assert "### Imported" in text(shown)
    assert "Ninety days." in await ask(either, QUESTION)
    assert (await either.bot.store.revisions(either.guild.id, ENTRY))[-1].reason == "the wiki"


async def test_import_pressed_twice_imports_once(world: World) -> None:
    shown = await dry_run(world, written(FERRY))
    stored = world.env.backend.get_message(shown.channel_id, shown.id)
    components = stored.components
    await press(world.moderator, shown, "Import")
    stored.components = components
    twice = await press(world.moderator, shown, "Import")
    assert "has every entry of this file" in text(twice.followups[0])
    assert len(await world.bot.store.revisions(world.guild.id, ENTRY)) == 1


async def test_yaml_is_taken_too(world: World) -> None:
    data = (
        f"- id: {ENTRY}\n  question: {QUESTION}\n  answer: Sixty days.\n  citations: [fp-2019¶6]\n".encode()
    )
    shown = await dry_run(world, data, "My Entries.YML")
    await press(world.moderator, shown, "Import")
    assert "Sixty days." in await ask(world, QUESTION)


# Faults


async def test_every_fault_is_named_with_its_line_and_nothing_is_imported(world: World) -> None:
    rows = [
        FERRY | {"id": f"entry-{n}", "question": f"ferry {n}?", "citations": ["nowhere¶1"]} for n in range(20)
    ]
    shown = await dry_run(world, written(*rows), "My file.json")
    assert "### The file has 20 faults" in text(shown)
    assert "… and 8 more" in text(shown)
    assert "Import" not in buttons(shown)
    everything = await file_on(shown, "faults")
    assert everything.count("nowhere") >= 20
    assert "My file.json:1: " in everything


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"{", b"- a: [", b"just words", b"[1, 2]", b"id: x"])
async def test_what_is_no_file_of_entries_is_told(world: World, data: bytes) -> None:
    for name in ("faq.yaml", "faq.json"):
        shown = await dry_run(world, data, name)
        assert "fault" in text(shown) or "Nothing to import" in text(shown)
        assert not buttons(shown)


async def test_hostile_faults_stay_on_their_card(world: World) -> None:
    rows = [
        {"id": f"@everyone <@&1> {n}", "question": "```" * 99, "answer": 7, "x" * 300: "왜" * 300}
        for n in range(40)
    ]
    assert "faults" in text(await dry_run(world, written(*rows)))


async def test_two_entries_with_one_wording_are_refused_in_the_dry_run(world: World) -> None:
    await published(world)
    shown = await dry_run(world, written(FERRY | {"id": "another", "question": "Ferry permit waiting time?"}))
    assert "### Nothing was imported" in text(shown)
    assert f"is a wording of the entry {ENTRY} too" in said(shown)


@pytest.mark.parametrize("name", ["faq.txt", "faq", "yaml", "@everyone.exe"])
async def test_another_kind_of_file_is_refused_unread(world: World, name: str) -> None:
    result = await world.moderator.slash(world.channel, "faq-desk import", file=(name, b"[]"))
    assert "A YAML or JSON file is wanted" in text(result.response)
    assert world.env.errors


async def test_too_large_a_file_is_refused_unread(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_files, "MOST_BYTES", 10)
    monkeypatch.setattr("discord.http.HTTPClient.get_from_cdn", None)
    result = await world.moderator.slash(world.channel, "faq-desk import", file=("faq.yaml", b"x" * 11))
    assert "The file has 11 bytes; 10 at most are accepted." in text(result.response)
    assert world.env.errors


async def test_a_file_that_is_gone_is_told(world: World) -> None:
    shown = await dry_run(world, written(FERRY))
    world.env.backend.cdn._blobs.clear()
    result = await press(world.moderator, shown, "Import")
    assert "Import it again" in text(result.followups[0])
    assert await world.bot.store.entries(world.guild.id) == ()


async def test_a_long_plan_is_a_file_too(world: World) -> None:
    rows = [FERRY | {"id": f"entry-{n}", "question": f"ferry number {n}?"} for n in range(300)]
    shown = await dry_run(world, written(*rows))
    assert "300 entries would be added" in text(shown)
    assert "entry-299" in await file_on(shown, "plan")
    await press(world.moderator, shown, "Import")
    assert "300 added" in text(shown)
    assert "ferry number 299?" in text(
        (await world.asker.slash(world.channel, "faq show", id="entry-299")).response
    )


# The two-person rule and rights


async def test_where_nobody_publishes_alone_another_moderator_confirms(either: World) -> None:
    second = another_moderator(either)
    await choose(either, two_person_rule=True)
    shown = await dry_run(either, written(FERRY), reason="the wiki")
    assert list(buttons(shown)) == ["Ask a second moderator"]
    assert f"<#{either.channel.id}>" in text(shown)
    await either.meanwhile()
    await press(either.moderator, shown, "Ask a second moderator")
    post = either.channel.last_message
    assert post is not None
    assert f"<@{either.moderator.id}> asks a second moderator to confirm this" in text(post)
    await either.meanwhile()
    assert "Only moderators" in text((await press(either.asker, post, "Import")).response)
    alone = await press(either.moderator, post, "Import")
    assert "a second moderator confirms an import" in text(alone.followups[0])
    assert await either.bot.store.entries(either.guild.id) == ()
    await press(second, post, "Import")
    assert f"by <@{either.moderator.id}>, confirmed by <@{second.id}>" in text(either.channel.last_message)
    assert "Sixty days." in await ask(either, QUESTION)
    (entry,) = await either.bot.store.entries(either.guild.id)
    assert (entry.revision.author_id, entry.revision.approver_id) == (either.moderator.id, second.id)
    assert entry.revision.reason == "the wiki"


async def test_what_cannot_be_imported_any_more_is_not_handed_on(world: World) -> None:
    await choose(world, two_person_rule=True)
    shown = await dry_run(world, written(FERRY | {"id": "another"}))
    await choose(world, two_person_rule=False)
    await published(world)
    await press(world.moderator, shown, "Ask a second moderator")
    assert f"is a wording of the entry {ENTRY} too" in said(shown)
    assert not world.channel.history()


async def test_it_is_asked_for_in_the_log_channel_if_there_is_one(world: World) -> None:
    second = another_moderator(world)
    log = world.guild.create_text_channel("log")
    await choose(world, two_person_rule=True, log_channel=log.id)
    shown = await dry_run(world, written(FERRY))
    assert f"<#{log.id}>" in text(shown)
    await press(world.moderator, shown, "Ask a second moderator")
    assert not world.channel.history()
    await press(second, log.last_message, "Do not import")
    assert f"stopped by <@{second.id}>" in text(log.last_message)


async def test_the_rule_holds_on_cards_from_before_it_was_made(world: World) -> None:
    shown = await dry_run(world, written(FERRY))
    await choose(world, two_person_rule=True)
    result = await press(world.moderator, shown, "Import")
    assert "nobody publishes alone" in text(result.followups[0])
    assert await world.bot.store.entries(world.guild.id) == ()


@pytest.mark.parametrize("label", ["Import", "Do not import"])
async def test_who_lost_the_right_can_neither_import_nor_stop(world: World, label: str) -> None:
    shown = await dry_run(world, written(FERRY))
    demote(world, world.moderator)
    assert "Only moderators" in text((await press(world.moderator, shown, label)).response)
    assert await world.bot.store.entries(world.guild.id) == ()
    assert "Nothing has changed yet" in text(shown)


# Exporting


async def test_export_wipe_and_import_is_the_identity(either: World, database: Path) -> None:
    stale = {
        **{**FERRY, "id": "stale", "question": "Which ferries are late?"},
        **{"citations": ["fp-2019¶6", "fp-2019¶99"]},
        **{"cited": {"fp-2019¶6": "0123456789abcdef", "fp-2019¶99": "0123456789abcdef"}},
    }
    await press(either.moderator, await dry_run(either, written(FERRY, BOATS, stale)), "Import")
    await published(either, question="another *one* about ferries?", alternatives="one\ntwo: three")
    before = await exported(either)
    kept = {
        entry.id: (entry.state, entry.content) for entry in await either.bot.store.entries(either.guild.id)
    }
    with closing(sqlite3.connect(database)) as file, file:
        file.execute("DELETE FROM revisions")
    await either.restart()
    assert await exported(either) == "[]\n"
    await press(either.moderator, await dry_run(either, before.encode(), "faq.yaml"), "Import")
    assert await exported(either) == before
    again = {
        entry.id: (entry.state, entry.content) for entry in await either.bot.store.entries(either.guild.id)
    }
    assert again == kept
    queue = text(card(await either.moderator.slash(either.channel, "faq-desk review")))
    assert "fp-2019¶6 no longer reads as it did when it was cited" in queue
    assert "fp-2019¶99 is no longer in the library" in queue


async def test_what_is_too_large_for_one_file_is_exported_as_several(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [FERRY | {"id": f"entry-{n}", "question": f"ferry number {n}?"} for n in range(9)]
    await press(world.moderator, await dry_run(world, written(*rows)), "Import")
    monkeypatch.setattr(entry_files, "MOST_ENTRIES", 4)
    result = await world.moderator.slash(world.channel, "faq-desk export")
    shown = [message for message in (result.response, *result.followups) if message]
    assert [f.filename for m in shown for f in m.attachments] == [
        f"faq-entries-{n}.yaml" for n in range(1, 4)
    ]
    assert all(message.ephemeral for message in shown)
    assert sum([(await file_on(message)).count("- id: ") for message in shown]) == 9


# The log


async def test_an_import_is_logged_with_every_difference_and_with_before_and_after(world: World) -> None:
    log = world.guild.create_text_channel("log")
    await choose(world, log_channel=log.id)
    await published(world)
    await press(world.moderator, await dry_run(world, written(FERRY, BOATS), reason="<@&1>"), "Import")
    post = log.last_message
    assert "### Imported: FAQ entries" in text(post)
    assert "1 added, 1 changed" in text(post)
    differences = await file_on(post, "import.txt")
    assert "- Sixty days, says **the harbour**." in differences
    assert "boats (retired)" in differences
    before, after = await file_on(post, "before.yaml"), await file_on(post, "after.yaml")
    assert "Sixty days, says **the harbour**." in before
    assert "All of them." not in before
    assert after == await exported(world)


async def test_where_nothing_was_before_only_what_is_now_is_logged(world: World) -> None:
    log = world.guild.create_text_channel("log")
    await choose(world, log_channel=log.id)
    await press(world.moderator, await dry_run(world, written(BOATS)), "Import")
    assert log.last_message is not None
    assert [one.filename for one in log.last_message.attachments] == ["import.txt", "after.yaml"]


async def test_an_import_too_large_to_hang_on_a_post_is_logged_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = world.guild.create_text_channel("log")
    await choose(world, log_channel=log.id)
    shown = await dry_run(world, written(BOATS))
    monkeypatch.setattr(entry_files, "MOST_BYTES", 150)
    await press(world.moderator, shown, "Import")
    assert "### Imported" in text(shown)
    assert "too large to hang here" in text(log.last_message)
