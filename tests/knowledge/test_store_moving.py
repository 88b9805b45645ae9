"""Moving a database to another: every row arrives as it was, or nothing does."""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knowledge.database_files import url_of_file
from knowledge.database_servers import is_server
from knowledge.errors import StoreError, UncertainError
from knowledge.guild_settings import GuildSettings
from knowledge.store import Outcome, Store, Votes
from knowledge.store.moving import MismatchError, Moved, move, url_of
from knowledge.store.places import place_of
from tests import postgresql
from tests.knowledge.databases import contents, execute
from tests.knowledge.store_samples import ELSEWHERE, GUILD, MODERATOR, NOW, OTHER, PERSON, draft, revision
from tests.knowledge.wires import wired

ODD = "\0 \ud83d 👩‍🌾 é e\u0301 북한 \\ud83d \" ' \n"


async def fill(url: str) -> None:
    """Leave rows of every kind, and in one table more than are copied at once."""
    async with await Store.open(url) as store:
        await store.remember("commands", "hash")
        await store.vote("card", PERSON, helpful=False, guild_id=GUILD, at=NOW)
        await store.vote_reason("card", PERSON, ODD, ODD)
        await store.vote("card", OTHER, helpful=True)
        for key in ("permit", ODD):
            asked = await store.ask_moderators(
                GUILD, PERSON, ODD, key, NOW, channel_id=2**63 - 1, tell="dm", quota=9
            )
        await store.close_question(GUILD, asked.question_id, Outcome.DISMISSED, MODERATOR, NOW, news=ODD)
        await store.import_entries(GUILD, [(f"{ODD}{number}", revision(ODD)) for number in range(1234)])
        await store.keep_draft(draft(typed={"question": ODD}), NOW)
        await store.point(ELSEWHERE, "how long?", ODD, MODERATOR, NOW)
        await store.block(GUILD, OTHER, MODERATOR, NOW)
        await store.save_guild_settings(GUILD, GuildSettings(two_person_rule=True))
        await store.left(ELSEWHERE, NOW)


async def moved(source: str, target: str) -> Moved:
    steps: Counter[str] = Counter()

    def step(_table: str, rows: int) -> None:
        steps["done"] += rows

    done = await move(source, target, lambda count: steps.update(wanted=count), step)
    assert steps["done"] == steps["wanted"] == 2 * sum(done.rows.values())
    return done


async def test_everything_is_moved_and_the_old_database_stays_as_it_was(url: str, other_url: str) -> None:
    await fill(url)
    before = await contents(url)
    done = await moved(url, other_url)
    assert all(before.values()), "a table of which nothing is tested"
    assert await contents(other_url) == await contents(url) == before
    assert done.rows["revisions"] == 1234
    assert (done.source, done.target) == (str(place_of(url, 1)), str(place_of(other_url, 1)))
    async with await Store.open(url) as old, await Store.open(other_url) as new:
        assert await new.entries() == await old.entries()
        assert await new.personal_data(PERSON) == await old.personal_data(PERSON)
        (last,) = [pointer.change for pointer in await new.pointers()]
        assert (await new.point(GUILD, "how long?", "x", MODERATOR, NOW)).change > last
        assert await new.vote("card", MODERATOR, helpful=True) == Votes(2, 1)


async def assert_refused(source: str, target: str, *said: str) -> None:
    with pytest.raises(StoreError) as caught:
        await moved(source, target)
    for words in said:
        assert words in str(caught.value)


async def test_what_is_not_empty_is_not_overwritten(url: str, other_url: str) -> None:
    await fill(url)
    async with await Store.open(other_url) as store:
        await store.block(GUILD, OTHER, MODERATOR, NOW)
    before = await contents(other_url)
    await assert_refused(
        url, other_url, str(place_of(other_url, 1)), "is not empty", "in guilds", "name another"
    )
    assert await contents(other_url) == before


