"""Retention: what people leave behind is deleted when the operator's time for it is over."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from knowledge.entries import Draft
from knowledge.store import Store
from tests.handlers.conftest import World, impatient
from tests.handlers.reading import buttons

DAY = 24 * 60 * 60
UNANSWERED = "how do I bake sourdough bread at high altitude"


async def left_behind(world: World) -> None:
    """Have somebody vote, ask the moderators and begin two drafts, one of them submitted."""
    card = (await world.asker.slash(world.channel, "ask", question=UNANSWERED)).response
    assert card is not None
    await world.asker.click(card, label="Helpful")
    assert "Ask the moderators" in buttons(card)
    await world.asker.click(card, label="Ask the moderators")
    typed = {"question": "Who decides?", "answer": "We.", "citations": "editorial"}
    await world.bot.desk.keep(Draft(world.guild.id, world.asker.id, typed))
    await world.bot.desk.submit(Draft(world.guild.id, world.asker.id, typed))


async def kept(world: World, store: Store) -> tuple[int, int, int]:
    """Count the votes, questions and drafts that are kept of somebody."""
    data = await store.personal_data(world.asker.id)
    return len(data.votes), len(data.questions), len(data.drafts)


async def pause(world: World, days: float, **settings: int) -> None:
    """Let days pass while the bot is switched off."""
    await world.bot.close()
    await world.env.advance_time(days * DAY)
    await world.restart(**settings)


async def test_what_is_older_than_a_year_goes_with_the_daily_round(
    world: World, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "handlers")
    await left_behind(world)
    await pause(world, 364)
    assert await kept(world, store) == (1, 1, 2)
    assert "Older than" not in caplog.text
    await world.env.advance_time(2 * DAY)
    assert await kept(world, store) == (0, 0, 1)
    assert await store.open_questions(world.guild.id) == ()
    assert "Older than 365 days, so deleted: 1 votes, 1 questions to moderators and 1 drafts" in caplog.text
    (submitted,) = await store.drafts(world.guild.id)
    assert submitted.submitted


@pytest.mark.parametrize(
    ("kind", "counted"),
    [
        ("vote", "1 votes, 0 questions to moderators and 0 drafts"),
        ("question", "0 votes, 1 questions to moderators and 0 drafts"),
        ("draft", "0 votes, 0 questions to moderators and 1 drafts"),
    ],
)
async def test_the_operator_reads_what_went(
    world: World, store: Store, caplog: pytest.LogCaptureFixture, kind: str, counted: str
) -> None:
    caplog.set_level("INFO", "handlers")
    if kind == "draft":
        await world.bot.desk.keep(Draft(world.guild.id, world.asker.id, {"question": "Who decides?"}))
    else:
        card = (await world.asker.slash(world.channel, "ask", question=UNANSWERED)).response
        assert card is not None
        await world.asker.click(card, label={"vote": "Helpful", "question": "Ask the moderators"}[kind])
    await pause(world, 400)
    assert f"Older than 365 days, so deleted: {counted}" in caplog.text


async def test_the_operator_decides_for_how_long(world: World, store: Store) -> None:
    await left_behind(world)
    await world.restart(retention_days=2)
    await world.env.advance_time(1.5 * DAY)
    assert await kept(world, store) == (1, 1, 2)
    await world.env.advance_time(1.6 * DAY)
    assert await kept(world, store) == (0, 0, 1)


async def test_with_no_days_everything_is_kept(world: World, store: Store) -> None:
    await left_behind(world)
    await pause(world, 1000, retention_days=0)
    assert await kept(world, store) == (1, 1, 2)


async def test_what_is_due_goes_at_the_start_after_a_long_pause(world: World, store: Store) -> None:
    await left_behind(world)
    await pause(world, 400)
    assert await kept(world, store) == (0, 0, 1)


async def test_who_asked_the_same_later_keeps_the_question_open(world: World, store: Store) -> None:
    await left_behind(world)
    await pause(world, 200)
    card = (await world.other.slash(world.channel, "ask", question=UNANSWERED)).response
    assert card is not None
    await world.other.click(card, label="Ask the moderators")
    await pause(world, 166)
    (waiting,) = await store.open_questions(world.guild.id)
    assert waiting.askers == 1


@impatient
async def test_a_round_that_fails_is_logged_and_made_up_for(
    world: World, store: Store, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await left_behind(world)
    await world.restart(retention_days=2)
    await world.env.advance_time(1.5 * DAY)
    with closing(sqlite3.connect(database, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        await world.env.advance_time(1.6 * DAY)
        assert "What is older than 2 days could not be deleted" in caplog.text
    assert await kept(world, store) == (1, 1, 2)
    await world.env.advance_time(DAY)
    assert await kept(world, store) == (0, 0, 1)


async def test_the_longest_time_that_can_be_set_is_one_the_calendar_knows(world: World, store: Store) -> None:
    await left_behind(world)
    await world.restart(retention_days=36_500)
    await world.env.advance_time(timedelta(days=2).total_seconds())
    assert await kept(world, store) == (1, 1, 2)
