"""Writing entries at the desk: forms, drafts, previews, publishing, and what can get in the way."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from handlers.drafts import EntryForm
from knowledge.entries import Action, Draft, Entry, State
from knowledge.store import Store
from tests.handlers.conftest import World, impatient
from tests.handlers.moderating import (
    ENTRY,
    QUESTION,
    WRITTEN,
    allow_everything,
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

SHIPPED = "does-it-use-ai"
ONLY_MODERATORS = "Only moderators of this server can do that"


async def entry(world: World, entry_id: str = ENTRY) -> Entry:
    found = await world.bot.store.entry(world.guild.id, entry_id)
    assert found is not None
    return found


# Adding


async def test_an_entry_is_written_seen_as_readers_will_and_found_by_the_next_question(either: World) -> None:
    mod = either.moderator
    shown = await mod.slash(either.channel, "faq-desk add")
    assert set(prefilled(shown).values()) == {""}
    await either.meanwhile()
    written = card(await submit(mod, shown, **WRITTEN))
    assert "Preview of a new entry" in text(written)
    assert "Sixty days, says **the harbour**." in text(written)
    assert "Also found by: ferry permit waiting time · how soon is a ferry allowed" in said(written)
    assert "Reason: people ask" in said(written)
    assert "Your draft is kept" in text(written)
    assert "Sixty days" not in await ask(either, QUESTION)
    await either.meanwhile()
    await press(mod, written, "Publish")
    assert "### Published" in text(written)
    assert "by its question and by 2 other wordings" in text(written)
    for wording in (QUESTION, *WRITTEN["alternatives"].split("\n")):
        assert "Sixty days, says **the harbour**." in await ask(either, wording)
    await either.meanwhile()
    assert "Sixty days, says **the harbour**." in await ask(either, QUESTION)
    revision = (await entry(either)).revision
    assert (revision.action, revision.author_id, revision.reason) == (Action.ADD, mod.id, "people ask")
    assert await either.bot.store.drafts(either.guild.id) == ()


async def test_the_preview_is_the_very_card(world: World) -> None:
    written = await preview(world)
    above, _, below = text(written).partition(f"### {QUESTION}")
    assert "Preview" in above
    await press(world.moderator, written, "Publish")
    shown = await world.asker.slash(world.channel, "faq show", id=ENTRY)
    without_version = [line for line in below.split("\n") if not line.startswith("-# library ")]
    assert all(line in text(shown.response).split("\n") for line in without_version)


async def test_what_was_published_can_be_tried_at_once(either: World) -> None:
    done = await published(either)
    await either.meanwhile()
    tried = await press(either.moderator, done, "Try it")
    assert tried.ephemeral
    assert "Sixty days" in text(tried.response)
    assert f"-# {QUESTION}" in text(tried.response)


async def test_a_question_too_long_for_a_button_is_tried_by_a_shorter_wording_or_by_its_id(
    world: World,
) -> None:
    long = f"What about a {'very ' * 30}long ferry permit?"
    done = await published(world, question=long)
    assert buttons(done)["Try it"] == "try:ferry permit waiting time"
    done = await published(world, question=f"{long} Really?", alternatives="")
    tried = await press(world.moderator, done, "Try it")
    assert "Sixty days" in text(tried.response)


async def test_everything_wrong_is_named_by_its_field_and_nothing_typed_is_lost(either: World) -> None:
    mod = either.moderator
    wrong = {"question": "…", "answer": "", "citations": "fp-2019¶999, nowhere¶1", "alternatives": "?"}
    written = await preview(either, **wrong)
    told = said(written)
    assert "This cannot be published yet" in told
    for label in ("Question", "Answer", "Alternative wordings", "Citations"):
        assert f"- {label}: " in told
    assert told.count("- Citations: ") == 2
    assert list(buttons(written)) == ["Edit again", "Tags, review date, id", "Discard"]
    await either.meanwhile()
    again = await press(mod, written, "Edit again")
    assert prefilled(again) == {**WRITTEN, **wrong}
    await either.meanwhile()
    await submit(mod, again, **WRITTEN)
    assert "Preview of a new entry" in text(written)
    await press(mod, written, "Publish")
    assert "Sixty days" in await ask(either, QUESTION)


async def test_very_many_faults_are_in_a_file(world: World) -> None:
    wordings = "\n".join(["?!" * n for n in range(1, 19)])
    written = await preview(world, alternatives=wordings, citations="")
    assert "and 7 more: faults.txt has all of them" in text(written)
    (file,) = written.attachments
    assert (await file.read()).decode().count("Alternative wordings: ") == 18


async def test_a_draft_that_nobody_published_is_found_again(either: World) -> None:
    mod = either.moderator
    assert "No drafts" in text(card(await mod.slash(either.channel, "faq-desk drafts")))
    await preview(either, question=" ", citations="")
    await preview(either)
    await either.meanwhile()
    listed = card(await mod.slash(either.channel, "faq-desk drafts"))
    assert text(listed).index(QUESTION) < text(listed).index("no question yet")
    opened = await mod.select(listed, [options(listed)[0]])
    assert opened.acknowledged
    await press(mod, listed, "Publish")
    assert "### Published" in text(listed)


async def test_however_many_drafts_there_are_each_is_opened_from_the_list(either: World) -> None:
    mod = either.moderator
    for number in range(18):
        typed = {**WRITTEN, "question": f"What is zork number {number:02}?"}
        await either.bot.desk.keep(Draft(either.guild.id, mod.id, typed))
    listed = card(await mod.slash(either.channel, "faq-desk drafts"))
    assert "number 17" in text(listed)
    await either.meanwhile()
    await press(mod, listed, "Older ›")
    assert "page 2 of 2" in text(listed)
    await either.meanwhile()
    await mod.select(listed, [options(listed)[-1]])
    assert "What is zork number 00?" in text(listed)
    assert "Publish" in buttons(listed)


async def test_drafts_of_others_are_not_listed_and_cannot_be_opened(world: World) -> None:
    second = another_moderator(world)
    await preview(world)
    assert "No drafts" in text(card(await second.slash(world.channel, "faq-desk drafts")))
    own = await preview(world, second, question="another question about ferries")
    listed = card(await second.slash(world.channel, "faq-desk drafts"))
    assert QUESTION not in text(listed)
    assert len(options(listed)) == 1
    await press(second, own, "Discard")


async def test_a_draft_that_was_taken_back_is_shown_to_its_author_alone(world: World) -> None:
    mod, second = world.moderator, another_moderator(world)
    await published(world)
    await choose(world, two_person_rule=True)
    written = await edited(world, answer="Ninety days.")
    await press(mod, written, "Send to a second moderator")
    theirs = card(await second.slash(world.channel, "faq-desk drafts"))
    await second.select(theirs, [options(theirs)[0]])
    await submit(mod, await press(mod, written, "Edit again"), answer="A secret.")
    for label in ("Publish", "What changes"):
        result = await press(second, theirs, label)
        assert "or took it back" in everything(result)
        assert "secret" not in everything(result) + text(theirs)


async def test_a_draft_is_discarded_only_after_asking(either: World) -> None:
    mod = either.moderator
    written = await preview(either)
    await press(mod, written, "Discard")
    assert "cannot be brought back" in text(written)
    await press(mod, written, "Keep it")
    assert "Preview of a new entry" in text(written)
    await press(mod, written, "Discard")
    await either.meanwhile()
    await press(mod, written, "Discard it")
    assert "The draft is deleted" in text(written)
    assert await either.bot.store.drafts(either.guild.id) == ()


@pytest.mark.parametrize("label", ["Edit again", "Tags, review date, id", "Discard"])
async def test_a_card_whose_draft_is_gone_says_so(world: World, label: str) -> None:
    written = await preview(world)
    (draft,) = await world.bot.store.drafts(world.guild.id)
    await world.bot.store.drop_draft(world.guild.id, draft.id)
    await press(world.moderator, written, label)
    assert "This draft is gone" in text(written)
    assert not buttons(written)


async def test_a_form_whose_draft_went_while_it_was_open_is_kept_as_a_new_one(either: World) -> None:
    written = await preview(either)
    again = await press(either.moderator, written, "Edit again")
    (draft,) = await either.bot.store.drafts(either.guild.id)
    await either.bot.store.drop_draft(either.guild.id, draft.id)
    await either.meanwhile()
    await submit(either.moderator, again, answer="Ninety days.")
    assert "Ninety days." in text(written)
    (kept,) = await either.bot.store.drafts(either.guild.id)
    assert kept.typed["answer"] == "Ninety days."


async def test_publish_pressed_twice_publishes_once_and_the_card_goes_on_saying_so(world: World) -> None:
    written = await preview(world)
    custom_id = buttons(written)["Publish"]
    await press(world.moderator, written, "Publish")
    done = text(written)
    stale = world.env.backend.get_message(written.channel_id, written.id)
    stale.components[-1]["components"][0] |= {"custom_id": custom_id, "label": "Publish"}
    twice = await press(world.moderator, written, "Publish")
    assert "published or dropped meanwhile" in text(twice.followups[0])
    assert text(written) == done
    assert len(await world.bot.store.revisions(world.guild.id, ENTRY)) == 1


# Tags, review date and id


async def test_tags_a_review_date_and_an_id_are_set_on_the_preview(either: World) -> None:
    mod = either.moderator
    written = await preview(either)
    form = await press(mod, written, "Tags, review date, id")
    await either.meanwhile()
    await submit(mod, form, tags="#Permits, harbour", review_on="2031-05-01", id="ferry-permit")
    assert "Tags: permits, harbour" in said(written)
    assert "To be reviewed on 2031-05-01" in said(written)
    await press(mod, written, "Publish")
    content = (await entry(either, "ferry-permit")).content
    assert content.tags == ("permits", "harbour")
    assert str(content.review_on) == "2031-05-01"
    changed = await edited(either, entry="ferry-permit", answer="Ninety days.")
    assert "Tags: permits, harbour" in said(changed)
    form = await press(mod, changed, "Tags and review date")
    assert prefilled(form) == {"tags": "permits, harbour", "review_on": "2031-05-01"}


async def test_what_is_wrong_with_them_can_be_corrected(world: World) -> None:
    written = await preview(world)
    form = await press(world.moderator, written, "Tags, review date, id")
    await submit(world.moderator, form, tags="<@1>", review_on="2001-01-01", id="No Id")
    for label in ("Tags", "Review date", "Id"):
        assert f"- {label}: " in said(written)
    form = await press(world.moderator, written, "Tags, review date, id")
    await submit(world.moderator, form, tags="", review_on="", id="")
    assert "Preview of a new entry" in text(written)


async def test_an_id_that_is_taken_leads_to_the_entry_that_has_it(world: World) -> None:
    await published(world)
    written = await preview(world, question="a question about boats", alternatives="")
    form = await press(world.moderator, written, "Tags, review date, id")
    await submit(world.moderator, form, id=ENTRY)
    assert f"There is an entry {ENTRY} already" in said(written)
    assert "+ a question about boats" in said(written)
    form = await press(world.moderator, written, "Edit on top of it")
    await submit(world.moderator, form)
    await press(world.moderator, written, "Publish")
    assert (await entry(world)).content.question == "a question about boats"


# Editing


async def test_an_entry_is_edited_on_what_it_says_now(either: World) -> None:
    mod = either.moderator
    await published(either)
    await either.meanwhile()
    shown = await mod.slash(either.channel, "faq-desk edit", id=ENTRY)
    assert prefilled(shown) == {**WRITTEN, "reason": ""}
    changed = card(await submit(mod, shown, answer="Ninety days.", reason="a new rule"))
    assert f"a change to `{ENTRY}`, which is at revision 1" in text(changed)
    what = card(await press(mod, changed, "What changes"))
    assert "- Sixty days, says **the harbour**." in said(what)
    assert "+ Ninety days." in said(what)
    await press(mod, changed, "Publish")
    assert "### Changed" in text(changed)
    assert "Readers see it so from now on" in text(changed)
    assert "Ninety days." in await ask(either, QUESTION)
    assert (await entry(either)).revision.number == 2


async def test_editing_goes_on_with_the_draft_that_was_left(either: World) -> None:
    await published(either)
    await edited(either, answer="Ninety days.", citations="")
    await either.meanwhile()
    shown = await either.moderator.slash(either.channel, "faq-desk edit", id=ENTRY)
    assert prefilled(shown)["answer"] == "Ninety days."
    assert prefilled(shown)["citations"] == ""
    await submit(either.moderator, shown, citations="editorial")
    (draft,) = await either.bot.store.drafts(either.guild.id)
    assert draft.typed["citations"] == "editorial"


async def test_a_shipped_entry_is_replaced_in_one_server_alone(world: World) -> None:
    before = text((await world.asker.slash(world.channel, "faq show", id=SHIPPED)).response)
    written = await edited(world, entry=SHIPPED, answer="No robots here.")
    assert f"in place of the shipped one, `{SHIPPED}`" in text(written)
    await press(world.moderator, written, "Publish")
    assert "stands in place of the shipped entry" in text(written)
    here = text((await world.asker.slash(world.channel, "faq show", id=SHIPPED)).response)
    assert "No robots here." in here
    private = text((await world.asker.user.slash("faq show", id=SHIPPED)).response)
    assert "No robots here." not in private
    await world.moderator.slash(world.channel, "faq-desk retire", id=SHIPPED)
    again = text((await world.asker.slash(world.channel, "faq show", id=SHIPPED)).response)
    assert again.split("-# library")[0] == before.split("-# library")[0]


async def test_an_entry_that_is_not_there_cannot_be_edited(world: World) -> None:
    result = await world.moderator.slash(world.channel, "faq-desk edit", id="no such <@1> entry")
    assert result.ephemeral
    assert "This server has no entry" in text(result.response)
    assert world.env.errors


async def test_an_edit_that_changes_nothing_says_so_and_cannot_be_published(either: World) -> None:
    mod = either.moderator
    await published(either)
    before_it_was_the_same = await edited(either, answer="Ninety days.")
    custom_id = buttons(before_it_was_the_same)["Publish"]
    form = await press(mod, before_it_was_the_same, "Edit again")
    await either.meanwhile()
    await submit(mod, form, answer=WRITTEN["answer"])
    same = before_it_was_the_same
    assert "Nothing changed:" in text(same)
    assert not {"Publish", "What changes"} & set(buttons(same))
    stale = either.env.backend.get_message(same.channel_id, same.id)
    stale.components[-1]["components"][0] |= {"custom_id": custom_id, "label": "Publish"}
    await press(mod, same, "Publish")
    assert "This draft was changed since you saw it" in text(same)
    assert (await entry(either)).revision.number == 1
    shipped = await edited(either, entry=SHIPPED)
    assert "Nothing changed:" in text(shipped)
    assert "Publish" not in buttons(shipped)


async def test_wordings_that_are_answered_already_are_named_before_they_are_taken(world: World) -> None:
    await world.bot.desk.point(world.guild.id, "ferry permit waiting time", "fp-2019¶4", world.moderator.id)
    written = await preview(
        world, question="Are you ChatGPT?", alternatives="ferry permit waiting time\nsomething new"
    )
    told = said(written)
    assert f"The library answers “Are you ChatGPT?” already, with `{SHIPPED}`" in told
    assert "A pointer of this server answers “ferry permit waiting time” already, with `fp-2019¶4`" in told
    assert "something new” already" not in told
    await press(world.moderator, written, "Publish")
    for wording in ("Are you ChatGPT?", "ferry permit waiting time"):
        assert "Sixty days" in await ask(world, wording)


async def test_a_shipped_entry_that_nobody_changed_here_cannot_be_retired_and_one_in_its_place_can(
    world: World,
) -> None:
    mod = world.moderator
    refused = await mod.slash(world.channel, "faq-desk retire", id=SHIPPED)
    assert "is shipped with the library" in everything(refused)
    assert world.env.errors
    await press(mod, await edited(world, entry=SHIPPED, answer="No robots here."), "Publish")
    told = text(card(await mod.slash(world.channel, "faq-desk retire", id=SHIPPED)))
    assert "The shipped entry, in whose place it stood, is shown again." in told
    assert "not found any more" not in told


async def test_an_edit_of_a_retired_entry_shows_it_again(world: World) -> None:
    await published(world)
    await world.moderator.slash(world.channel, "faq-desk retire", id=ENTRY)
    changed = await edited(world, answer="Ninety days.")
    assert "publishing this shows it again" in text(changed)
    await press(world.moderator, changed, "Publish")
    assert "### Published again" in text(changed)
    assert (await entry(world)).state is State.PUBLISHED
    assert "Ninety days." in await ask(world, QUESTION)


async def test_a_wording_of_another_entry_is_refused(world: World) -> None:
    await published(world)
    written = await preview(world, question="how soon is a ferry ALLOWED?", alternatives="")
    assert f"is a wording of the entry {ENTRY} already; edit that one" in said(written)


# Two at once


async def test_the_second_of_two_is_told_and_shown_the_difference_and_overwrites_nothing(
    either: World,
) -> None:
    mod, second = either.moderator, another_moderator(either)
    await published(either)
    mine = await edited(either, mod, answer="Ninety days.")
    theirs = await edited(either, second, answer="Seventy days, since May.", reason="the new law")
    await press(second, theirs, "Publish")
    await either.meanwhile()
    await press(mod, mine, "Publish")
    told = said(mine)
    assert f"Somebody changed {ENTRY} meanwhile" in told
    assert f"**2** · edited by <@{second.id}>" in text(mine)
    assert "-# the new law" in told
    assert "Changed meanwhile" in told
    assert "- Sixty days, says **the harbour**." in told
    assert "+ Seventy days, since May." in told
    assert "What yours would change now" in told
    assert "- Seventy days, since May.\n+ Ninety days." in told
    assert "Seventy days, since May." in await ask(either, QUESTION)
    await either.meanwhile()
    form = await press(mod, mine, "Edit on top of it")
    assert prefilled(form)["answer"] == "Ninety days."
    await either.meanwhile()
    await submit(mod, form, answer="Seventy days; before May, ninety.")
    assert "which is at revision 2" in text(mine)
    await press(mod, mine, "Publish")
    assert "Seventy days; before May, ninety." in await ask(either, QUESTION)
    revisions = await either.bot.store.revisions(either.guild.id, ENTRY)
    assert [r.author_id for r in revisions] == [mod.id, second.id, mod.id]


async def test_of_two_who_write_the_same_new_entry_the_second_is_led_to_the_first(world: World) -> None:
    second = another_moderator(world)
    mine, theirs = await preview(world), await preview(world, second, answer="Ninety days.")
    await press(world.moderator, mine, "Publish")
    await press(second, theirs, "Publish")
    assert "This cannot be published yet" in text(theirs)
    assert f"is a wording of the entry {ENTRY} already; edit that one" in said(theirs)
    assert "Edit again" in buttons(theirs)
    assert len(await world.bot.store.drafts(world.guild.id)) == 1


async def test_a_difference_that_was_seen_must_still_be_the_difference(world: World) -> None:
    mod, second = world.moderator, another_moderator(world)
    await published(world)
    mine = await edited(world, mod, answer="Ninety days.")
    for answer in ("Seventy days.", "Eighty days."):
        await press(second, await edited(world, second, answer=answer), "Publish")
        if answer == "Seventy days.":
            await press(mod, mine, "Publish")
            assert "+ Seventy days." in said(mine)
    result = await press(mod, mine, "Edit on top of it")
    assert result.modal is None
    assert "- Eighty days.\n+ Ninety days." in said(mine)


async def test_an_entry_that_was_retired_meanwhile_is_a_conflict_and_so_is_a_former_moderators_change(
    world: World,
) -> None:
    second = another_moderator(world)
    await published(world)
    mine = await edited(world, answer="Ninety days.")
    await second.slash(world.channel, "faq-desk retire", id=ENTRY, reason="wrong")
    await world.bot.store.forget_person(second.id)
    await press(world.moderator, mine, "Publish")
    assert "retired by a former moderator" in text(mine)
    form = await press(world.moderator, mine, "Edit on top of it")
    await submit(world.moderator, form)
    await press(world.moderator, mine, "Publish")
    assert "Ninety days." in await ask(world, QUESTION)


async def test_an_entry_that_is_gone_altogether_is_written_anew(world: World, database: Path) -> None:
    await published(world)
    mine = await edited(world, answer="Ninety days.")
    with closing(sqlite3.connect(database)) as file, file:
        file.execute("DELETE FROM revisions")
    await world.restart()
    await press(world.moderator, mine, "Publish")
    assert f"The entry {ENTRY} is not there any more" in said(mine)
    form = await press(world.moderator, mine, "Edit on top of it")
    await submit(world.moderator, form)
    await press(world.moderator, mine, "Publish")
    assert (await entry(world)).revision.number == 1


async def test_a_card_of_a_draft_that_was_changed_since_publishes_nothing(either: World) -> None:
    """One moderator, the same draft on two cards."""
    mod = either.moderator
    first = await preview(either)
    second = card(await mod.slash(either.channel, "faq-desk drafts"))
    await mod.select(second, [options(second)[0]])
    form = await press(mod, second, "Edit again")
    await submit(mod, form, answer="Ninety days.")
    await either.meanwhile()
    await press(mod, first, "Publish")
    assert "This draft was changed since you saw it" in text(first)
    assert "Ninety days." in text(first)
    assert await either.bot.store.entries(either.guild.id) == ()
    await press(mod, first, "Publish")
    assert "Ninety days." in await ask(either, QUESTION)


async def other_card(world: World) -> simcord.ResponseMessage:
    """Open the only draft there is on a second card, as in another window."""
    listed = card(await world.moderator.slash(world.channel, "faq-desk drafts"))
    await world.moderator.select(listed, [options(listed)[0]])
    return listed


async def test_of_two_forms_for_one_draft_the_later_overwrites_nothing_and_both_are_kept(
    either: World,
) -> None:
    mod = either.moderator
    first = await preview(either)
    second = await other_card(either)
    one, two = await press(mod, first, "Edit again"), await press(mod, second, "Edit again")
    await submit(mod, one, answer="Ninety days.")
    await either.meanwhile()
    await submit(mod, two, answer="Seventy days.", reason="heard")
    told = said(second)
    assert "You changed this draft in another window" in told
    assert "- Ninety days.\n+ Seventy days." in told
    assert "- people ask\n+ heard" in told
    assert [d.typed["answer"] for d in await either.bot.store.drafts(either.guild.id)] == [
        "Ninety days.",
        "Seventy days.",
    ]
    await either.meanwhile()
    await press(mod, second, "Open what you typed here")
    assert "Seventy days." in text(second)
    await press(mod, second, "Discard")
    await press(mod, second, "Discard it")
    await press(mod, first, "Publish")
    assert "Ninety days." in await ask(either, QUESTION)


async def test_two_forms_for_one_draft_that_change_other_fields_get_along(world: World) -> None:
    mod = world.moderator
    first = await preview(world)
    second = await other_card(world)
    tags = await press(mod, second, "Tags, review date, id")
    await submit(mod, await press(mod, first, "Edit again"), answer="Ninety days.")
    await submit(mod, tags, tags="harbour")
    assert "Ninety days." in text(second)
    assert "Tags: harbour" in said(second)
    (draft,) = await world.bot.store.drafts(world.guild.id)
    assert (draft.typed["answer"], draft.typed["tags"]) == ("Ninety days.", "harbour")


async def test_two_windows_that_send_the_same_tags_twice_differ_in_nothing(world: World) -> None:
    mod = world.moderator
    first = await preview(world)
    second = await other_card(world)
    forms = [await press(mod, one, "Tags, review date, id") for one in (first, second)]
    for form in forms:
        await submit(mod, form, tags="harbour")
    assert "Tags: harbour" in said(second)
    forms = [await press(mod, one, "Tags, review date, id") for one in (await other_card(world), second)]
    for form, tags in zip(forms, ("boats", "ferries"), strict=True):
        await submit(mod, form, tags=tags)
    assert "You changed this draft in another window" in said(second)
    assert "- boats\n+ ferries" in said(second)


@pytest.mark.parametrize("label", ["Edit again", "Tags, review date, id", "Discard", "Discard it"])
async def test_a_button_of_a_window_that_is_behind_shows_first_what_the_draft_says_now(
    either: World, label: str
) -> None:
    mod = either.moderator
    first = await preview(either)
    second = await other_card(either)
    if label == "Discard it":
        await press(mod, first, "Discard")
    await submit(mod, await press(mod, second, "Edit again"), answer="Ninety days.")
    await either.meanwhile()
    result = await press(mod, first, label)
    assert result.modal is None
    assert "This draft was changed since you saw it" in text(first)
    assert "Ninety days." in text(first)
    assert len(await either.bot.store.drafts(either.guild.id)) == 1


# The two-person rule


async def test_where_nobody_publishes_alone_another_moderator_does(either: World) -> None:
    mod, second = either.moderator, another_moderator(either)
    await choose(either, two_person_rule=True)
    written = await preview(either)
    assert "Publish" not in buttons(written)
    await press(mod, written, "Send to a second moderator")
    assert "waits for a second moderator" in text(written)
    assert not {"Publish", "Send to a second moderator"} & set(buttons(written))
    await either.meanwhile()
    listed = card(await second.slash(either.channel, "faq-desk drafts"))
    assert f"by <@{mod.id}> · waits for a second moderator" in text(listed)
    await second.select(listed, [options(listed)[0]])
    assert f"Written by <@{mod.id}>" in text(listed)
    assert list(buttons(listed)) == ["Open fp-2019¶6", "Publish", "Send back"]
    await either.meanwhile()
    await press(second, listed, "Publish")
    assert "Sixty days" in await ask(either, QUESTION)
    revision = (await entry(either)).revision
    assert (revision.author_id, revision.approver_id) == (mod.id, second.id)


async def second_look(world: World, second: simcord.MemberActor) -> simcord.ResponseMessage:
    """Open the only draft that waits, as a second moderator."""
    listed = card(await second.slash(world.channel, "faq-desk drafts"))
    await second.select(listed, [options(listed)[0]])
    return listed


async def test_a_second_moderator_opens_what_is_cited_and_sends_the_draft_back_with_a_reason(
    either: World,
) -> None:
    mod, second = either.moderator, another_moderator(either)
    log = either.guild.create_text_channel("log")
    await choose(either, two_person_rule=True, log_channel=log.id)
    written = await preview(either)
    await press(mod, written, "Send to a second moderator")
    theirs = await second_look(either, second)
    assert "fp-2019¶6" in text((await press(second, theirs, "Open fp-2019¶6")).response)
    form = await press(second, theirs, "Send back")
    await either.meanwhile()
    await second.submit_modal(form, {"reason": "Which *harbour*?"})
    assert "### Sent back" in text(theirs)
    assert "### A draft was sent back" in text(log.last_message)
    direct = said(mod.user.dm_channel.last_message)
    assert "Your draft was sent back" in direct
    assert "In Test Guild, sue did not publish it." in direct
    assert "Reason: Which *harbour*?" in direct
    await either.meanwhile()
    assert "No drafts" in text(card(await second.slash(either.channel, "faq-desk drafts")))
    listed = card(await mod.slash(either.channel, "faq-desk drafts"))
    assert "sent back" in text(listed)
    await mod.select(listed, [options(listed)[0]])
    assert "**Sent back by a second moderator:** Which *harbour*?" in said(listed)
    await submit(mod, await press(mod, listed, "Edit again"), answer="Sixty days, in Nampo.")
    assert "Sent back by a second moderator" in text(listed)
    await press(mod, listed, "Send to a second moderator")
    assert "Sent back" not in text(listed)
    await press(second, await second_look(either, second), "Publish")
    assert "in Nampo" in await ask(either, QUESTION)
    direct = said(mod.user.dm_channel.last_message)
    assert "Your draft is published" in direct
    assert "In Test Guild, sue published what you wrote." in direct


async def test_a_draft_is_sent_back_and_published_though_its_author_takes_no_messages(world: World) -> None:
    second = another_moderator(world)
    await choose(world, two_person_rule=True)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    written = await preview(world)
    await press(world.moderator, written, "Send to a second moderator")
    theirs = await second_look(world, second)
    await second.submit_modal(await press(second, theirs, "Send back"), {"reason": "Which harbour?"})
    assert "### Sent back" in text(theirs)
    mine = await other_card(world)
    assert "Which harbour?" in text(mine)
    await press(world.moderator, mine, "Send to a second moderator")
    theirs = await second_look(world, second)
    await press(second, theirs, "Publish")
    assert "### Published" in text(theirs)


async def test_what_was_changed_or_published_since_is_not_sent_back(world: World) -> None:
    mod, second = world.moderator, another_moderator(world)
    await choose(world, two_person_rule=True)
    written = await preview(world)
    await press(mod, written, "Send to a second moderator")
    theirs = await second_look(world, second)
    form = await press(second, theirs, "Send back")
    await submit(mod, await press(mod, written, "Edit again"), answer="Ninety days.")
    await press(mod, written, "Send to a second moderator")
    result = await second.submit_modal(form, {"reason": "Which harbour?"})
    assert "This draft was changed since you saw it" in everything(result)
    assert "Which harbour?" in everything(result)
    (draft,) = await world.bot.store.drafts(world.guild.id)
    assert (draft.submitted, draft.sent_back) == (True, "")
    again = await press(second, theirs, "Send back")
    assert again.modal is None
    assert "Ninety days." in text(theirs)


async def test_a_draft_is_not_sent_back_for_no_reason(world: World) -> None:
    second = another_moderator(world)
    await choose(world, two_person_rule=True)
    await press(world.moderator, await preview(world), "Send to a second moderator")
    theirs = await second_look(world, second)
    result = await second.submit_modal(await press(second, theirs, "Send back"), {"reason": " <@1> "})
    assert "A reason needs a few words." in everything(result)
    failed = result.response
    assert failed is not None
    form = await press(second, failed, "Try again")
    await second.submit_modal(form, {"reason": "Which harbour?"})
    assert "### Sent back" in text(failed)


async def test_what_is_edited_after_it_was_sent_has_to_be_sent_again(world: World) -> None:
    mod, second = world.moderator, another_moderator(world)
    await choose(world, two_person_rule=True)
    written = await preview(world)
    await press(mod, written, "Send to a second moderator")
    theirs = card(await second.slash(world.channel, "faq-desk drafts"))
    await second.select(theirs, [options(theirs)[0]])
    form = await press(mod, written, "Edit again")
    await submit(mod, form, answer="Ninety days.")
    assert "took it back" in everything(await press(second, theirs, "Publish"))
    assert await world.bot.store.entries(world.guild.id) == ()


async def test_the_rule_holds_on_cards_from_before_it_was_made(world: World) -> None:
    written = await preview(world)
    await choose(world, two_person_rule=True)
    await press(world.moderator, written, "Publish")
    assert "somebody else publishes what you wrote" in text(written)
    assert "Send to a second moderator" in buttons(written)
    assert await world.bot.store.entries(world.guild.id) == ()


async def test_a_draft_that_cannot_be_published_cannot_be_sent(world: World) -> None:
    await choose(world, two_person_rule=True)
    written = await preview(world, citations="")
    assert "Send to a second moderator" not in buttons(written)


async def test_only_one_of_two_who_publish_the_same_draft_does(world: World) -> None:
    second, third = another_moderator(world), another_moderator(world, "tom")
    await choose(world, two_person_rule=True)
    await press(world.moderator, await preview(world), "Send to a second moderator")
    opened = []
    for who in (second, third):
        listed = card(await who.slash(world.channel, "faq-desk drafts"))
        await who.select(listed, [options(listed)[0]])
        opened.append(listed)
    await press(second, opened[0], "Publish")
    late = await press(third, opened[1], "Publish")
    assert "published or dropped meanwhile" in text(late.followups[0])
    assert len(await world.bot.store.revisions(world.guild.id, ENTRY)) == 1


# Rights


COMMANDS: dict[str, dict[str, Any]] = {
    "add": {},
    "edit": {"id": ENTRY},
    "drafts": {},
    "retire": {"id": ENTRY},
    "restore": {"id": ENTRY},
    "history": {"id": ENTRY},
    "diff": {"id": ENTRY},
    "revert": {"id": ENTRY, "number": 1},
    "import": {"file": ("faq.yaml", b"[]")},
    "export": {},
}


@pytest.mark.parametrize("name", COMMANDS)
async def test_whom_the_server_shows_a_command_still_needs_the_right(world: World, name: str) -> None:
    await published(world)
    allow_everything(world, world.asker)
    result = await world.asker.slash(world.channel, f"faq-desk {name}", **COMMANDS[name])
    assert result.ephemeral
    assert result.modal is None
    assert ONLY_MODERATORS in text(result.response)
    assert world.env.errors


async def test_who_may_manage_messages_in_one_channel_alone_is_no_moderator_of_the_server(
    world: World,
) -> None:
    may = discord.PermissionOverwrite(manage_messages=True)
    club = world.guild.create_text_channel("club", overwrites={world.moderator: may})
    shown = await world.moderator.slash(club, "faq-desk add")
    written = card(await submit(world.moderator, shown, **WRITTEN))
    demote(world, world.moderator)
    assert ONLY_MODERATORS in text((await press(world.moderator, written, "Publish")).response)
    for name in ("add", "review", "export"):
        told = await world.moderator.slash(club, f"faq-desk {name}")
        assert told.modal is None
        assert ONLY_MODERATORS in text(told.response)
    assert world.env.errors
    assert await world.bot.store.entries(world.guild.id) == ()


async def test_who_may_manage_messages_in_the_server_uses_the_desk_in_every_channel(world: World) -> None:
    quiet = world.guild.create_text_channel(
        "quiet", overwrites={world.moderator: discord.PermissionOverwrite(manage_messages=False)}
    )
    allow_everything(world, world.moderator)
    assert (await world.moderator.slash(quiet, "faq-desk add")).modal is not None


async def test_the_desk_is_hidden_from_members_and_in_direct_messages(world: World) -> None:
    seen = world.moderator.available_commands(world.channel)
    assert {f"faq-desk {name}" for name in COMMANDS} <= set(seen)
    for commands in (
        world.asker.available_commands(world.channel),
        world.moderator.user.available_commands(),
    ):
        assert not [name for name in commands if name.startswith("faq-desk")]


async def test_a_role_that_the_settings_name_makes_a_moderator(world: World) -> None:
    helpers = world.guild.create_role("Helpers")
    ann = world.guild.add_member(world.env.create_user("helper"), roles=[helpers])
    allow_everything(world, ann)
    assert ONLY_MODERATORS in text((await ann.slash(world.channel, "faq-desk add")).response)
    assert world.env.errors
    await choose(world, moderator_roles=(helpers.id,))
    await published(world, ann)
    assert (await entry(world)).revision.author_id == ann.id


@pytest.mark.parametrize("label", ["Publish", "Edit again", "Tags, review date, id", "Discard"])
async def test_who_lost_the_right_since_can_press_nothing(either: World, label: str) -> None:
    written = await preview(either)
    before = text(written)
    demote(either, either.moderator)
    await either.meanwhile()
    result = await press(either.moderator, written, label)
    assert result.ephemeral
    assert ONLY_MODERATORS in text(result.response)
    assert text(written) == before
    assert await either.bot.store.entries(either.guild.id) == ()


async def test_who_lost_the_right_while_a_form_was_open_gets_back_what_was_typed(either: World) -> None:
    shown = await either.moderator.slash(either.channel, "faq-desk add")
    demote(either, either.moderator)
    await either.meanwhile()
    result = await submit(either.moderator, shown, **WRITTEN)
    assert ONLY_MODERATORS in text(result.response)
    assert "Sixty days, says" in said(result.response)
    assert not result.followups
    assert not buttons(result.response)
    assert await either.bot.store.drafts(either.guild.id) == ()


async def test_nothing_is_suggested_to_others(world: World) -> None:
    await published(world)
    allow_everything(world, world.asker)
    assert await world.asker.autocomplete(world.channel, "faq-desk edit", "id", "") == []
    assert await world.asker.autocomplete(world.channel, "faq-desk revert", "number", "", id=ENTRY) == []


# Bad days and bad texts


def everything(result: simcord.InteractionResult) -> str:
    """Return all that is told in reply to something."""
    return "\n".join(map(said, (result.response, *result.followups)))


async def test_a_database_that_fails_gives_back_what_was_typed(world: World, store: Store) -> None:
    shown = await world.moderator.slash(world.channel, "faq-desk add")
    await store.close()
    result = await submit(world.moderator, shown, **WRITTEN)
    (told,) = [one for one in (result.response, *result.followups) if one]
    assert "cannot write that down" in text(told)
    assert "Sixty days, says" in said(told)
    assert prefilled(await press(world.moderator, told, "Try again")) == WRITTEN


async def test_of_long_texts_that_are_given_back_the_whole_is_in_a_file(world: World, store: Store) -> None:
    shown = await world.moderator.slash(world.channel, "faq-desk add")
    await store.close()
    long = {"answer": "*" * 1990 + "the end", "alternatives": "x\n" * 500, "reason": "the last field"}
    result = await submit(world.moderator, shown, **{**WRITTEN, **long})
    (told,) = [one for one in (result.response, *result.followups) if one]
    (file,) = told.attachments
    assert "cannot write that down" in text(told)
    assert not buttons(told)
    assert file.filename == "what-you-typed.txt"
    whole = (await file.read()).decode()
    assert all(f"{name}:\n{value}" in whole for name, value in long.items())


async def test_a_change_that_cannot_be_shown_in_place_is_told_apart_and_logged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = world.guild.create_text_channel("log")
    await choose(world, log_channel=log.id)
    written = await preview(world)
    monkeypatch.setattr(discord.Interaction, "edit_original_response", None)
    result = await press(world.moderator, written, "Publish")
    assert "### Published" in everything(result)
    assert len(log.history()) == 1


@impatient
async def test_a_form_is_acknowledged_before_a_database_that_somebody_holds(
    world: World, database: Path
) -> None:
    shown = await world.moderator.slash(world.channel, "faq-desk add")
    with closing(sqlite3.connect(database, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        before = len(world.env.http_requests)
        result = await submit(world.moderator, shown, **WRITTEN)
    acknowledged = world.env.http_requests[before].json
    assert isinstance(acknowledged, dict)
    assert acknowledged["type"] == discord.InteractionResponseType.deferred_channel_message.value
    assert "Sixty days, says" in everything(result)


@impatient
async def test_a_database_that_somebody_holds_keeps_the_draft_for_another_press(
    world: World, database: Path
) -> None:
    written = await preview(world)
    with closing(sqlite3.connect(database, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        result = await press(world.moderator, written, "Publish")
    assert "cannot write that down" in text(result.followups[0])
    assert "Sixty days" not in await ask(world, QUESTION)
    await press(world.moderator, written, "Publish")
    assert "Sixty days" in await ask(world, QUESTION)


HOSTILE = (
    "@everyone <@&1> **x** [click](https://evil.example/a) `code` ||spoiler||",
    "```diff\n- x\n```\n# Heading\n-# Reason: forged\n> quote",
    "\u202egnihton \x00 \u200b",
    "왜" * 290,
    "👩‍🌾" * 60,
    "[" * 200,
)


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_whatever_is_typed_the_cards_stay_cards(world: World, hostile: str) -> None:
    """What is sent is within Discord's limits, which the fixture of the world checks, and pings nobody."""
    mod = world.moderator
    await published(world)
    one_line = " ".join(f"ferry {hostile}".split())[:300]
    written = await edited(
        world,
        question=one_line,
        answer=(f"ferry {hostile} " * 20)[:2000],
        alternatives="\n".join(f"{n} {one_line}"[:190] for n in range(20)),
        reason=one_line,
    )
    assert "What changes" in buttons(written), text(written)
    await press(mod, written, "What changes")
    await press(mod, written, "Publish")
    assert "### Changed" in text(written)
    assert "\n-# Reason: forged" not in text(written)
    for command in ("history", "diff", "retire", "restore"):
        result = await mod.slash(world.channel, f"faq-desk {command}", id=ENTRY)
        assert result.acknowledged
    await edited(world, answer="Ninety days.", reason=one_line)
    await mod.slash(world.channel, "faq-desk drafts")
    sent = [r.json for r in world.env.http_requests if isinstance(r.json, dict)]
    allowed = [body.get("data", body).get("allowed_mentions") for body in sent]
    assert all(one in (None, {"parse": []}) for one in allowed)


