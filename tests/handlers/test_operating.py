"""An operator's night: the real bot in a process of its own, asked how it is, and given new content."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import discord
import pytest
import simcord
import yaml
from prometheus_client.parser import text_string_to_metric_families
from simcord.backend.errors import SetupError

from knowledge.archive_building import write_archive
from knowledge.content import read_content
from knowledge.errors import StoreError
from knowledge.sources import Passage
from knowledge.store import Store
from knowledge.stored_archive import BUILDS
from tests.handlers.conftest import MakeBot, World
from tests.handlers.moderating import WRITTEN, published
from tests.handlers.reading import text
from tests.knowledge.test_stored_archive import document
from tests.wire.faults import Fault
from tests.wire.loopback import TOKEN, Loopback
from tests.wire.service import Service, started

AWAY = Fault(status=503)
VERBATIM = "Quick brown verbatim foxes were granted licenses."

Run = Callable[..., AbstractAsyncContextManager[Service]]


def build(data_dir: Path, text: str) -> None:
    """Build an archive of one document with one passage."""
    source = document("harbour", [Passage("1", original=text)])
    write_archive(data_dir, [source], read_content().vocabulary)


@pytest.fixture
async def town() -> AsyncIterator[Loopback]:
    async with Loopback().serving() as served:
        yield served


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def begun(base: str, **settings: str) -> AbstractAsyncContextManager[Service]:
        return started(
            base, tmp_path, more={f"AID_BOT_{name.upper()}": is_ for name, is_ in settings.items()}
        )

    return begun


async def asks(town: Loopback, command: str, **options: str) -> str:
    """Have somebody use a command in a direct message; return what is replied."""
    return (await town.correspondent().slash(command, **options)).text


async def get(bot: Service, path: str) -> tuple[int, str]:
    """Return the status and the text of what the bot serves at a path."""
    await bot.says("Serving /healthz")
    found = re.search(r"at port (\d+) of 127\.0\.0\.1", bot.log)
    assert found
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{found[1]}{path}") as response,
    ):
        return response.status, await response.text()


async def metric(bot: Service, name: str, **labels: str) -> float:
    """Return the value of a metric."""
    _, served = await get(bot, "/metrics")
    assert TOKEN not in served
    samples = [s for family in text_string_to_metric_families(served) for s in family.samples]
    return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())


async def is_ready(bot: Service, status: int = 200) -> None:
    """Wait until the bot is ready, or, with status 503, until it is not."""
    async with asyncio.timeout(20):
        while True:
            found, _ = await get(bot, "/readyz")
            if found == status:
                return
            await asyncio.sleep(0.01)


def take_in(folder: Path, ref: str, original: str) -> None:
    """Write the original of a paragraph, as the operator's own copy."""
    (folder / "data" / "originals").mkdir(parents=True, exist_ok=True)
    (folder / "data" / "originals" / "fp-2019.yaml").write_text(yaml.safe_dump({ref: original}), "utf-8")


async def test_it_says_how_it_is_before_and_after_discord_is_reached(town: Loopback, run: Run) -> None:
    town.api.faults.add(AWAY, "login", times=2)
    async with run(town.base) as bot:
        assert await get(bot, "/healthz") == (200, "ok\n")
        assert await get(bot, "/readyz") == (503, "not ready: not connected to Discord\n")
        await is_ready(bot)
        await town.gateway.close(4000)
        await is_ready(bot, 503)
        await is_ready(bot)
        assert await bot.stopped() == 0


async def test_the_metrics_tell_what_came_of_requests_and_how_fast(town: Loopback, run: Run) -> None:
    async with run(town.base, log_format="json") as bot:
        await is_ready(bot)
        assert await metric(bot, "aid_bot_requests_total") == 0
        assert "Biegun" in await asks(town, "ask", question="who is Stephen Biegun?")
        assert "bread" in await asks(town, "ask", question="how do I bake sourdough bread?")
        await asks(town, "cite", reference="nowhere 6")
        assert await metric(bot, "aid_bot_requests_total", outcome="answered") == 1
        assert await metric(bot, "aid_bot_requests_total", outcome="refused") == 1
        assert await metric(bot, "aid_bot_requests_total", outcome="error") == 1
        assert await metric(bot, "aid_bot_ack_seconds_count") == 3
        assert 0 < await metric(bot, "aid_bot_ack_seconds_sum") < 9
        assert await metric(bot, "aid_bot_index_passages") > 40
        assert await metric(bot, "aid_bot_queue_length") == 0
        assert await metric(bot, "aid_bot_ready") == 1
        assert await bot.stopped() == 0
    lines = [json.loads(line) for line in bot.log.splitlines()]
    assert [line["message"] for line in lines if "request" in line] == [
        "command ask: answered",
        "command ask: refused",
        "command cite: error",
    ]
    assert "sourdough" not in bot.log


