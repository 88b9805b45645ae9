"""The command line: what each command prints, and the code with which it ends."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import cli
from knowledge.languages import catalogues_in
from knowledge.store import Store
from settings import load_settings
from tests import postgresql
from tests.knowledge import small_content
from tests.knowledge.catalogue_samples import catalogue
from tests.knowledge.workbooks import others, workbook

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name != "DISCORD_TOKEN" and not name.startswith(("AID_BOT_", "PYTHONIOENCODING"))
}

LETTER = small_content.LETTER.replace(
    "We thank you for the rice.", "Quorn and zinc were shipped to the harbour master of Wonsan."
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return an empty configuration file: all defaults, with the data folder beside it."""
    path = tmp_path / "config.yaml"
    path.touch()
    return path


def bot(
    config: Path, *arguments: str, typed: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "bot.py", "--config", str(config), *arguments],
        cwd=ROOT,
        env=ENVIRONMENT | environment,
        input=typed,
        capture_output=True,
        timeout=60,
        check=False,
    )


def out(run: subprocess.CompletedProcess[bytes]) -> str:
    assert run.returncode == 0, run.stderr.decode()
    assert not run.stderr
    return run.stdout.decode("utf-8")


def add_letter(config: Path, text: str = LETTER) -> None:
    sources = config.parent / "data" / "sources"
    sources.mkdir(parents=True)
    (sources / "letter-2003.yaml").write_text(text, "utf-8")


def test_without_a_command_it_says_what_there_is() -> None:
    run = subprocess.run(
        [sys.executable, "bot.py"], cwd=ROOT, env=ENVIRONMENT, capture_output=True, check=True
    )
    text = run.stdout.decode()
    for command in (
        "run",
        "console",
        "ask",
        "chart",
        "check",
        "ingest",
        "import",
        "update",
        "backup",
        "restore",
    ):
        assert f"\n  {command} " in text
    assert "python bot.py console" in text


# ask


def test_ask_prints_the_reply_for_people(config: Path) -> None:
    text = out(bot(config, "ask", "why did Pompeo decide to limit aid?"))
    assert "[fp-2019¶4]" in text
    assert text.endswith("\n")
    assert "\x1b" not in text


def test_ask_takes_the_words_without_quotes_too(config: Path) -> None:
    assert "[fp-2019¶4]" in out(bot(config, "ask", "why", "did", "Pompeo", "limit", "aid"))


def test_ask_takes_a_command(config: Path) -> None:
    assert "November 2023 (inferred from “In November”): US$120,000 [rfa-2024¶13]" in out(
        bot(config, "ask", "/exports 2023-11")
    )


def test_ask_prints_the_text_that_the_json_carries_and_the_version_of_the_library(config: Path) -> None:
    printed = out(bot(config, "ask", "/timeline 2018-12"))
    lines = out(bot(config, "ask", "--json", typed=b'{"id": 1, "input": "/timeline 2018-12"}\n'))
    version = out(bot(config, "check")).split("version ")[1][:8]
    assert printed == f"{json.loads(lines)['text']}\n\n— library {version}\n"


@pytest.mark.parametrize(
    ("form", "typed", "begins"),
    [
        ("csv", "/exports 2008", "\ufeffrow,series,period,"),
        ("receipt", "/exports 2008..2009", "Receipts for: /exports 2008..2009"),
        ("ics", "/timeline 2018-12", "BEGIN:VCALENDAR"),
        ("markdown", "/timeline 2018-12", "# Timeline: December 2018"),
        ("BibTeX", "why did Pompeo limit aid?", "@"),
    ],
)
def test_ask_writes_a_reply_as_the_file_that_is_wanted(
    config: Path, form: str, typed: str, begins: str
) -> None:
    assert out(bot(config, "ask", "--as", form, typed)).startswith(begins)


@pytest.mark.parametrize(
    ("form", "typed", "said"),
    [
        (
            "ics",
            "/exports 2008",
            "It can be had as csv, bibliography, bibtex, csl, text",
        ),
        ("csv", "/exports banana", "It was not understood"),
    ],
)
def test_a_form_that_a_reply_does_not_have_is_refused(config: Path, form: str, typed: str, said: str) -> None:
    run = bot(config, "ask", "--as", form, typed)
    assert run.returncode == 2
    assert not run.stdout
    assert said in run.stderr.decode()


SAMPLE = (
    *("who is Jung Pak", "/coverage", "/corrections", "/sources", "/timeline 2018", "/who WFP", "/help"),
    *("/exports", "/exports 2008 compare:2009", "/assistance", "/exports banana", "who was the pope"),
    *("when was the travel ban imposed?", "what happened in 2012", "how much aid in FY2001", "/faq list"),
)


