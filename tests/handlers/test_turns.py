"""Turns: whoever waits comes in order, one in each round of the event loop, and nobody who came too late."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.turns import Ages, Turns


async def test_one_comes_in_each_round_of_the_loop_and_in_order() -> None:
    turns, came = Turns(), list[tuple[int, int]]()
    rounds = 0

    async def ask(number: int) -> None:
        await turns.wait()
        came.append((rounds, number))

    asking = [asyncio.create_task(ask(number)) for number in range(20)]
    while len(came) < len(asking):
        await asyncio.sleep(0)
        rounds += 1
    assert [number for _, number in came] == list(range(20))
    assert len({place for place, _ in came}) == 20


async def test_who_gives_up_holds_up_nobody() -> None:
    turns = Turns()
    asking = [asyncio.create_task(turns.wait()) for _ in range(4)]
    await asyncio.sleep(0)
    asking[0].cancel()
    asking[2].cancel()
    done = await asyncio.wait_for(asyncio.gather(*asking, return_exceptions=True), 1)
    assert [isinstance(one, asyncio.CancelledError) for one in done] == [True, False, True, False]


# Ages


def made_at(seconds: float) -> int:
    """Return an id that Discord made so many seconds after it began."""
    return round(seconds * 1000) << 22 | 5


class Clock:
    """A clock that shows what it is set to."""

    def __init__(self) -> None:
        self.shows = 0.0

    def __call__(self) -> float:
        return self.shows


def ages(*deliveries: tuple[float, float]) -> list[float]:
    """Return how old interactions are found that were made and came at some times, by two clocks."""
    clock = Clock()
    found = Ages(clock)
    told = []
    for made, came in deliveries:
        clock.shows = came
        told.append(found.of(made_at(made)))
    return told


@given(
    off=st.floats(-1e9, 1e9),
    delays=st.lists(st.floats(0, 100), min_size=1, max_size=20),
)
def test_whatever_a_clock_shows_ages_are_counted_from_the_quickest_delivery(
    off: float, delays: list[float]
) -> None:
    found = ages(*((number, number + delay + off) for number, delay in enumerate(delays)))
    quickest = [min(delays[: number + 1]) for number in range(len(delays))]
    expected = [delay - least for delay, least in zip(delays, quickest, strict=True)]
    assert found == pytest.approx(expected, abs=0.002)


def test_two_clocks_that_drift_apart_in_a_quiet_day_make_nothing_old() -> None:
    day = 86_400.0
    assert ages((0, 0), (day, day + 9), (day + 1, day + 14))[1:] == pytest.approx([0, 4], abs=0.002)


def test_two_clocks_that_drift_apart_in_a_busy_day_make_nothing_old() -> None:
    drift = 1e-4
    assert max(ages(*((moment, moment * (1 + drift)) for moment in range(0, 86_400, 60)))) < 0.5


def test_a_clock_that_stood_still_with_the_machine_makes_nothing_old() -> None:
    assert ages((0, 0), (1_000, 10), (1_001, 11), (1_001, 15)) == pytest.approx([0, 0, 0, 4], abs=0.002)


async def test_what_is_too_old_is_shed_and_said_once_in_a_while(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    turns = Turns(clock)
    assert await turns.in_time(made_at(0))
    clock.shows = 10.0
    assert [await turns.in_time(made_at(made)) for made in (1, 6.9, 7.1, 10)] == [False, False, True, True]
    (said,) = caplog.messages
    assert "come too late to be answered" in said
    assert "9.0 seconds" in said
