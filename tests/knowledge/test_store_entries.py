"""A server's own entries in the store: revisions that are only ever added, and drafts that nobody loses."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.entries import Action, Entry, Revision, State
from knowledge.errors import EntryChangedError, EntryExistsError, NoDraftError, NoEntryError, StoreError
from knowledge.store import Store
from tests.knowledge.conftest import NewUrl
from tests.knowledge.store_samples import (
    ELSEWHERE,
    GUILD,
    MODERATOR,
    NOW,
    SECOND,
    content,
    draft,
    revision,
)

# Entries


async def test_an_entry_is_what_its_last_revision_says(store: Store) -> None:
    added = await store.add_entry(GUILD, "permit", revision("Two weeks."))
    assert added.revision == revision("Two weeks.", number=1)
    edit = revision("Three weeks.", action=Action.EDIT, author_id=SECOND, approver_id=MODERATOR)
    changed = await store.change_entry(GUILD, "permit", 1, edit)
    assert changed.revision == replace(edit, number=2)
    assert await store.entry(GUILD, "permit") == changed
    assert await store.entries(GUILD) == (changed,)
    assert await store.revisions(GUILD, "permit") == (added.revision, changed.revision)


async def test_all_of_it_is_there_after_a_restart(url: str) -> None:
    async with await Store.open(url) as store:
        added = await store.add_entry(GUILD, "permit", revision())
        kept = await store.keep_draft(draft(), NOW)
    async with await Store.open(url) as store:
        assert await store.entries() == (added,)
        assert await store.drafts(GUILD) == (kept,)


async def test_entries_are_seen_only_in_their_server(store: Store) -> None:
    here = await store.add_entry(GUILD, "permit", revision("Here."))
    there = await store.add_entry(ELSEWHERE, "permit", revision("There."))
    assert await store.entries(GUILD) == (here,)
    assert await store.entries(ELSEWHERE) == (there,)
    assert await store.entries() == (here, there)
    assert await store.entry(1, "permit") is None
    assert await store.revisions(1, "permit") == ()


async def test_entries_come_in_the_order_in_which_they_were_last_changed(store: Store) -> None:
    for entry_id in ("a", "b", "c"):
        await store.add_entry(GUILD, entry_id, revision())
    await store.change_entry(GUILD, "b", 1, revision(state=State.RETIRED, action=Action.RETIRE))
    await store.change_entry(GUILD, "a", 1, revision(action=Action.EDIT))
    entries = await store.entries(GUILD)
    assert [(entry.id, entry.state) for entry in entries] == [
        ("c", State.PUBLISHED),
        ("b", State.RETIRED),
        ("a", State.PUBLISHED),
    ]
    assert [entry.change for entry in entries] == sorted({entry.change for entry in entries})


async def test_a_new_entry_never_takes_the_place_of_another(store: Store) -> None:
    added = await store.add_entry(GUILD, "permit", revision("Two weeks."))
    with pytest.raises(EntryExistsError, match="already has an entry “permit”") as caught:
        await store.add_entry(GUILD, "permit", revision("Three weeks."))
    assert caught.value.entry == added
    assert await store.entries() == (added,)


async def test_the_second_of_two_who_edit_the_same_is_told_and_nothing_is_overwritten(store: Store) -> None:
    await store.add_entry(GUILD, "permit", revision())
    first, second = await asyncio.gather(
        store.change_entry(GUILD, "permit", 1, revision("Mine.")),
        store.change_entry(GUILD, "permit", 1, revision("No, mine.")),
        return_exceptions=True,
    )
    assert isinstance(first, Entry)
    assert isinstance(second, EntryChangedError)
    assert second.entry == first == await store.entry(GUILD, "permit")
    assert "it is at revision 2 now" in str(second)


@pytest.mark.parametrize("since", [-1, 0, 2])
async def test_only_the_last_revision_can_be_changed(store: Store, since: int) -> None:
    added = await store.add_entry(GUILD, "permit", revision())
    with pytest.raises(EntryChangedError):
        await store.change_entry(GUILD, "permit", since, revision("New."))
    assert await store.entries() == (added,)


async def test_what_is_not_there_cannot_be_changed(store: Store) -> None:
    await store.add_entry(ELSEWHERE, "permit", revision())
    with pytest.raises(NoEntryError, match="no entry “permit” of its own"):
        await store.change_entry(GUILD, "permit", 1, revision())


async def test_an_id_may_be_looked_for_whatever_was_typed(store: Store) -> None:
    for typed in ("", "\ud800", "\0", "' OR 1=1 --", "x" * 10_000, "Permit"):
        await store.add_entry(ELSEWHERE, typed, revision(typed))
        assert await store.entry(GUILD, typed) is None
        found = await store.entry(ELSEWHERE, typed)
        assert found is not None
        assert (found.id, found.content.answer) == (typed, typed)
        with pytest.raises(NoEntryError) as caught:
            await store.change_entry(GUILD, typed, 1, revision())
        assert len(str(caught.value)) < 150


async def test_a_change_number_is_never_given_twice(store: Store) -> None:
    first = await store.add_entry(GUILD, "permit", revision())
    await store.left(GUILD, NOW)
    assert await store.forget_servers(left_before=NOW + timedelta(1)) == (GUILD,)
    assert await store.entries() == ()
    again = await store.add_entry(GUILD, "permit", revision())
    assert again.change > first.change
    pointer = await store.point(GUILD, "how long?", "permit", MODERATOR, NOW)
    assert pointer.change > again.change
    assert (await store.add_entry(ELSEWHERE, "permit", revision())).change > pointer.change


async def test_a_revision_needs_a_moment_with_a_time_zone(store: Store) -> None:
    with pytest.raises(StoreError, match="cannot be used"):
        await store.add_entry(GUILD, "permit", revision(at=NOW.replace(tzinfo=None)))
    assert await store.entries() == ()


Steps = list[tuple[str, str, int, str, State]]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "change", "import"]),
        st.sampled_from("ab"),
        st.integers(0, 3),
        st.sampled_from(["yes", "no"]),
        st.sampled_from(State),
    ),
    max_size=25,
)


@given(steps=STEPS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_done_revisions_are_numbered_without_gaps_and_none_changes(
    new_url: NewUrl, steps: Steps
) -> None:
    async def do(url: str) -> None:
        expected: dict[str, list[Revision]] = {}
        last_changed: list[str] = []
        async with await Store.open(url) as store:
            for step, entry_id, since, answer, state in steps:
                there = expected.get(entry_id, [])
                new = revision(answer, state=state)
                taken: tuple[Entry, ...] = ()
                try:
                    if step == "add":
                        taken = (await store.add_entry(GUILD, entry_id, new),)
                    elif step == "change":
                        taken = (await store.change_entry(GUILD, entry_id, since, new),)
                    else:
                        taken = await store.import_entries(GUILD, [(entry_id, new)])
                except EntryExistsError:
                    assert there
                except NoEntryError:
                    assert not there
                except EntryChangedError as error:
                    assert error.entry.revision == there[-1]
                    assert there[-1].number != since
                for entry in taken:
                    expected[entry_id] = [*there, replace(new, number=len(there) + 1)]
                    assert entry.revision == expected[entry_id][-1]
                    last_changed = [*(one for one in last_changed if one != entry_id), entry_id]
            for entry_id, revisions in expected.items():
                assert await store.revisions(GUILD, entry_id) == tuple(revisions)
            entries = await store.entries(GUILD)
            assert [entry.id for entry in entries] == last_changed
            assert all(entry.revision == expected[entry.id][-1] for entry in entries)

    asyncio.run(do(new_url()))


# Import


async def test_an_import_adds_changes_and_leaves_alone_what_is_the_same(store: Store) -> None:
    same = await store.add_entry(GUILD, "same", revision("Same."))
    await store.add_entry(GUILD, "other", revision("Old."))
    await store.add_entry(GUILD, "gone", revision("Gone.", state=State.RETIRED))
    made = {"action": Action.IMPORT, "author_id": SECOND, "reason": "import"}
    rows = [
        ("new", revision("New.", **made)),
        ("same", revision("Same.", **made)),
        ("other", revision("Changed.", **made)),
        ("gone", revision("Gone.", **made)),
    ]
    taken = await store.import_entries(GUILD, rows)
    assert [(entry.id, entry.revision.number) for entry in taken] == [("new", 1), ("other", 2), ("gone", 2)]
    assert await store.entries(GUILD) == (same, *taken)
    assert await store.import_entries(GUILD, rows) == ()


async def test_an_import_stays_in_its_server(store: Store) -> None:
    there = await store.add_entry(ELSEWHERE, "permit", revision("There."))
    (here,) = await store.import_entries(GUILD, [("permit", revision("Here."))])
    assert here.revision.number == 1
    assert await store.entries() == (there, here)


async def test_the_same_id_twice_in_an_import_is_two_revisions(store: Store) -> None:
    rows = [("permit", revision("Two.")), ("permit", revision("Three.")), ("permit", revision("Three."))]
    taken = await store.import_entries(GUILD, rows)
    assert [entry.revision.number for entry in taken] == [1, 2]
    assert await store.entries() == (taken[-1],)


async def test_an_import_that_fails_takes_in_nothing(store: Store) -> None:
    bad = revision(at=NOW.replace(tzinfo=None))
    with pytest.raises(StoreError):
        await store.import_entries(GUILD, [("a", revision()), ("b", bad)])
    assert await store.entries() == ()


async def test_an_import_of_nothing_does_nothing(store: Store) -> None:
    assert await store.import_entries(GUILD, []) == ()


# Drafts


async def test_a_draft_is_kept_as_typed_whatever_that_is(store: Store) -> None:
    typed = {"question": "", "answer": "\ud83d \0 \r\n 자료 👩‍🌾", "citations": "no such", "": "?"}
    kept = await store.keep_draft(draft(typed=typed, entry_id="permit", since=3, question_id=5), NOW)
    assert kept == draft(typed=typed, entry_id="permit", since=3, question_id=5, id=kept.id, at=NOW)
    assert kept.id > 0
    assert await store.draft(GUILD, kept.id) == kept
    assert await store.draft(ELSEWHERE, kept.id) is None


async def test_a_draft_takes_the_place_of_its_earlier_state(store: Store) -> None:
    first = await store.keep_draft(draft(), NOW)
    later = replace(first, typed={"question": "How long now?"}, submitted=True)
    kept = await store.keep_draft(later, NOW + timedelta(hours=1))
    assert kept == replace(later, at=NOW + timedelta(hours=1))
    assert await store.drafts(GUILD) == (kept,)


async def test_a_draft_that_is_gone_does_not_come_back(store: Store) -> None:
    kept = await store.keep_draft(draft(), NOW)
    assert await store.drop_draft(GUILD, kept.id)
    assert not await store.drop_draft(GUILD, kept.id)
    with pytest.raises(NoDraftError, match="published or dropped"):
        await store.keep_draft(kept, NOW)
    assert await store.drafts(GUILD) == ()


async def test_nobody_writes_over_the_draft_of_another(store: Store) -> None:
    kept = await store.keep_draft(draft(), NOW)
    for stolen in (replace(kept, author_id=SECOND), replace(kept, guild_id=ELSEWHERE)):
        with pytest.raises(NoDraftError):
            await store.keep_draft(stolen, NOW)
    assert not await store.drop_draft(ELSEWHERE, kept.id)
    assert await store.draft(GUILD, kept.id) == kept


async def test_drafts_are_listed_by_server_and_author_oldest_first(store: Store) -> None:
    late = await store.keep_draft(draft(), NOW + timedelta(minutes=1))
    early = await store.keep_draft(draft(author_id=SECOND), NOW)
    await store.keep_draft(draft(guild_id=ELSEWHERE), NOW)
    assert await store.drafts(GUILD) == (early, late)
    assert await store.drafts(GUILD, MODERATOR) == (late,)
    assert await store.drafts(GUILD, 999) == ()


async def test_the_id_of_a_draft_is_never_that_of_a_later_one(store: Store) -> None:
    kept = await store.keep_draft(draft(), NOW)
    await store.drop_draft(GUILD, kept.id)
    assert (await store.keep_draft(draft(), NOW)).id != kept.id


async def test_to_publish_a_draft_is_to_add_a_revision_and_delete_the_draft(store: Store) -> None:
    kept = await store.keep_draft(draft(), NOW)
    await store.add_entry(GUILD, "permit", revision(), draft_id=kept.id)
    edited = await store.keep_draft(draft(entry_id="permit", since=1), NOW)
    await store.change_entry(GUILD, "permit", 1, revision("New."), draft_id=edited.id)
    assert await store.drafts(GUILD) == ()


async def test_a_draft_that_cannot_be_published_stays(store: Store) -> None:
    kept = await store.keep_draft(draft(), NOW)
    await store.add_entry(GUILD, "permit", revision())
    with pytest.raises(EntryExistsError):
        await store.add_entry(GUILD, "permit", revision(), draft_id=kept.id)
    with pytest.raises(EntryChangedError):
        await store.change_entry(GUILD, "permit", 0, revision(), draft_id=kept.id)
    with pytest.raises(NoEntryError):
        await store.change_entry(GUILD, "none", 1, revision(), draft_id=kept.id)
    assert await store.drafts(GUILD) == (kept,)


async def test_a_draft_that_was_dropped_meanwhile_is_not_published(store: Store) -> None:
    elsewhere = await store.keep_draft(draft(guild_id=ELSEWHERE), NOW)
    added = await store.add_entry(GUILD, "permit", revision())
    for gone in (999, elsewhere.id):
        with pytest.raises(NoDraftError):
            await store.add_entry(GUILD, "new", revision(), draft_id=gone)
        with pytest.raises(NoDraftError):
            await store.change_entry(GUILD, "permit", 1, revision("New."), draft_id=gone)
    assert await store.entries() == (added,)
    assert await store.drafts(ELSEWHERE) == (elsewhere,)


async def test_of_two_who_publish_a_draft_at_once_one_does(store: Store) -> None:
    kept = await store.keep_draft(draft(submitted=True), NOW)
    results = await asyncio.gather(
        *(
            store.add_entry(GUILD, "permit", revision(approver_id=second), draft_id=kept.id)
            for second in range(5)
        ),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [Entry, *[NoDraftError] * 4]


async def test_content_is_what_was_given(store: Store) -> None:
    said = content("\ud83d", alternatives=("a", ""), tags=("x", "y"), editorial=True, review_on=NOW.date())
    await store.add_entry(GUILD, "permit", revision(content=said, reason="\0 \udcff"))
    (entry,) = await store.entries()
    assert entry.content == said
    assert entry.revision.reason == "\0 \udcff"