@pytest.mark.parametrize("used", ["the old one", "the new one"])
async def test_a_database_that_a_bot_uses_is_not_moved(
    url: str, other_url: str, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.store.moving._PATIENCE", 1)
    await fill(url)
    in_use = url if used == "the old one" else other_url
    async with await Store.open(in_use) as store:
        await assert_refused(url, other_url, f"A bot is running on the database {place_of(in_use, 1)}")
        await store.remember("commands", "hash")
        assert await store.recall("commands") == "hash"


async def test_a_bot_does_not_start_on_what_is_being_moved(url: str, other_url: str) -> None:
    await fill(url)
    refusals = []

    def start() -> None:
        for which in (url, other_url):
            with pytest.raises(StoreError) as caught:
                asyncio.run(Store.open(which, patience=1))
            refusals.append(str(caught.value))

    def step(table: str, _rows: int) -> None:
        if table == "memory" and not refusals:
            with ThreadPoolExecutor() as other:
                other.submit(start).result()

    await move(url, other_url, lambda _: None, step)
    assert len(refusals) == 2
    for refusal in refusals:
        assert "is being" in refusal


async def test_a_row_that_does_not_arrive_as_it_was_is_named_and_nothing_is_kept(
    url: str, other_url: str
) -> None:
    await fill(url)
    async with await Store.open(other_url):
        pass
    await execute(other_url, *meddling(other_url))
    with pytest.raises(MismatchError, match=r"In the table memory, the row with key commands does not"):
        await moved(url, other_url)
    empty = {name: rows for name, rows in (await contents(other_url)).items() if rows}
    assert empty == {"numbers": [(0,)]}


def meddling(url: str) -> list[str]:
    """Return what makes a database keep something else than it is given."""
    if not is_server(url):
        change = "UPDATE memory SET value = 'other' WHERE key = NEW.key"
        return [f"CREATE TRIGGER meddling AFTER INSERT ON memory BEGIN {change}; END"]
    return [
        "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN NEW.value := 'other'; RETURN NEW; END $$",
        "CREATE TRIGGER meddling BEFORE INSERT ON memory FOR EACH ROW EXECUTE FUNCTION meddle()",
    ]


async def test_a_row_that_does_not_arrive_is_counted(url: str, other_url: str) -> None:
    await fill(url)
    async with await Store.open(other_url):
        pass
    if is_server(other_url):
        await execute(
            other_url,
            "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            "CREATE TRIGGER swallowing BEFORE INSERT ON memory FOR EACH ROW EXECUTE FUNCTION swallow()",
        )
    else:
        gone = "DELETE FROM memory WHERE key = NEW.key"
        await execute(other_url, f"CREATE TRIGGER swallowing AFTER INSERT ON memory BEGIN {gone}; END")
    with pytest.raises(MismatchError, match=r"The table memory has \d rows and would have 0\. Nothing"):
        await moved(url, other_url)


async def test_a_move_whose_end_is_lost_is_not_said_to_have_changed_nothing(
    tmp_path: Path, postgresql_server: str
) -> None:
    source = url_of_file(tmp_path / "bot.db")
    await fill(source)
    target = await asyncio.to_thread(postgresql.new_database, postgresql_server)
    async with wired(target) as (wire, through):

        def step(table: str, _rows: int) -> None:
            wire.cut_at = "after for good" if table == "guilds" else wire.cut_at

        with pytest.raises(UncertainError, match="Whether that was kept is not known"):
            await move(source, through, lambda _: None, step)
    assert await contents(target) == await contents(source)
    await asyncio.to_thread(postgresql.drop_database, postgresql_server, target)


async def test_what_another_version_left_is_not_moved(url: str, other_url: str) -> None:
    await fill(url)
    await execute(url, "UPDATE alembic_version SET version_num = '0004'")
    await assert_refused(
        url, other_url, "is not up to date (schema 0004; this version has", "start the bot on it"
    )
    await execute(url, "UPDATE alembic_version SET version_num = '0999'")
    await assert_refused(url, other_url, "was written by a newer version of the bot")


async def test_a_database_is_not_moved_onto_itself_nor_from_nowhere(tmp_path: Path, url: str) -> None:
    await fill(url)
    await assert_refused(url, url, "cannot be moved onto itself")
    nowhere = url_of_file(tmp_path / "nowhere.db")
    await assert_refused(nowhere, url, f"There is no database {tmp_path / 'nowhere.db'}")
    assert not (tmp_path / "nowhere.db").exists()


def test_a_path_is_a_file_and_anything_else_a_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert url_of("data/bot.db") == f"sqlite+aiosqlite:///{tmp_path}/data/bot.db"
    assert url_of("postgresql://me@db/bot") == "postgresql://me@db/bot"