async def test_the_longest_of_everything_fits(world: World) -> None:
    longest = {
        "question": f"ferry {'x' * 294}",
        "answer": f"{'word ' * 399}ends.",
        "alternatives": "\n".join(f"{n:02} ferry {'y' * 180}" for n in range(20)),
        "citations": "fp-2019¶6, fp-2019¶7, rfa-2024¶13",
        "reason": f"{'why ' * 74}",
    }
    written = await preview(world, **longest)
    await press(world.moderator, written, "Publish")
    assert "### Published" in text(written)
    (kept,) = await world.bot.store.entries(world.guild.id)
    assert len(kept.content.alternatives) == 20
    shown = await world.moderator.slash(world.channel, "faq-desk edit", id=kept.id)
    assert prefilled(shown)["answer"] == longest["answer"]
    assert prefilled(shown)["alternatives"] == longest["alternatives"]


def test_the_form_of_the_longest_id_in_an_old_database_can_be_opened() -> None:
    draft = Draft(1, 2, WRITTEN, "x" * 60, since=9_999, question_id=9_999_999, id=9_999_999)
    assert len(EntryForm.of(draft, here=True).custom_id) <= 100
    new = Draft(1, 2, WRITTEN, "x" * 60, since=9_999)
    assert len(EntryForm.of(new, here=True, said=9_998).custom_id) <= 100