async def test_new_content_is_taken_into_service_at_a_signal_and_broken_content_is_not(
    town: Loopback, run: Run, tmp_path: Path
) -> None:
    async with run(town.base) as bot:
        await is_ready(bot)
        assert VERBATIM not in await asks(town, "cite", reference="fp-2019 6")
        take_in(tmp_path, "6", VERBATIM)
        bot.process.send_signal(signal.SIGHUP)
        await bot.says("The content was reloaded. Version")
        assert VERBATIM in await asks(town, "cite", reference="fp-2019 6")

        take_in(tmp_path, "666", "There is no such paragraph.")
        bot.process.send_signal(signal.SIGHUP)
        await bot.says("stays in service.")
        assert re.search(
            r"ERROR .*not reloaded; version \w+ stays.*fp-2019\.yaml:1: 666: no such passage", bot.log
        )
        assert VERBATIM in await asks(town, "cite", reference="fp-2019 6")
        assert await metric(bot, "aid_bot_reloads_total", outcome="done") == 1
        assert await metric(bot, "aid_bot_reloads_total", outcome="failed") == 1
        assert await bot.stopped() == 0


async def test_an_archive_that_is_built_meanwhile_is_answered_from_without_being_told(
    town: Loopback, run: Run, tmp_path: Path
) -> None:
    build(tmp_path / "data", "Quorn came to the harbour master.")
    async with run(town.base) as bot:
        await is_ready(bot)
        assert "Quorn came" in await asks(town, "cite", reference="harbour 1")
        build(tmp_path / "data", "Zinc came to the harbour master.")
        while "The content was reloaded. Version" not in bot.log:
            assert "came to the harbour master" in await asks(town, "cite", reference="harbour 1")
            await asyncio.sleep(0.05)
        assert "Zinc came" in await asks(town, "cite", reference="harbour 1")
        assert "Zinc came" in await asks(town, "ask", question="what came to the harbour master?")
        assert await metric(bot, "aid_bot_reloads_total", outcome="done") == 1
        assert await bot.stopped() == 0


async def test_a_signal_before_discord_is_reached_ends_nothing(town: Loopback, run: Run) -> None:
    town.api.faults.add(AWAY, "login", times=3)
    async with run(town.base) as bot:
        await bot.says("Trying again")
        bot.process.send_signal(signal.SIGHUP)
        await bot.says("The content was reloaded.")
        await is_ready(bot)
        assert await bot.stopped() == 0


