"""How the store keeps things on a PostgreSQL server: for several processes, through whatever befalls it.

What fails for a moment is done again, once; what fails for longer is said in words.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from knowledge.errors import StoreError, UncertainError
from knowledge.store import Store, Votes
from knowledge.store.backups import back_up, examine, restore
from knowledge.store.migrate import REVISIONS
from knowledge.store.postgresql import APPLICATION, Remote
from tests import postgresql
from tests.knowledge.databases import execute
from tests.knowledge.store_samples import GUILD, NOW, PERSON, draft, revision
from tests.knowledge.wires import wired
from tests.postgresql import Cluster

ROOT = Path(__file__).parents[2]
PASSWORD = "p4ss-w0rd"


@pytest.fixture
def url(postgresql_server: str) -> Iterator[str]:
    made = postgresql.new_database(postgresql_server)
    yield made
    postgresql.drop_database(postgresql_server, made)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with await Store.open(url) as opened:
        yield opened


@pytest.fixture
async def admin(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody else's, to the same database."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


async def name_of(admin: asyncpg.Connection) -> str:
    return str(await admin.fetchval("SELECT current_database()"))


@pytest.fixture(scope="module")
def cluster(postgresql_server: str) -> Iterator[Cluster]:
    """A server that may be stopped, as the one that all tests share may not."""
    try:
        with postgresql.private_cluster() as started:
            yield started
    except LookupError:
        pytest.skip("The server that the tests were given cannot be stopped; one that is installed could.")


# What is on the disk, and for how long things may take


async def test_connections_are_durable_and_wait_for_nothing_for_ever(
    url: str, admin: asyncpg.Connection
) -> None:
    await admin.execute(f'ALTER DATABASE "{await name_of(admin)}" SET synchronous_commit = off')
    async with await Store.open(url, patience=7) as store:
        for engine in (store._engine, store._reader):
            async with engine.connect() as connection:

                async def shown(name: str) -> object:
                    return (await connection.exec_driver_sql(f"SHOW {name}")).scalar()

                assert await shown("synchronous_commit") == "on"
                assert await shown("statement_timeout") == "10500ms"
                assert await shown("lock_timeout") == "7s"
                assert await shown("idle_in_transaction_session_timeout") == "10s"
                assert await shown("application_name") == APPLICATION


async def test_a_server_that_may_forget_is_warned_of(
    url: str, admin: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    async with await Store.open(url):
        pass
    may_forget = await admin.fetchval("SHOW fsync") == "off"  # as that of the tests may, which is soon gone
    assert ("may lose what it acknowledged when its machine fails" in caplog.text) == may_forget


async def test_all_that_is_read_at_once_is_of_one_moment(store: Store) -> None:
    await store.remember("key", "before")
    async with store._reading() as connection:
        read = "SELECT value FROM memory WHERE key = 'key'"
        assert (await connection.exec_driver_sql(read)).scalar() == "before"
        await store.remember("key", "after")
        assert (await connection.exec_driver_sql(read)).scalar() == "before"
        with pytest.raises(Exception, match="read-only transaction"):
            await connection.exec_driver_sql("DELETE FROM memory")


async def test_readers_do_not_wait_for_a_writer(store: Store, admin: asyncpg.Connection) -> None:
    await store.remember("key", "before")
    async with store._writing():
        assert await store.recall("key") == "before"
    async with admin.transaction():
        await admin.execute("LOCK TABLE memory IN EXCLUSIVE MODE")
        assert await store.recall("key") == "before"


# Several processes


async def test_two_processes_that_write_at_once_lose_and_double_nothing(url: str) -> None:
    async with await Store.open(url, patience=60) as one, await Store.open(url, patience=60) as other:
        stores = (one, other)

        async def write(number: int) -> None:
            store = stores[number % 2]
            kept = await store.keep_draft(draft(author_id=number), NOW)
            entry_id = f"entry {number % 10}"
            await store.import_entries(GUILD, [(entry_id, revision(f"Answer {number}."))])
            await store.ask_moderators(
                GUILD, number, "permit?", "permit", NOW, channel_id=None, tell="", quota=1
            )
            await store.drop_draft(GUILD, kept.id)
            await store.vote("card", number, helpful=True, guild_id=GUILD)

        await asyncio.gather(*map(write, range(100)))
        assert await one.votes("card") == await other.votes("card") == Votes(100, 0)
        (question,) = await other.open_questions(GUILD)
        assert question.askers == 100
        entries = await one.entries(GUILD)
        assert [entry.revision.number for entry in entries] == [10] * 10
        changes = []
        for entry in entries:
            made = await other.revisions(GUILD, entry.id)
            assert [one.number for one in made] == list(range(1, 11))
            changes += [one.content.answer for one in made]
        assert sorted(changes) == sorted(f"Answer {number}." for number in range(100))
        assert await one.drafts(GUILD) == ()
        # 100 drafts, 100 revisions and 100 questions took a number each, and none was given twice.
        assert await execute(url, "SELECT last FROM numbers") == [(300,)]


# What befalls a connection, a server, a network


async def cut(admin: asyncpg.Connection) -> None:
    """Have the server end every connection of the bot."""
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = $1 AND datname = current_database()",
        APPLICATION,
    )


async def test_connections_that_were_ended_are_made_anew(store: Store, admin: asyncpg.Connection) -> None:
    for number in range(3):
        await asyncio.gather(*(store.recall("key") for _ in range(9)))
        await cut(admin)
        assert await store.recall("key") == (str(number - 1) if number else None)
        await cut(admin)
        await store.remember("key", str(number))


async def test_a_write_whose_connection_is_ended_in_the_middle_is_done_once(
    store: Store, admin: asyncpg.Connection
) -> None:
    for number in range(5):
        async with admin.transaction():
            await admin.execute("LOCK TABLE drafts IN EXCLUSIVE MODE")
            keeping = asyncio.create_task(store.keep_draft(draft(author_id=number), NOW))
            await waits(admin)
            await cut(admin)
            await asyncio.sleep(0.02)
        kept = await keeping
        assert await store.drafts(GUILD, number) == (kept,)


async def waits(admin: asyncpg.Connection) -> None:
    """Wait until the bot waits for a lock."""
    waiting = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        "WHERE NOT granted AND datname = current_database()"
    )
    while not await admin.fetchval(waiting):  # noqa: ASYNC110  (nothing here is told when it waits)
        await asyncio.sleep(0.005)


async def test_a_server_that_is_restarted_is_waited_for(cluster: Cluster) -> None:
    async with await Store.open(cluster.url, patience=20) as store:
        voting = asyncio.Event()
        counts: list[int] = []

        async def vote(person: int) -> None:
            for card in range(30):
                await store.vote(f"card {card}", person, helpful=True, guild_id=GUILD)
                await store.votes(f"card {card}")
                counts.append(card)
                voting.set()

        people = [asyncio.create_task(vote(person)) for person in range(8)]
        for how in ("fast", "immediate"):  # as an operator does, and as after a crash
            voting.clear()
            await voting.wait()
            await asyncio.to_thread(cluster.control, "restart", "-m", how)
        await asyncio.gather(*people)
        assert len(counts) == 240
        for card in range(30):
            assert await store.votes(f"card {card}") == Votes(8, 0)


async def test_a_server_that_stays_away_is_named_and_used_again_once_it_is_back(cluster: Cluster) -> None:
    async with await Store.open(cluster.url, patience=1) as store:
        await store.remember("key", "before")
        await asyncio.to_thread(cluster.control, "stop", "-m", "fast")
        try:
            for wanted in (store.recall("key"), store.remember("key", "after")):
                with pytest.raises(StoreError, match=rf"postgres on 127\.0\.0\.1:{cluster.port} .* reached"):
                    await wanted
            with pytest.raises(StoreError, match="Nothing was changed: check that the server runs"):
                await Store.open(cluster.url, patience=0.2)
        finally:
            await asyncio.to_thread(cluster.control, "start")
        assert await store.recall("key") == "before"


async def test_a_server_that_starts_late_is_waited_for(cluster: Cluster) -> None:
    await asyncio.to_thread(cluster.control, "stop", "-m", "fast")
    opening = asyncio.create_task(Store.open(cluster.url, patience=20))
    await asyncio.sleep(0.1)
    await asyncio.to_thread(cluster.control, "start")
    await (await opening).close()


async def test_a_server_that_turns_read_only_is_read_and_connected_to_anew(
    url: str, admin: asyncpg.Connection
) -> None:
    async with await Store.open(url, patience=1) as store:
        await store.remember("key", "before")
        read_only = f'ALTER DATABASE "{await name_of(admin)}" SET default_transaction_read_only = '
        await admin.execute(f"{read_only} on")
        await cut(admin)
        assert await store.recall("key") == "before"
        with pytest.raises(StoreError, match=r"is read-only, as after a fail-over\. Nothing was"):
            await store.remember("key", "after")
        assert await store.recall("key") == "before"
        await admin.execute(f"{read_only} off")
        await store.remember("key", "after")
        assert await store.recall("key") == "after"


async def test_a_server_that_is_read_only_for_a_moment_is_waited_for(
    url: str, admin: asyncpg.Connection
) -> None:
    async with await Store.open(url, patience=10) as store:
        read_only = f'ALTER DATABASE "{await name_of(admin)}" SET default_transaction_read_only = '
        await admin.execute(f"{read_only} on")
        await cut(admin)
        writing = asyncio.create_task(store.keep_draft(draft(), NOW))
        await asyncio.sleep(0.3)
        assert not writing.done()
        await admin.execute(f"{read_only} off")
        kept = await writing
        assert await store.drafts(GUILD) == (kept,)


async def test_a_lock_that_others_keep_is_named_and_a_short_one_waited_for(
    url: str, admin: asyncpg.Connection
) -> None:
    async with await Store.open(url, patience=1) as store:
        async with admin.transaction():
            await admin.execute("LOCK TABLE memory IN ACCESS EXCLUSIVE MODE")
            started = time.monotonic()
            with pytest.raises(StoreError, match=r"stayed locked for 1 seconds"):
                await store.recall("key")
            with pytest.raises(StoreError, match=r"stayed locked for 1 seconds"):
                await store.remember("key", "after")
            assert time.monotonic() - started < 10
        async with admin.transaction():
            await admin.execute("LOCK TABLE memory IN ACCESS EXCLUSIVE MODE")
            writing = asyncio.create_task(store.remember("key", "after"))
            await waits(admin)
        await writing
        assert await store.recall("key") == "after"


async def test_a_statement_that_takes_too_long_is_given_up_and_said(
    url: str, admin: asyncpg.Connection
) -> None:
    await admin.execute(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN PERFORM pg_sleep(30); RETURN NEW; END $$"
    )
    await admin.execute("CREATE TRIGGER slow BEFORE INSERT ON drafts FOR EACH ROW EXECUTE FUNCTION slow()")
    async with await Store.open(url, patience=1) as store:
        with pytest.raises(StoreError, match=r"took too long for a statement .* Nothing was changed: find"):
            await store.keep_draft(draft(), NOW)
        assert await store.drafts(GUILD) == ()
        assert await store.vote("card", PERSON, helpful=True) == Votes(1, 0)


async def make_user(admin: asyncpg.Connection, name: str) -> None:
    with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        await admin.execute(f"CREATE ROLE {name} LOGIN")


async def test_a_server_without_a_connection_left_is_named_and_waited_for(
    url: str, admin: asyncpg.Connection
) -> None:
    name = await name_of(admin)
    await make_user(admin, "somebody")
    await admin.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO somebody")
    await admin.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
    as_somebody = url.replace("postgres@", "somebody@")
    with pytest.raises(StoreError, match=r"has no connection left\. Nothing was changed: stop what"):
        await Store.open(as_somebody, patience=1)
    opening = asyncio.create_task(Store.open(as_somebody, patience=10))
    await asyncio.sleep(0.1)
    await admin.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
    await (await opening).close()


# A connection that is lost while it commits


@pytest.mark.parametrize("cut_at", ["before", "after"])
async def test_a_write_whose_commit_was_lost_on_the_way_is_done_once(url: str, cut_at: str) -> None:
    async with wired(url) as (wire, through), await Store.open(through) as store:
        for number in range(5):
            wire.cut_at = cut_at
            kept = await store.keep_draft(draft(author_id=number), NOW)
            assert await store.drafts(GUILD, number) == (kept,)
        assert wire.cuts == 5
        assert len(await store.drafts(GUILD)) == 5
        assert await execute(url, "SELECT last FROM numbers") == [(5,)]


async def test_a_commit_that_goes_on_after_its_connection_was_lost_is_waited_for(
    url: str, admin: asyncpg.Connection
) -> None:
    await admin.execute(
        f'ALTER DATABASE "{await name_of(admin)}" SET default_transaction_isolation = "repeatable read"'
    )
    await admin.execute(
        "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$"
    )
    await admin.execute(
        "CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON drafts DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION linger()"
    )
    async with wired(url) as (wire, through), await Store.open(through) as store:
        wire.cut_at = "after"
        kept = await store.keep_draft(draft(), NOW)
        assert wire.cuts == 1
        assert await store.drafts(GUILD) == (kept,)


@pytest.mark.parametrize("cut_at", ["before for good", "after for good"])
async def test_where_nobody_can_say_whether_a_write_was_kept_that_is_said(url: str, cut_at: str) -> None:
    async with wired(url) as (wire, through), await Store.open(through, patience=1) as store:
        wire.cut_at = cut_at
        with pytest.raises(UncertainError, match="Whether that was kept is not known: look before you do it"):
            await store.keep_draft(draft(), NOW)
        wire.is_up = True
        assert len(await store.drafts(GUILD)) == (cut_at == "after for good")


@pytest.mark.parametrize("cut_at", ["before", "after"])
async def test_a_write_whose_commit_was_lost_is_done_once_though_the_server_crashed_over_it(
    cluster: Cluster, cut_at: str
) -> None:
    async with wired(cluster.url) as (wire, through), await Store.open(through, patience=20) as store:
        before = len(await store.drafts(GUILD))
        for _ in range(3):
            wire.cut_at = f"{cut_at} for good"
            keeping = asyncio.create_task(store.keep_draft(draft(), NOW))
            await asyncio.wait_for(wire.was_cut.wait(), 20)
            wire.was_cut.clear()
            await asyncio.to_thread(cluster.control, "restart", "-m", "immediate")
            wire.is_up = True
            kept = await keeping
            assert await store.draft(GUILD, kept.id) == kept
        assert len(await store.drafts(GUILD)) == before + 3


async def test_the_receipts_of_processes_that_are_long_gone_are_forgotten(
    url: str, admin: asyncpg.Connection
) -> None:
    receipts = "SELECT count(*) FROM memory WHERE key LIKE 'receipt:%'"
    for number in range(3):
        async with await Store.open(url) as store:
            await store.remember("key", str(number))
            await store.remember("key", str(number))
    assert await admin.fetchval(receipts) == 3
    await admin.execute("UPDATE memory SET value = '2026-01-31T12:00:00 x' WHERE key LIKE 'receipt:%'")
    async with await Store.open(url) as store:
        assert await admin.fetchval(receipts) == 0
        assert await store.recall("key") == "2"


# Databases that cannot be used, and what nobody is told


def of(url: str, **parts: str) -> str:
    """Return a URL with parts of it changed."""
    user, database = parts.get("user", "postgres"), parts.get("database", url.rpartition("/")[2])
    return f"postgresql+asyncpg://{user}:{PASSWORD}@{url.rpartition('@')[2].partition('/')[0]}/{database}"


async def refusal(url: str, patience: float = 10) -> str:
    with pytest.raises(StoreError) as caught:
        await Store.open(url, patience=patience)
    assert PASSWORD not in repr(caught.value)
    return str(caught.value)


async def test_a_database_that_is_not_there_is_named(url: str) -> None:
    said = await refusal(of(url, database="nowhere"))
    assert "nowhere on 127.0.0.1" in said
    assert "is not there. Nothing was changed: create it (createdb NAME)" in said


async def test_a_user_that_is_refused_is_told_where_to_look(url: str) -> None:
    assert "refuses the user or the password. Nothing was changed: check" in await refusal(
        of(url, user="nobody")
    )


async def test_a_user_without_rights_is_told_what_is_wanted(
    url: str, postgresql_server: str, admin: asyncpg.Connection
) -> None:
    await make_user(admin, "guest")
    said = await refusal(of(url, user="guest"))
    assert "does not let the bot's user do what it must" in said
    assert "make that user the database's owner" in said


async def test_a_host_that_answers_nothing_is_given_up(url: str) -> None:
    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    port = postgresql.free_port()
    async with await asyncio.start_server(silent, "127.0.0.1", port) as server:
        said = await refusal(f"postgresql+asyncpg://me:{PASSWORD}@127.0.0.1:{port}/bot", patience=0.2)
        assert f"bot on 127.0.0.1:{port} cannot be reached (no answer)" in said
        server.close()


async def test_neither_the_password_nor_what_was_typed_reaches_the_log(
    url: str, admin: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    typed = "-".join(("what", "was", "typed"))
    await admin.execute("ALTER TABLE memory ADD CHECK (length(value) < 5)")
    async with await Store.open(of(url)) as store:
        assert PASSWORD not in repr(store._place)
        try:
            await store.remember("key", typed)
        except StoreError:
            logging.getLogger("bot").exception("It failed.")
    assert "violates check constraint" in caplog.text
    assert typed not in caplog.text
    assert PASSWORD not in caplog.text


async def test_a_database_that_is_being_moved_is_left_alone(url: str) -> None:
    mover = await Remote.at(url, 1, alone=True).connect()
    assert "is being moved. Nothing was changed: start the bot again when" in await refusal(url)
    await mover.close()
    async with await Store.open(url):
        with pytest.raises(StoreError, match=r"A bot is running on the database .* stop it first"):
            await Remote.at(url, 1, alone=True).connect()


async def test_without_its_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    monkeypatch.delitem(sys.modules, "knowledge.store.postgresql")
    with pytest.raises(StoreError, match=r"asyncpg\. Install it: .* -m pip install .*postgresql"):
        await Store.open("postgresql+asyncpg://me@db/bot")


def test_a_file_is_opened_without_what_opens_a_server() -> None:
    code = """if True:
        import asyncio, sys
        from knowledge.store import Store
        async def main():
            await (await Store.open(sys.argv[1])).close()
        asyncio.run(main())
        print('asyncpg' in sys.modules)
    """
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-c", code, f"sqlite:///{folder}/bot.db"]
        run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert run.stdout == "False\n"


@pytest.mark.parametrize("do", [back_up, lambda url, file: restore(url, file, NOW)])
def test_what_backs_it_up_and_restores_it_is_named(tmp_path: Path, do: Callable[[str, Path], object]) -> None:
    with pytest.raises(
        StoreError, match=r"bot on db is on PostgreSQL, .*: back it up, .* with pg_dump "
    ) as said:
        do(f"postgresql+asyncpg://me:{PASSWORD}@db/bot", tmp_path / "bot.backup")
    assert PASSWORD not in str(said.value)
    assert not any(tmp_path.iterdir())


def test_what_pg_dump_copies_is_what_pg_restore_puts_back(cluster: Cluster) -> None:
    async def remember(value: str) -> str | None:
        async with await Store.open(cluster.url) as store:
            before = await store.recall("when")
            await store.remember("when", value)
            return before

    asyncio.run(remember("the past"))
    file, dsn = f"{cluster.folder}/bot.dump", cluster.url
    cluster.run("pg_dump", "--format=custom", f"--file={file}", dsn)
    assert asyncio.run(remember("the present")) == "the past"
    cluster.run("pg_restore", "--clean", "--if-exists", "--single-transaction", f"--dbname={dsn}", file)
    assert asyncio.run(remember("")) == "the past"


def test_what_it_holds_is_counted_for_the_doctor(url: str) -> None:
    asyncio.run(_vote(url))
    found = examine(url)
    assert found is not None
    assert (found.revision, found.rows["votes"], found.rows["drafts"]) == (REVISIONS[-1], 1, 0)


async def _vote(url: str) -> None:
    async with await Store.open(url) as store:
        await store.vote("card", PERSON, helpful=True)


def test_in_an_empty_database_there_is_nothing_yet(postgresql_server: str) -> None:
    empty = postgresql.new_database(postgresql_server, empty=True)
    assert examine(empty) is None
    postgresql.drop_database(postgresql_server, empty)


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresql://me:secret@db",
        "postgresql://me:secret@db/",
        "postgresql://me:sec/ret@db/bot",
        "postgresql://me:12/ret@db/bot",
        "postgresql://me:sec?ret@db/bot",
        "postgresql://me:sec#ret@db/bot",
        "postgresql+asyncpg://me:se@cr:et@db:x/bot",
        "postgresql+psycopg2://me:secret@db/bot",
    ],
)
async def test_a_url_that_cannot_be_read_is_refused_and_not_repeated(wrong: str) -> None:
    with pytest.raises(StoreError, match="must be") as caught:
        await Store.open(wrong)
    for part in ("sec", "ret", "12", "me:"):
        assert part not in str(caught.value)