# Questions from the queue


async def test_publishing_the_answer_to_a_question_of_the_queue_closes_it(either: World) -> None:
    store, mod = either.bot.store, either.moderator
    asked = await store.ask_moderators(
        either.guild.id,
        either.asker.id,
        QUESTION,
        "key",
        either.env.now(),
        channel_id=either.channel.id,
        tell="channel",
        quota=5,
    )
    review = card(await mod.slash(either.channel, "faq-desk review"))
    form = await press(mod, review, "Write entry")
    assert prefilled(form)["question"] == QUESTION
    await either.meanwhile()
    written = card(await submit(mod, form, **WRITTEN))
    assert QUESTION in text(review)
    form = await press(mod, review, "Write entry")
    assert prefilled(form)["answer"] == WRITTEN["answer"]
    await either.meanwhile()
    result = await press(mod, written, "Publish")
    assert "1 person was told" in text(result.followups[0])
    assert await either.bot.store.open_question(either.guild.id, asked.question_id) is None
    assert "Sixty days" in text(either.channel.last_message)


async def test_whoever_publishes_the_answer_is_told_whom_that_did_not_reach(world: World) -> None:
    store, mod = world.bot.store, world.moderator
    await store.ask_moderators(
        world.guild.id, world.asker.id, QUESTION, "key", world.env.now(), channel_id=1, tell="dm", quota=5
    )
    review = card(await mod.slash(world.channel, "faq-desk review"))
    written = card(await submit(mod, await press(mod, review, "Write entry"), **WRITTEN))
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    result = await press(mod, written, "Publish")
    assert "1 person could not be reached" in text(result.followups[0])


async def test_a_question_that_somebody_closed_meanwhile_stops_no_entry(world: World) -> None:
    store, mod = world.bot.store, world.moderator
    await store.ask_moderators(
        world.guild.id, world.asker.id, QUESTION, "key", world.env.now(), channel_id=None, tell="", quota=5
    )
    review = card(await mod.slash(world.channel, "faq-desk review"))
    written = card(await submit(mod, await press(mod, review, "Write entry"), **WRITTEN))
    await store.forget_person(world.asker.id)
    result = await press(mod, written, "Publish")
    assert "### Published" in text(written)
    assert "somebody took care of it meanwhile" in said(result.followups[0])
