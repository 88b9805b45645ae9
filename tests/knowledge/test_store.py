"""How the store keeps things, on a file and on a server: for whoever writes at once, through migrations."""

from __future__ import annotations

import asyncio
import random
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import upgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from knowledge.errors import StoreError
from knowledge.guild_settings import GuildSettings
from knowledge.store import Forgotten, Store, Votes
from knowledge.store.migrate import REVISIONS, SCRIPTS
from knowledge.store.places import place_of
from knowledge.store.schema import guilds, metadata
from tests.knowledge.databases import execute
from tests.knowledge.store_samples import ELSEWHERE, GUILD, NOW, OTHER, PERSON

ROOT = Path(__file__).parents[2]


# What is kept


async def test_what_was_remembered_is_recalled(store: Store) -> None:
    assert await store.recall("commands") is None
    await store.remember("commands", "old")
    await store.remember("commands", "new")
    assert await store.recall("commands") == "new"
    assert await store.recall("Commands") is None


async def test_what_was_chosen_for_a_server_is_kept(store: Store) -> None:
    assert GUILD not in await store.guild_settings()
    first = GuildSettings(answer_mentions_in=(2**63 - 1, 5), log_channel=2**62, default_visibility="public")
    await store.save_guild_settings(GUILD, first)
    assert (await store.guild_settings())[GUILD] == first
    await store.save_guild_settings(GUILD, GuildSettings(moderator_roles=(1,), two_person_rule=True))
    assert (await store.guild_settings())[GUILD] == GuildSettings(moderator_roles=(1,), two_person_rule=True)
    assert ELSEWHERE not in await store.guild_settings()


async def test_all_of_it_is_there_after_a_restart(url: str) -> None:
    async with await Store.open(url) as store:
        await store.vote("card", PERSON, helpful=True)
        await store.remember("key", "value")
        await store.save_guild_settings(GUILD, GuildSettings(questions_a_day=1))
    async with await Store.open(url) as store:
        assert await store.votes("card") == Votes(1, 0)
        assert await store.recall("key") == "value"
        assert (await store.guild_settings())[GUILD] == GuildSettings(questions_a_day=1)


# Servers


async def test_a_server_is_news_once(store: Store) -> None:
    assert await store.joined(GUILD)
    assert not await store.joined(GUILD)
    await store.left(GUILD, NOW)
    assert not await store.joined(GUILD)
    assert await store.servers() == {GUILD}


async def test_the_data_of_a_server_goes_a_while_after_the_bot_has_left_it(store: Store) -> None:
    await store.joined(GUILD)
    await store.vote("card", PERSON, helpful=True, guild_id=GUILD)
    await store.vote("card", OTHER, helpful=True, guild_id=ELSEWHERE)
    await store.left(GUILD, NOW)
    assert await store.servers() == {ELSEWHERE}
    assert await store.forget_servers(left_before=NOW) == ()
    assert await store.votes("card") == Votes(2, 0)
    assert await store.forget_servers(left_before=NOW + timedelta(seconds=1)) == (GUILD,)
    assert await store.votes("card") == Votes(1, 0)
    assert await store.joined(GUILD)


async def test_the_time_counts_from_the_first_leaving_and_starts_anew_after_a_return(store: Store) -> None:
    await store.joined(GUILD)
    await store.left(GUILD, NOW)
    await store.left(GUILD, NOW + timedelta(days=9))
    await store.joined(GUILD)
    assert await store.forget_servers(left_before=NOW + timedelta(days=1)) == ()
    await store.left(GUILD, NOW)
    await store.left(GUILD, NOW + timedelta(days=9))
    assert await store.forget_servers(left_before=NOW + timedelta(days=1)) == (GUILD,)


async def test_a_moment_needs_a_time_zone(store: Store) -> None:
    await store.joined(GUILD)
    with pytest.raises(StoreError, match="cannot be used"):
        await store.left(GUILD, NOW.replace(tzinfo=None))