async def test_where_nothing_can_be_served_the_bot_runs_and_says_so(town: Loopback, run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        async with run(town.base, status_address=address) as bot:
            await bot.says(f"Nothing is served at {address} (")
            assert "Set status_address to a free one, or to off." in bot.log
            assert await bot.stopped() == 0


async def test_it_serves_on_this_machine_alone_unless_told_otherwise(town: Loopback, run: Run) -> None:
    async with run(town.base, status_address="off") as bot:
        assert await town.until(lambda: town.requests("login"), 20)
        assert await bot.stopped() == 0
    assert "Serving" not in bot.log
    from settings import Settings

    assert Settings().status_address.startswith("127.0.0.1:")


# Reloading by command


@dataclass
class House:
    """A server with two administrators, one of whom runs the bot."""

    world: World
    operator: simcord.MemberActor
    administrator: simcord.MemberActor


@pytest.fixture
async def house(world: World, tmp_path: Path) -> House:
    await world.restart(data_dir=tmp_path / "data")
    role = world.guild.create_role("Administrators", permissions=discord.Permissions(administrator=True))
    names = ("olga", "adam")
    olga, adam = (world.guild.add_member(world.env.create_user(name), roles=[role]) for name in names)
    world.bot.owner_ids = {olga.id}
    return House(world, olga, adam)


async def test_an_archive_is_tried_once_and_one_that_is_damaged_is_left_out_with_words(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bot, tried = house.world.bot, ""
    before = bot.engine
    assert await bot.follow_archive(tried) == tried
    assert bot.engine is before
    build(tmp_path / "data", "Quorn came to the harbour master.")
    (file,) = (tmp_path / "data" / BUILDS).glob("*/docs.npy")
    file.write_bytes(b"")
    for _ in range(3):
        tried = await bot.follow_archive(tried)
    assert caplog.text.count("docs.npy is not as it was written") == 1
    assert "The archive is left out" in caplog.text
    assert bot.engine.library.version == before.library.version
    asked = await house.world.asker.slash(house.world.channel, "ask", question="who is Stephen Biegun?")
    assert "Biegun" in text(asked.response)
    build(tmp_path / "data", "Zinc came to the harbour master.")
    assert await bot.follow_archive(tried) != tried
    asked = await house.world.asker.slash(house.world.channel, "cite", reference="harbour 1")
    assert "Zinc came" in text(asked.response)


async def test_whoever_runs_the_bot_reloads_it_by_command(house: House, tmp_path: Path) -> None:
    world = house.world
    before = world.bot.engine.library.version
    take_in(tmp_path, "6", VERBATIM)
    done = await house.operator.slash(world.channel, "reload")
    assert done.ephemeral
    said = text(done.response)
    assert said == f"Version {world.bot.engine.library.version} is in service, after {before}."
    assert VERBATIM in text((await world.other.slash(world.channel, "cite", reference="fp-2019 6")).response)


async def test_a_reload_is_told_in_the_language_of_whoever_asked_for_it_and_logged_in_english(
    house: House, locale_of: dict[int, str], caplog: pytest.LogCaptureFixture
) -> None:
    world = house.world
    locale_of[house.operator.id] = "ko"
    with caplog.at_level("INFO"):
        done = await house.operator.slash(world.channel, "reload")
    version = world.bot.engine.library.version
    assert text(done.response) == f"전과 같이 버전 {version}(으)로 답변합니다."
    assert f"The content was reloaded. Version {version} is in service, as before." in caplog.text


async def test_content_with_faults_is_refused_with_their_lines_and_the_old_one_stays(
    house: House, tmp_path: Path
) -> None:
    world, before = house.world, house.world.bot.engine
    take_in(tmp_path, "666", "There is no such paragraph.")
    told = text((await house.operator.slash(world.channel, "reload")).response)
    assert world.env.errors
    assert f"The content has faults, so version {before.library.version} stays in service." in told
    assert "fp-2019.yaml:1" in told
    assert "python bot.py check" in told
    assert world.bot.engine is before


async def test_what_was_asked_for_here_is_not_followed_as_if_another_process_was_asked(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    bot = house.world.bot
    asking = asyncio.create_task(house.operator.slash(house.world.channel, "reload"))
    while not asking.done():
        await bot.look()
        await asyncio.sleep(0)
    await bot.look()
    await asyncio.sleep(0.01)
    async with bot.reloading:
        assert caplog.text.count("The content was reloaded.") == 1


async def test_a_reload_in_which_the_database_failed_is_made_up_for(
    house: House,
    make_bot: MakeBot,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = house.world
    await published(world)
    other = make_bot(data_dir=tmp_path / "data")  # as in another process
    await other.desk.load()
    await other.reloads.cog_load()
    take_in(tmp_path, "6", VERBATIM)
    await house.operator.slash(world.channel, "reload")

    async def away(*_: object, **__: object) -> None:
        raise StoreError("The database is away.")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "entries", away)
        while "The content was not reloaded" not in caplog.text:
            await other.look()
            await asyncio.sleep(0.01)
    async with asyncio.timeout(60):
        while other.engine.library.version != world.bot.engine.library.version:
            await other.look()
            await asyncio.sleep(0.01)
    assert other.desk.published == 1


async def test_nobody_else_reloads_it_not_even_an_administrator(house: House) -> None:
    world, before = house.world, house.world.bot.engine
    told = await house.administrator.slash(world.channel, "reload")
    assert told.ephemeral
    assert "Only whoever runs this bot can do that" in text(told.response)
    assert world.env.errors
    for hidden_from in (world.other, world.moderator):
        with pytest.raises(SetupError, match="not visible"):
            await hidden_from.slash(world.channel, "reload")
    assert world.bot.engine is before


async def test_what_a_server_wrote_is_found_before_and_after_a_reload(house: House, tmp_path: Path) -> None:
    world = house.world
    await published(world)
    take_in(tmp_path, "6", VERBATIM)
    asked = {"question": WRITTEN["question"]}
    before = text((await world.asker.slash(world.channel, "ask", **asked)).response)
    await house.operator.slash(world.channel, "reload")
    after = text((await world.asker.slash(world.channel, "ask", **asked)).response)
    assert WRITTEN["answer"] in before
    assert WRITTEN["answer"] in after
    assert world.bot.desk.published == 1


async def test_while_it_is_reloaded_the_bot_answers_and_what_is_written_meanwhile_is_found(
    house: House, tmp_path: Path
) -> None:
    world = house.world
    await published(world, question="How long does a ferry take?", alternatives="")
    take_in(tmp_path, "6", VERBATIM)
    reload = asyncio.create_task(world.bot.reload())
    await published(world, question="How long does a ferry permit take?", alternatives="")
    assert "Biegun" in text((await world.asker.slash(world.channel, "ask", question="Biegun?")).response)
    await reload
    found = await world.asker.slash(world.channel, "ask", question="How long does a ferry permit take?")
    assert WRITTEN["answer"] in text(found.response)
    assert world.bot.desk.published == 2
    assert VERBATIM in text((await world.asker.slash(world.channel, "cite", reference="fp-2019 6")).response)