def test_the_same_questions_on_the_same_library_give_the_same_bytes(config: Path) -> None:
    typed = "".join(f"{json.dumps({'id': n, 'input': asked})}\n" for n, asked in enumerate(SAMPLE)).encode()
    one, other = (bot(config, "ask", "--json", typed=typed, PYTHONHASHSEED=seed) for seed in ("1", "4711"))
    assert one.returncode == 0
    assert len(one.stdout.splitlines()) == len(SAMPLE)
    assert one.stdout == other.stdout
    files = [
        bot(config, "ask", "--as", form, asked, PYTHONHASHSEED=seed).stdout
        for form, asked in (("csv", "/timeline 2018"), ("ics", "/timeline 2018"), ("receipt", "/exports"))
        for seed in ("1", "4711")
    ]
    assert all(files)
    assert files[::2] == files[1::2]


def test_ask_json_answers_every_line_in_order_whatever_is_in_it(config: Path) -> None:
    lines = [
        b'{"id": "a", "input": "/exports 2023-11"}',
        b"",
        b"no json",
        b'{"id": "b", "input": "caf\xe9 aid"}',
        b'{"id": "\\ud800", "input": "/cite \\ud800"}',
        b'{"id": "c"}',
        b'{"id": ["d"], "input": "/timeline 2018"}',
        '{"id": "ü", "input": "/help"}'.encode(),
    ]
    replies = [
        json.loads(line) for line in out(bot(config, "ask", "--json", typed=b"\n".join(lines))).splitlines()
    ]
    assert [reply["id"] for reply in replies][:4] == ["a", None, None, "b"]
    assert [reply["id"] for reply in replies][5:] == ["c", ["d"], "ü"]
    assert [reply["status"] for reply in replies][:3] == ["answered", "error", "error"]
    assert replies[-1]["kind"] == "help"


def test_ask_json_of_nothing_is_nothing(config: Path) -> None:
    assert out(bot(config, "ask", "--json")) == ""


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "--json", "why"]])
def test_ask_wants_either_a_question_or_json(config: Path, arguments: list[str]) -> None:
    run = bot(config, *arguments)
    assert run.returncode == 2
    assert 'ask "who is' in run.stderr.decode()


def test_ask_prints_on_a_terminal_that_lacks_some_characters(config: Path) -> None:
    run = bot(config, "ask", "/exports", PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert run.returncode == 0, run.stderr.decode()
    assert b"217,500" in run.stdout


@pytest.mark.parametrize("how", [["why did Pompeo limit aid?"], ["/exports 2023-11"], ["--json"]])
def test_ask_loads_neither_discord_nor_the_database_nor_charts(config: Path, how: list[str]) -> None:
    heavy = {
        "discord",
        "handlers",
        "sqlalchemy",
        "alembic",
        "aiosqlite",
        "asyncpg",
        "matplotlib",
        "prompt_toolkit",
        "icalendar",
        "openpyxl",
        "aiohttp",
    }
    code = (
        "import sys, bot; "
        f"bot.cli(['--config', {str(config)!r}, 'ask', *{how!r}], standalone_mode=False); "
        "print('modules', *sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=ENVIRONMENT,
        input='{"id": 1, "input": "/timeline 2018"}\n',
        capture_output=True,
        text=True,
        check=True,
    )
    assert not heavy & set(run.stdout.rpartition("modules")[2].split())


# chart


def test_chart_draws_into_a_file_and_prints_the_picture_in_words(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "chart.png"
    said = out(bot(config, "chart", "/exports 2023-11..2024-03", str(file)))
    assert said.startswith(
        "Bar chart: U.S. exports to North Korea: November 2023 to March 2024, in US dollars"
    )
    assert "December 2023, about US$68,000" in said
    assert file.read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chart.png", "config.yaml"]


def test_chart_takes_a_question_too(config: Path, tmp_path: Path) -> None:
    asked = "how much was exported in november and december 2023 together?"
    assert "November 2023" in out(bot(config, "chart", asked, str(tmp_path / "chart.png")))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("who is Jung Pak", "That has no chart"),
        ("/exports 2010-02", "has 2010 as a whole year"),
        ("/exports last year", "last year"),
        ("/exprots 2016", "There is no command"),
    ],
)
def test_chart_says_what_has_one_and_leaves_the_file_as_it_was(
    config: Path, tmp_path: Path, typed: str, why: str
) -> None:
    file = tmp_path / "chart.png"
    file.write_bytes(b"something else")
    run = bot(config, "chart", typed, str(file))
    assert run.returncode == 2
    said = run.stderr.decode()
    assert why in said
    assert 'For example: python bot.py chart "/exports 2023-11..2024-03" chart.png' in said
    assert "Traceback" not in said
    assert not run.stdout
    assert file.read_bytes() == b"something else"