def test_whatever_belongs_to_a_server_goes_with_it() -> None:
    known = {guilds}
    for table in metadata.sorted_tables:
        owners = {key.column.table for key in table.foreign_keys if key.ondelete == "CASCADE"}
        assert len(owners) == len({key.column.table for key in table.foreign_keys})
        if owners & known:
            known.add(table)
        elif table is not guilds:
            assert table.name in ("memory", "numbers")
        if "guild_id" in table.columns and table is not guilds:
            (reference,) = table.columns["guild_id"].foreign_keys
            assert reference.column is guilds.c.guild_id


# How it is kept


@pytest.mark.alone  # the last of them may wait as long as the store does
async def test_240_people_voting_at_once_are_counted_one_after_the_other(url: str) -> None:
    async with await Store.open(url) as store, await Store.open(url) as second:
        stores = (store, second)
        tasks = (stores[person % 2].vote("card", person, helpful=True) for person in range(240))
        counts = await asyncio.gather(*tasks)
        assert sorted(votes.helpful for votes in counts) == list(range(1, 241))


async def test_a_new_database_opened_by_several_at_once_is_made_once(empty_url: str) -> None:
    stores = await asyncio.gather(*(Store.open(empty_url) for _ in range(6)))
    for number, store in enumerate(stores):
        assert await store.vote("card", number, helpful=True) == Votes(number + 1, 0)
    for store in stores:
        await store.close()


async def test_a_cancelled_write_leaves_the_store_usable(store: Store) -> None:
    for pause in (0, 0.0005, 0.001):
        task = asyncio.create_task(store.remember("key", "cancelled"))
        await asyncio.sleep(pause)
        task.cancel()
        await asyncio.wait({task})
        await store.remember("key", "after")
        assert await store.recall("key") == "after"


async def test_whoever_stops_waiting_leaves_nothing_locked(url: str) -> None:
    pauses = random.Random(1)
    async with await Store.open(url) as store:
        for number in range(200):
            vote = store.vote(f"card {number}", PERSON, helpful=True, guild_id=GUILD, at=NOW)
            task = asyncio.create_task(vote)
            await asyncio.sleep(pauses.uniform(0, 0.003))
            task.cancel()
            await asyncio.wait({task})
            await store.remember("key", "after")


async def test_closing_lets_a_write_finish_and_refuses_those_after_it(url: str) -> None:
    store = await Store.open(url)
    writing = asyncio.create_task(store.remember("key", "value"))
    await asyncio.sleep(0)
    await store.close()
    await store.close()
    await writing
    for late in (store.remember("key", "late"), store.recall("key")):
        with pytest.raises(StoreError, match="closed"):
            await late
    async with await Store.open(url) as again:
        assert await again.recall("key") == "value"


# Migrations


def alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


async def on(url: str, do: Callable[[Connection], Any]) -> Any:
    """Do something on a connection to a database, in a transaction."""
    engine = place_of(url, 5).engine(migrating=True)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(do)
    finally:
        await engine.dispose()


async def refusal(url: str) -> str:
    """Return why the store does not open a database, which is left as it is."""

    def schema(connection: Connection) -> object:
        return sorted(inspect(connection).get_table_names())

    before = await on(url, schema)
    with pytest.raises(StoreError) as caught:
        await Store.open(url)
    assert await on(url, schema) == before
    assert str(place_of(url, 5)) in str(caught.value)
    return str(caught.value)


def test_the_revisions_that_the_code_knows_are_those_of_the_scripts() -> None:
    scripts = ScriptDirectory.from_config(alembic())
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS


async def test_the_migrations_lead_to_the_schema_of_the_code(empty_url: str) -> None:
    async with await Store.open(empty_url):
        pass
    found = await on(
        empty_url, lambda connection: compare_metadata(MigrationContext.configure(connection), metadata)
    )
    assert found == []


def test_an_up_to_date_database_opens_without_alembic(url: str) -> None:
    code = """if True:
        import asyncio, sys
        from knowledge.store import Store
        async def main():
            await (await Store.open(sys.argv[1])).close()
        asyncio.run(main())
        print('alembic' in sys.modules)
    """
    command = [sys.executable, "-c", code, url]
    for _ in range(2):  # a file is made first
        run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert run.stdout == "False\n"


