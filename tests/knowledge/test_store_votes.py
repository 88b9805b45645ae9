"""Votes in the store: one a person and card, and why a card did not help."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.store import Store, VoteReason, Votes
from tests.knowledge.conftest import NewUrl
from tests.knowledge.store_samples import ELSEWHERE, GUILD, NOW, OTHER, PERSON


async def test_a_person_has_one_vote_on_a_card_and_can_change_and_withdraw_it(store: Store) -> None:
    assert await store.votes("card") == Votes(0, 0)
    assert await store.vote("card", PERSON, helpful=True) == Votes(1, 0)
    assert await store.vote("card", PERSON, helpful=True) == Votes(1, 0)
    assert await store.vote("card", OTHER, helpful=True) == Votes(2, 0)
    assert await store.vote("card", PERSON, helpful=False) == Votes(1, 1)
    assert await store.vote("another card", PERSON, helpful=False) == Votes(0, 1)
    assert await store.vote("card", PERSON, helpful=None) == Votes(1, 0)
    assert await store.vote("card", PERSON, helpful=None) == Votes(1, 0)
    assert await store.votes("card") == Votes(1, 0)


Ballots = list[tuple[str, int, bool | None]]


BALLOTS = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 4), st.none() | st.booleans()), max_size=12
)


@given(ballots=BALLOTS)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_count_is_always_that_of_the_last_ballot_of_each_person(
    new_url: NewUrl, ballots: Ballots
) -> None:
    async def cast(url: str) -> None:
        last: dict[tuple[str, int], bool | None] = {}
        async with await Store.open(url) as store:
            for card, person, helpful in ballots:
                last[card, person] = helpful
                mine = [given for (on, _), given in last.items() if on == card]
                assert await store.vote(card, person, helpful) == Votes(mine.count(True), mine.count(False))

    asyncio.run(cast(new_url()))


async def test_a_reason_stands_beside_an_unhelpful_vote_with_the_question(store: Store) -> None:
    await store.vote("card", PERSON, helpful=False, guild_id=GUILD, at=NOW)
    assert await store.vote_reason("card", PERSON, "too long", "how long?")
    assert await store.vote_reason("card", PERSON, "\ud83d \0", "how long?")
    assert await store.vote_reasons(GUILD) == (VoteReason("card", "how long?", "\ud83d \0", NOW),)
    assert await store.vote_reasons(ELSEWHERE) == ()


async def test_a_reason_without_an_unhelpful_vote_is_not_kept(store: Store) -> None:
    await store.vote("card", PERSON, helpful=True, guild_id=GUILD, at=NOW)
    await store.vote("card", OTHER, helpful=False, guild_id=GUILD, at=NOW)
    assert not await store.vote_reason("card", PERSON, "too long", "how long?")
    assert not await store.vote_reason("another card", OTHER, "too long", "how long?")
    assert await store.vote_reasons(GUILD) == ()


async def test_a_reason_stays_with_its_vote_and_goes_with_it(store: Store) -> None:
    for gone in (True, None):
        await store.vote("card", PERSON, helpful=False, guild_id=GUILD, at=NOW)
        await store.vote_reason("card", PERSON, "too long", "how long?")
        await store.vote("card", PERSON, helpful=False, guild_id=GUILD, at=NOW)
        assert len(await store.vote_reasons(GUILD)) == 1
        await store.vote("card", PERSON, helpful=gone, guild_id=GUILD, at=NOW)
        assert await store.vote_reasons(GUILD) == ()
        await store.vote("card", PERSON, helpful=False, guild_id=GUILD, at=NOW)
        assert await store.vote_reasons(GUILD) == ()


async def test_the_latest_reasons_come_first(store: Store) -> None:
    moments = {"a": NOW, "b": NOW + timedelta(1), "c": None, "d": NOW - timedelta(1)}
    for card, at in moments.items():
        await store.vote(card, PERSON, helpful=False, guild_id=GUILD, at=at)
        await store.vote_reason(card, PERSON, "why", "what?")
    assert [one.card for one in await store.vote_reasons(GUILD)] == ["b", "a", "d", "c"]