def test_chart_that_cannot_be_written_leaves_nothing_half_done(config: Path, tmp_path: Path) -> None:
    for file in (tmp_path / "nowhere" / "chart.png", tmp_path):
        run = bot(config, "chart", "/exports 2016", str(file))
        assert run.returncode == 2
        assert "cannot be written" in run.stderr.decode()
        assert "Traceback" not in run.stderr.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


# collections


def test_collections_narrow_what_it_answers_from(config: Path) -> None:
    add_letter(config)
    question = "what was shipped to the harbour master of Wonsan?"
    assert "[letter-2003¶1]" in out(bot(config, "ask", question))
    text = out(bot(config, "ask", question, "--collections", "core"))
    assert "letter-2003" not in text


def test_the_settings_narrow_it_too(config: Path) -> None:
    add_letter(config)
    config.write_text("collections: [core]\n", "utf-8")
    assert "letter-2003" not in out(bot(config, "ask", "/sources"))


def test_an_unknown_collection_is_refused_with_those_there_are(config: Path) -> None:
    run = bot(config, "ask", "/sources", "--collections", "core,pubic_record")
    assert run.returncode == 2
    assert "pubic_record" in run.stderr.decode()
    assert "core, public_record, local" in run.stderr.decode()


# check


def test_check_of_sound_content_is_a_summary_of_one_screen(config: Path) -> None:
    text = out(bot(config, "check"))
    assert "sound" in text
    assert "fp-2019" in text
    assert "rfa-2024" in text
    assert len(text.splitlines()) < 25


def test_check_lists_every_fault_with_file_and_line(config: Path) -> None:
    add_letter(
        config,
        LETTER.replace("collection: local", "collection: mine\ncolour: red").replace("2003-04-05", "soon"),
    )
    (config.parent / "data" / "originals").mkdir()
    (config.parent / "data" / "originals" / "ghost.yaml").write_text('"1": "boo"\n', "utf-8")
    run = bot(config, "check")
    lines = run.stdout.decode().splitlines()
    assert run.returncode == 1
    assert not run.stderr
    assert any(line.startswith("originals/ghost.yaml:1: ") for line in lines)
    assert any(line.startswith("sources/letter-2003.yaml:9: colour: ") for line in lines)
    assert any(line.startswith("sources/letter-2003.yaml:4: published: ") for line in lines)
    assert lines[-1] == f"{len(lines) - 2} faults found."


def test_check_lists_what_is_wrong_in_a_catalogue(config: Path, tmp_path: Path) -> None:
    (tmp_path / "locales").mkdir()
    catalogue(tmp_path / "locales", "de", {"In {month}": "Im {Monat}"})
    with catalogues_in(tmp_path / "locales"):
        run = CliRunner().invoke(cli, ["--config", str(config), "check"])
    assert run.exit_code == 1
    assert "de.po:" in run.output
    assert "“In {month}”: must have the values {month} and no others, and has {Monat}" in run.output
    assert "1 fault found." in run.output


def test_check_outlives_whatever_lies_in_the_data_folder(config: Path) -> None:
    add_letter(config, LETTER.replace('  - ref: "1"\n', '  - ref: "¶ 1"\n'))
    for name, text in {"ghost": '"1": [', "endless": "&a [*a]", "deep": "[" * 100_000}.items():
        (config.parent / "data" / "originals").mkdir(exist_ok=True)
        (config.parent / "data" / "originals" / f"{name}.yaml").write_text(text, "utf-8")
    (config.parent / "data" / "sources" / "folder.yaml").mkdir()
    (config.parent / "data" / "sources" / "gone.yaml").symlink_to("nowhere.yaml")
    run = bot(config, "check")
    assert run.returncode == 1
    assert not run.stderr
    lines = run.stdout.decode().splitlines()
    assert [line.partition(":")[0] for line in lines[:-2]] == [
        *(f"originals/{name}.yaml" for name in ("deep", "endless", "ghost")),
        *(f"sources/{name}.yaml" for name in ("folder", "gone", "letter-2003")),
    ]


def test_content_with_faults_is_not_answered_from(config: Path) -> None:
    add_letter(config, LETTER.replace("publisher", "publishr"))
    run = bot(config, "ask", "/sources")
    assert run.returncode == 2
    assert not run.stdout
    assert "sources/letter-2003.yaml:3: " in run.stderr.decode()
    assert "python bot.py check" in run.stderr.decode()