async def test_a_migration_that_fails_changes_nothing(empty_url: str) -> None:
    await make_folder(empty_url)
    await execute(
        empty_url, "CREATE TABLE alembic_version (version_num TEXT)", "CREATE TABLE memory (id INTEGER)"
    )
    assert re.search(r'memory"? already exists', await refusal(empty_url))


async def make_folder(url: str) -> None:
    (await place_of(url, 5).hold()).release()


async def make_old(url: str, revision: str, *rows: str) -> None:
    """Make a database as an earlier version of the bot left it."""

    def make(connection: Connection) -> None:
        config = alembic()
        config.attributes["connection"] = connection
        upgrade(config, revision)
        for row in rows:
            connection.exec_driver_sql(row)

    await make_folder(url)
    await on(url, make)


OLD_VOTE = "INSERT INTO votes (card, user_id, helpful) VALUES ('card', 1, true)"
OLD_GUILD = "INSERT INTO guilds VALUES (7, false, NULL)"
OLD = {
    "0001": [OLD_VOTE],
    "0002": [OLD_VOTE, OLD_GUILD, "UPDATE votes SET guild_id = 7"],
    "0003": [
        OLD_VOTE,
        OLD_GUILD,
        "UPDATE votes SET guild_id = 7",
        "INSERT INTO drafts VALUES (1, 7, 2, '{}', '\"\"', 0, NULL, false, '2026-01-31 12:00:00')",
    ],
    "0004": [
        OLD_VOTE,
        OLD_GUILD,
        "UPDATE votes SET guild_id = 7",
        "INSERT INTO questions VALUES (1, 7, '\"k\"', 'dismissed', 3, '2026-01-31 12:00:00')",
        "INSERT INTO askers VALUES (1, 2, '\"k?\"', '2026-01-30 12:00:00', NULL, 'dm')",
    ],
    "0005": [
        OLD_VOTE,
        "INSERT INTO guilds VALUES (7, false, NULL)",
        "UPDATE votes SET guild_id = 7",
        "INSERT INTO guild_settings VALUES (7, '{}')",
    ],
}


def test_the_data_of_every_earlier_schema_is_tested() -> None:
    assert tuple(OLD) == REVISIONS[:-1]


@pytest.mark.parametrize("revision", OLD)
async def test_votes_outlive_the_migration_from_every_earlier_schema(empty_url: str, revision: str) -> None:
    await make_old(empty_url, revision, *OLD[revision])
    async with await Store.open(empty_url) as store:
        assert await store.votes("card") == Votes(1, 0)
        assert await store.vote("card", PERSON, helpful=False, guild_id=GUILD) == Votes(1, 1)
        assert await store.servers() == ({GUILD} if revision == "0001" else {GUILD, 7})
        assert [draft.sent_back for draft in await store.drafts(7)] == [""] * (revision == "0003")
        assert await store.untold() == ()  # nobody knows who of them was told


async def test_votes_of_an_earlier_schema_are_kept_as_if_cast_at_the_migration(empty_url: str) -> None:
    await make_old(empty_url, "0002", OLD_VOTE)
    now = datetime.now(UTC)
    async with await Store.open(empty_url) as store:
        assert await store.enforce_retention(before=now - timedelta(minutes=1)) == Forgotten()
        assert await store.enforce_retention(before=now + timedelta(minutes=1)) == Forgotten(votes=1)


async def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    async with await Store.open(url):
        pass
    await execute(url, "UPDATE alembic_version SET version_num = '0999'")
    assert "newer version of the bot (schema 0999" in await refusal(url)


async def test_a_database_of_another_program_is_left_alone(empty_url: str) -> None:
    await make_folder(empty_url)
    await execute(empty_url, "CREATE TABLE votes (id INTEGER)")
    assert "belongs to another program" in await refusal(empty_url)
