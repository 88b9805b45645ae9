"""What a moderator sees before anything is changed: previews, plans, differences in full, suggestions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import drafts
from knowledge.database_files import url_of_file
from knowledge.desk import Desk, PlanChangedError, WordingError
from knowledge.drafts import DraftError
from knowledge.engine import Engine
from knowledge.entries import Draft, State
from knowledge.entry_differences import in_full
from knowledge.entry_files import ImportedEntry
from knowledge.library import Library
from knowledge.store import Store
from knowledge.suggestions import desk_entries, faq_tags
from tests.knowledge.entry_samples import DRAFT, TODAY
from tests.knowledge.entry_samples import drafts as any_drafts

GUILD, ANN = 11, 1
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
async def desk(engine: Engine, tmp_path: Path) -> AsyncIterator[Desk]:
    async with await Store.open(url_of_file(tmp_path / "bot.db")) as store:
        yield Desk(engine, store, lambda: NOW)


def draft(**fields: str) -> Draft:
    return Draft(GUILD, ANN, {**DRAFT, **fields})


def imported(library: Library, *ids: str, **fields: str) -> list[ImportedEntry]:
    """Return entries as a file has them, each with a question of its own."""
    return [
        ImportedEntry(
            id_,
            drafts.read({**DRAFT, "alternatives": "", "question": f"rice {id_}?", **fields}, library),
            State.PUBLISHED,
        )
        for id_ in ids
    ]


# Previews


async def test_a_preview_is_the_reply_that_the_entry_will_be(engine: Engine, desk: Desk) -> None:
    shown = desk.preview(draft())
    entry = await desk.publish(draft(), ANN)
    assert replace(shown, version="") == replace(engine.faq_show(entry.id, desk.own(GUILD)), version="")


async def test_what_cannot_be_published_has_no_preview(desk: Desk) -> None:
    with pytest.raises(DraftError):
        desk.preview(draft(citations=""))


async def test_what_an_entry_said_is_previewed_as_it_would_be_published_again(desk: Desk) -> None:
    first = await desk.publish(draft(), ANN)
    assert desk.as_reverted(GUILD, first.id, first.content) == first.content
    await desk.publish(draft(question="Which rice?", alternatives=""), ANN)
    taken = replace(first.content, alternatives=("which RICE",))
    with pytest.raises(WordingError, match="which-rice"):
        desk.as_reverted(GUILD, first.id, taken)


# Marks


def test_a_draft_keeps_its_mark_as_long_as_it_says_the_same() -> None:
    one = draft()
    kept = replace(one, id=7, at=NOW, submitted=True, typed={**one.typed, "id": ""})
    assert drafts.mark(kept) == drafts.mark(one)
    others = (
        draft(answer="x"),
        replace(one, since=1),
        replace(one, entry_id="x"),
        replace(one, question_id=3),
    )
    assert len({drafts.mark(one), *map(drafts.mark, others)}) == 5


@given(any_drafts(), any_drafts())
def test_two_drafts_with_one_mark_say_the_same(one: dict[str, str], other: dict[str, str]) -> None:
    marks = (drafts.mark(Draft(GUILD, ANN, typed)) for typed in (one, other))
    filled = ({field: text for field, text in typed.items() if text} for typed in (one, other))
    assert (len(set(marks)) == 1) is (next(filled) == next(filled))


async def test_an_import_is_made_only_as_it_was_planned(desk: Desk, library: Library) -> None:
    file = imported(library, "one", "two")
    planned = await desk.plan_import(GUILD, file)
    await desk.publish(draft(id="one"), ANN)
    with pytest.raises(PlanChangedError) as changed:
        await desk.import_entries(GUILD, file, ANN, as_planned=planned.mark)
    assert [change.entry.id for change in changed.value.plan.changed] == ["one"]
    assert len(desk.own(GUILD).entries) == 1  # type: ignore[union-attr]
    seen = changed.value.plan.mark
    assert len(await desk.import_entries(GUILD, file, ANN, as_planned=seen)) == 2


async def test_a_plan_is_another_one_once_an_entry_of_it_has_changed_again(
    desk: Desk, library: Library
) -> None:
    entry = await desk.publish(draft(id="one"), ANN)
    file = imported(library, "one")
    before = await desk.plan_import(GUILD, file)
    assert (await desk.plan_import(GUILD, file)).mark == before.mark
    await desk.retire(GUILD, "one", entry.revision.number, ANN)
    assert (await desk.plan_import(GUILD, file)).mark != before.mark


async def test_a_wording_of_two_entries_is_told_by_the_plan_already(desk: Desk, library: Library) -> None:
    await desk.publish(draft(), ANN)
    with pytest.raises(WordingError):
        await desk.plan_import(GUILD, imported(library, "one", question=DRAFT["question"]))


# In full


@given(any_drafts())
def test_written_out_a_content_lacks_nothing(library: Library, typed: dict[str, str]) -> None:
    content = drafts.read(typed, library, TODAY)
    written = in_full(content)
    assert all(text in written for text in drafts.typed(content).values())


def test_an_entry_of_the_library_is_typed_as_it_reads(library: Library) -> None:
    for entry in library.faq:
        content = drafts.read(drafts.typed(entry), library)
        assert (content.question, content.answer) == (entry.question, entry.answer)
        assert (content.alternatives, content.citations) == (entry.alternatives, entry.citations)
        assert (content.editorial, content.tags) == (entry.editorial, entry.tags)


# Suggestions


def values(found: Iterable[object]) -> list[object]:
    return [getattr(one, "value", None) for one in found]


async def test_entries_are_suggested_by_their_state(desk: Desk, library: Library) -> None:
    for id_ in ("one", "two", "does-it-use-ai"):
        await desk.publish(draft(id=id_, question=f"rice {id_}?", alternatives=""), ANN)
    await desk.retire(GUILD, "one", 1, ANN)
    own = desk.own(GUILD)
    assert values(desk_entries(library, own=own, among=[State.PUBLISHED])) == ["does-it-use-ai", "two"]
    assert values(desk_entries(library, own=own, among=[State.RETIRED])) == ["one"]
    assert values(desk_entries(library, "one", own=own)) == ["one"]
    everything = values(desk_entries(library, "does it", own=own, among=[State.PUBLISHED, None]))
    assert everything.count("does-it-use-ai") == 1
    assert desk_entries(library, "one", own=own, among=[State.RETIRED])[0].label == "one (retired)"
    assert values(desk_entries(library, own=None)) == []
    assert len(desk_entries(library, own=None, among=[None])) == min(25, len(library.faq))


async def test_tags_are_suggested_the_most_frequent_first(desk: Desk, library: Library) -> None:
    for id_, tags in (("one", "zork, rice"), ("two", "zork")):
        await desk.publish(draft(id=id_, question=f"{id_} rice?", alternatives="", tags=tags), ANN)
    found = faq_tags(library, own=desk.own(GUILD))
    assert [(one.label, one.value) for one in found][:2] == [
        ("zork — 2 entries", "zork"),
        ("rice — 1 entry", "rice"),
    ]
    assert values(faq_tags(library, "zrk", own=desk.own(GUILD))) in ([], ["zork"])


@given(st.text(max_size=60))
def test_whatever_is_typed_suggestions_are_short(library: Library, typed: str) -> None:
    for found in (desk_entries(library, typed, among=[None]), faq_tags(library, typed)):
        assert len(found) <= 25
        assert all(len(one.label) <= 100 for one in found)