def test_settings_with_faults_are_named_and_nothing_is_started(config: Path) -> None:
    config.write_text("log_level: loud\n", "utf-8")
    run = bot(config, "check", AID_BOT_SYNC_COMMANDS="often")
    assert run.returncode == 2
    assert not run.stdout
    assert len(run.stderr.decode().splitlines()) == 2


# backup and restore


def remember(config: Path, value: str) -> str | None:
    """Have the bot's database remember something; return what it remembered before."""

    async def once() -> str | None:
        async with await Store.open(load_settings(config, {}).store_url) as store:
            before = await store.recall("when")
            await store.remember("when", value)
            return before

    return asyncio.run(once())


@pytest.mark.parametrize("setting", ["", "data_dir: elsewhere", "database_url: sqlite:///another.db"])
def test_a_backup_is_restored_to_the_database_of_the_settings(
    config: Path, tmp_path: Path, setting: str
) -> None:
    config.write_text(setting, "utf-8")
    file = str(tmp_path / "bot.backup")
    remember(config, "the past")
    assert f"Backed up and verified: {file}, " in out(bot(config, "backup", file))
    assert remember(config, "the present") == "the past"
    text = out(bot(config, "restore", file))
    assert "Restored and verified: " in text
    kept = Path(text.splitlines()[1].removeprefix("The database that was there before is kept as ")[:-1])
    assert kept.is_file()
    assert remember(config, "") == "the past"


async def test_backup_works_while_a_bot_runs_and_restore_waits_for_its_end(
    config: Path, tmp_path: Path
) -> None:
    file = str(tmp_path / "bot.backup")
    async with await Store.open(load_settings(config, {}).store_url) as store:
        await store.remember("when", "the past")
        for _ in range(2):
            assert "verified" in out(await asyncio.to_thread(bot, config, "backup", file))
        run = await asyncio.to_thread(bot, config, "restore", file)
        assert run.returncode == 2
        assert not run.stdout
        assert "A bot is running on the database" in run.stderr.decode()
        assert await store.recall("when") == "the past"
    assert "kept as" in out(await asyncio.to_thread(bot, config, "restore", file))


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_what_cannot_be_backed_up_or_restored_is_said_in_one_line(
    config: Path, tmp_path: Path, command: str
) -> None:
    run = bot(config, command, str(tmp_path / "none"))
    assert run.returncode == 2
    assert not run.stdout
    assert len(run.stderr.decode().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml"]
    assert bot(config, command).returncode == 2


# migrate-store


def test_migrate_store_moves_a_file_to_a_server_and_back(
    config: Path, tmp_path: Path, postgresql_server: str
) -> None:
    remember(config, "the past")
    server = postgresql.new_database(postgresql_server, empty=True)
    there, back = str(tmp_path / "data" / "bot.db"), str(tmp_path / "back.db")
    for source, target in ((there, server), (server, back)):
        text = bot(config, "migrate-store", source, target).stdout.decode()
        assert re.search(r"^memory +\d$", text, re.MULTILINE)
        assert re.search(r"^Copied and compared, row by row: .+ to .+\.$", text, re.MULTILINE)
    for url in (server, f"sqlite:///{back}"):
        config.write_text(f"database_url: {url}", "utf-8")
        assert remember(config, "the present") == "the past"
    again = bot(config, "migrate-store", there, server)
    assert again.returncode == 2
    assert not again.stdout
    assert "is not empty" in again.stderr.decode()
    postgresql.drop_database(postgresql_server, server)


def test_migrate_store_ends_with_another_code_if_a_row_does_not_arrive(config: Path, tmp_path: Path) -> None:
    remember(config, "the past")
    source, target = tmp_path / "data" / "bot.db", tmp_path / "new.db"
    config.write_text(f"database_url: sqlite:///{target}", "utf-8")
    load = load_settings(config, {}).store_url
    asyncio.run(asyncio.run(Store.open(load)).close())
    with closing(sqlite3.connect(target)) as other, other:
        other.execute("CREATE TRIGGER t AFTER INSERT ON memory BEGIN UPDATE memory SET value = ''; END")
    run = bot(config, "migrate-store", str(source), str(target))
    assert run.returncode == 1
    assert "In the table memory, the row with key when does not arrive as it was" in run.stderr.decode()


# run


def test_run_without_a_token_says_in_three_lines_what_to_do(config: Path) -> None:
    run = bot(config, "run")
    assert run.returncode == 2
    assert not run.stdout
    lines = run.stderr.decode().splitlines()
    assert len(lines) == 3
    assert "DISCORD_TOKEN" in lines[1]
    assert "python bot.py console" in lines[2]
    assert not (config.parent / "data").exists()


# import and update


@pytest.fixture
def country_file(tmp_path: Path) -> Path:
    file = tmp_path / "country.xlsx"
    file.write_bytes(workbook())
    return file


def test_import_census_says_what_changed_and_the_bot_answers_from_it(
    config: Path, country_file: Path
) -> None:
    text = out(bot(config, "import", "census", "--accept-gone", str(country_file)))
    assert "exports up to March 2025" in text
    assert "against census-2025-04" in text
    reply = out(bot(config, "ask", "/exports 2025-02"))
    assert "February 2025: US$500,000 [census-2" in reply
    assert "[census-2025-04¶2016]" in out(bot(config, "ask", "/cite census-2025-04¶2016"))
    assert "nothing new" in out(bot(config, "import", "census", "--accept-gone", str(country_file)))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<html></html>", "a web page"),
        (workbook()[:2000], "cut off"),
        (workbook(others(2023)), "none of North Korea"),
    ],
    ids=["page", "truncated", "without the row"],
)
def test_a_broken_import_is_told_in_words_and_changes_nothing(
    config: Path, country_file: Path, data: bytes, says: str
) -> None:
    country_file.write_bytes(data)
    run = bot(config, "import", "census", "--accept-gone", str(country_file))
    assert run.returncode == 2
    message = run.stderr.decode()
    assert says in message
    assert "Nothing was written." in message
    assert "Traceback" not in message
    assert not (config.parent / "data").exists()


