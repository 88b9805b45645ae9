"""The demo: how it starts and ends, what it keeps, and the world it shows. tests/browser/ uses its page."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
import simcord
from simcord.backend import Backend
from simcord.preview._server import PreviewServer

from demo import NAME, PATCHES, Demo, DemoError, shown
from docs.pictures import HEIGHTS, KINDS, gallery, shown_in
from knowledge.database_files import url_of_file
from knowledge.engine import Engine
from knowledge.entry_files import read_entries
from settings import Settings
from tests.handlers.reading import text

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in ("DISCORD_TOKEN", "BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "TERM")
    and not name.startswith("AID_BOT_")
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.touch()
    return path


@contextmanager
def started(config: Path, *arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the demo; yield its process and the address of the page, once it is there."""
    demo = subprocess.Popen(
        [sys.executable, "bot.py", "--config", str(config), "demo", "--port", "0", *arguments],
        cwd=ROOT,
        env=ENVIRONMENT | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+/#\S+", demo.stdout.readline())
        assert found, demo.communicate(timeout=10)[1]
        yield demo, found[0]
    finally:
        demo.kill()
        demo.communicate(timeout=10)


def turned_down(config: Path, *arguments: str, first: str = "") -> str:
    """Start the demo where it cannot start, after a statement if one is given; return what it says."""
    code = f"import sys\n{first}\nimport bot; bot.cli()"
    run = subprocess.run(
        [sys.executable, "-c", code, "--config", str(config), "demo", "--no-browser", *arguments],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 2
    assert not run.stdout
    assert "Traceback" not in run.stderr
    return run.stderr


# Start and end


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_it_and_nothing_is_left(config: Path, number: signal.Signals) -> None:
    folder = config.parent / "temporary"
    folder.mkdir()
    with started(config, "--no-browser", TMPDIR=str(folder)) as (demo, _):
        (own,) = folder.iterdir()
        assert (own / "bot.db").is_file()
        demo.send_signal(number)
        _, said = demo.communicate(timeout=10)
        assert demo.returncode == 0, said
    assert not said
    assert list(folder.iterdir()) == []
    assert sorted(config.parent.iterdir()) == [config, folder]


def test_a_port_in_use_is_named_with_the_way_round_it(config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = turned_down(config, "--port", port)
    assert f"Port {port} cannot be used (address already in use)." in said
    assert "--port 0" in said


def test_a_number_that_is_no_port_is_refused(config: Path) -> None:
    assert "0<=x<=65535" in turned_down(config, "--port", "65536")


@pytest.mark.parametrize("package", ["simcord", "regex"])
def test_without_its_extra_it_says_how_to_install_it(config: Path, package: str) -> None:
    said = turned_down(config, "--port", "0", first=f"sys.modules[{package!r}] = None")
    assert package in said
    assert "pip install -e '.[demo]'" in said


def test_faults_of_the_settings_are_named(config: Path) -> None:
    config.write_text("log_level: loud\n", "utf-8")
    assert "log_level" in turned_down(config, "--port", "0")


# The browser


def program(folder: Path, name: str) -> Path:
    """Make a program that writes down with what it was called."""
    path = folder / name
    path.write_text(
        f'#!/bin/sh\necho "$@" > "{folder}/called.part" && mv "{folder}/called.part" "{folder}/called"\n'
    )
    path.chmod(0o755)
    return path


def test_the_page_is_opened_in_the_browser_there_is(config: Path) -> None:
    browser = program(config.parent, "browser")
    with started(config, BROWSER=f"{browser} %s") as (_, address):
        called = config.parent / "called"
        deadline = time.monotonic() + 10
        while not called.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert called.read_text().strip() == address


@pytest.mark.parametrize("arguments, name", [((), "w3m"), (("--no-browser",), "browser")])
def test_neither_a_text_browser_nor_an_unwanted_one_is_opened(
    config: Path, arguments: tuple[str, ...], name: str
) -> None:
    browser = program(config.parent, name)
    with started(config, *arguments, BROWSER=f"{browser} %s") as (demo, _):
        demo.send_signal(signal.SIGTERM)
        demo.wait(10)
    assert not (config.parent / "called").exists()


# The world


def contents(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
async def demo(engine: Engine, tmp_path: Path) -> AsyncIterator[Demo]:
    settings = Settings(
        data_dir=tmp_path / "data", database_url=url_of_file(tmp_path / "bot.db"), sync_commands="never"
    )
    async with shown(settings, engine, port=0) as demo:
        yield demo


def read(demo: Demo) -> list[str]:
    """Return what the member reads in the channel."""
    return [text(message) for message in demo.world.channel.history(viewer=demo.world.member)]


async def test_people_have_talked_to_the_bot_already(demo: Demo) -> None:
    said = "\n\n".join(read(demo))
    for part in ("Hello!", "/timeline 2018", "US$217,500", "Not an answer"):
        assert part in said
    assert "why were aid shipmnts to north korea delayed?" in read(demo)[-1]


async def test_what_happens_there_touches_nothing_of_the_operator(demo: Demo, tmp_path: Path) -> None:
    world = demo.world
    async with world.turn:
        result = await world.member.slash(world.channel, "ask", question="who is Jung Pak?")
        assert result.response is not None
        await world.member.click(result.response, label="Helpful")
    assert contents(tmp_path) == []


async def test_its_commands_are_there_even_if_the_operator_tells_discord_none(demo: Demo) -> None:
    assert {"ask", "timeline", "exports"} <= set(demo.world.member.available_commands(demo.world.channel))


async def test_whoever_reads_korean_has_the_commands_in_it_and_is_answered_in_it(demo: Demo) -> None:
    """The two doors by which simcord is told of it are private: if one is gone, look for its successor."""
    assert {"emit", "visible_commands"} <= {*dir(Backend)}
    world = demo.world
    assert {"질문", "연표", "faq 찾기"} <= set(world.korean.available_commands(world.channel))
    assert "질문" not in world.member.available_commands(world.channel)
    for who, is_korean in ((world.korean, True), (world.member, False)):
        async with world.turn:
            result = await who.slash(world.channel, "ask", question="who is Jung Pak?")
        assert bool(re.search("[가-힣]", text(result.response))) == is_korean


async def test_the_name_of_the_bot_after_an_at_is_a_mention(demo: Demo) -> None:
    world = demo.world
    async with world.turn:
        await world.member.send(world.channel, f"@{NAME.upper()} who is Jung Pak?")
    assert "Brookings Institution" in read(demo)[-1]


async def test_its_clock_is_that_of_the_machine_and_goes(demo: Demo) -> None:
    def behind() -> float:
        return (datetime.now(UTC) - demo.world.env.now()).total_seconds()

    assert abs(behind()) < 3
    before = demo.world.env.now()
    async with asyncio.timeout(5):
        while demo.world.env.now() == before:  # noqa: ASYNC110  nothing tells when it goes
            await asyncio.sleep(0.05)
    assert abs(behind()) < 3


@pytest.mark.parametrize(
    ("zone", "as_shown"),
    [("KST-9", "Etc/GMT-9"), ("EST5", "Etc/GMT+5"), ("IST-5:30", "UTC"), ("UTC0", "UTC")],
)
async def test_its_page_shows_the_hour_of_the_machine(
    zone: str, as_shown: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        async with shown(Settings(data_dir=tmp_path), engine, port=0) as demo:
            assert demo.page.timezone == as_shown
    finally:
        monkeypatch.undo()
        time.tzset()


async def test_what_the_bot_has_told_somebody_off_for_does_not_count_as_failed(demo: Demo) -> None:
    """The hook by which simcord would count it is private: if it is gone, look for its successor."""
    assert "_record_error" in vars(simcord.Env)
    assert {"_action", "_static"} <= set(vars(PreviewServer))
    world = demo.world
    async with world.turn:
        wordless = await world.other.send(world.channel, attachments=[("notes.txt", b"notes")])
        result = await world.member.context_menu(world.channel, "Ask about this", wordless)
    assert result.response is not None
    assert "no text that I could read" in result.response.content


# The page


async def test_the_page_bears_the_name_of_the_bot_and_no_tools_for_developers(demo: Demo) -> None:
    async with aiohttp.ClientSession(demo.url) as session:
        async with session.get("/") as response:
            page = await response.text()
        async with session.get("/preview.css") as response:
            style = await response.text()
    assert f"<title>{NAME}: demo</title>" in page
    assert "SimCord" not in re.sub(r"<!--.*?-->", "", page)
    assert "#capture-open, #inspector-toggle" in style


@pytest.mark.parametrize(
    "path, theirs", [(path, theirs) for path, patches in PATCHES.items() for theirs in patches]
)
def test_what_the_page_replaces_is_what_simcord_says(path: str, theirs: str) -> None:
    files = Path(simcord.__file__).parent / "preview" / "static"
    said = (files / (path.strip("/") or "index.html")).read_text("utf-8")
    assert said.count(theirs) == 1, (
        f"This simcord does not say exactly once in {path}: {theirs!r}. See what it says, and amend PATCHES."
    )


async def test_every_replacement_is_served(demo: Demo) -> None:
    async with aiohttp.ClientSession(demo.url) as session:
        for path, patches in PATCHES.items():
            async with session.get(path) as response:
                served = await response.text()
            assert [ours for ours in patches.values() if ours not in served] == []


async def test_a_port_that_cannot_be_had_is_an_error_for_people(engine: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(DemoError, match="cannot be used"):
        async with shown(Settings(), engine, taken.getsockname()[1]):
            pass


def test_every_picture_of_the_table_is_on_one_of_the_two_pages() -> None:
    cards, moderators = ((ROOT / "docs" / name).read_text("utf-8") for name in ("cards.md", "moderators.md"))
    pictures = [picture for kind in KINDS for picture in kind.pictures]
    assert len({picture.name for picture in pictures}) == len(pictures)
    on_desk = shown_in(moderators)
    assert on_desk.items() <= {picture.name: picture.alt for picture in pictures}.items()
    assert cards == gallery(on_desk), "Make it again: python docs/pictures.py"
    assert shown_in(cards).keys() | on_desk.keys() == {picture.name for picture in pictures}


def test_the_folder_has_the_pictures_of_the_table_and_no_others() -> None:
    wanted = {
        f"{picture.name}-{width}.png" for kind in KINDS for picture in kind.pictures for width in HEIGHTS
    }
    assert {file.name for file in (ROOT / "docs" / "pictures").iterdir()} == wanted


def test_the_file_on_the_page_for_moderators_can_be_imported(engine: Engine) -> None:
    page = (ROOT / "docs" / "moderators.md").read_text("utf-8")
    (file,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    imported = read_entries(file.encode(), "entries.yaml", engine.library)
    assert [one.id for one in imported] == ["what-is-a-hold", "where-do-i-suggest-a-source"]


# What it leaves alone


def test_a_running_bot_loads_neither_the_demo_nor_what_it_stands_on(config: Path) -> None:
    code = (
        "import sys, bot\n"
        f"try: bot.cli(['--config', {str(config)!r}, 'run'], standalone_mode=False)\n"
        "except SystemExit: print('modules', *sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert {"handlers.client", "handlers.runner"} <= loaded
    assert not {"demo", "simcord"} & loaded