def test_a_file_that_is_not_there_is_no_workbook(config: Path) -> None:
    run = bot(config, "import", "census", "nowhere.xlsx")
    assert run.returncode == 2
    assert "nowhere.xlsx cannot be read" in run.stderr.decode()


class Played(BaseHTTPRequestHandler):
    """A server that has the workbook and, of the data interface, a page that asks for a key."""

    def do_GET(self) -> None:
        found = self.path.startswith("/country.xlsx")
        body = workbook() if found else b"<html><title>Missing Key</title></html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def bureau() -> Iterator[dict[str, str]]:
    """Return the settings that make a server of this machine the Bureau."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Played)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    yield {
        "AID_BOT_CENSUS_WORKBOOK_URL": f"{address}/country.xlsx",
        "AID_BOT_CENSUS_API_URL": f"{address}/hs",
    }
    server.shutdown()
    server.server_close()


def test_a_workbook_that_lacks_figures_is_not_taken_in_unasked(config: Path, country_file: Path) -> None:
    run = bot(config, "import", "census", str(country_file))
    assert run.returncode == 2
    assert "--accept-gone" in run.stderr.decode()
    assert not (config.parent / "data" / "sources").exists()


def test_a_chart_is_written_as_what_its_name_says(config: Path, tmp_path: Path) -> None:
    run = bot(config, "chart", "/exports 2023-11..2024-03", str(tmp_path / "chart.svg"))
    assert run.returncode == 2
    assert "the name ends with .png" in run.stderr.decode()
    assert not (tmp_path / "chart.svg").exists()


def test_update_census_fetches_the_workbook_and_says_what_changed(
    config: Path, bureau: dict[str, str]
) -> None:
    assert "exports up to March 2025" in out(
        bot(config, "update", "census", "--accept-gone", typed=b"", **bureau)
    )
    assert "February 2025: US$500,000" in out(bot(config, "ask", "/exports 2025-02"))


def test_an_update_whose_key_is_not_accepted_changes_nothing_and_does_not_tell_the_key(
    config: Path, bureau: dict[str, str]
) -> None:
    run = bot(config, "update", "census", typed=b"", AID_BOT_CENSUS_API_KEY="0123456789", **bureau)
    assert run.returncode == 2
    message = run.stderr.decode()
    assert "see census_api_key" in message
    assert "0123456789" not in message
    assert not (config.parent / "data").exists()


@pytest.mark.parametrize("package", ["click", "rapidfuzz"])
def test_where_a_package_is_missing_it_says_how_to_get_it(package: str) -> None:
    code = (
        f"import runpy, sys; sys.modules[{package!r}] = None; sys.argv = ['bot.py', 'ask', 'who is Kim'];"
        " runpy.run_path('bot.py', run_name='__main__')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert run.returncode == 1
    assert "README" in run.stderr
    assert "Traceback" not in run.stderr
