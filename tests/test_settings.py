from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from knowledge.shards import Shards
from settings import NO_TOKEN, Settings, SettingsError, load_settings

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "config.example.yaml"
TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAwMA.GaBcDe.fGhIjKlMnOpQrStUvWxYz0123456789_-abcd"


def config(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    return path


def faults(path: Path | None, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(path, environ)
    assert str(caught.value).splitlines() == [str(fault) for fault in caught.value.faults]
    return str(caught.value).splitlines()


# The example


def test_the_example_holds_exactly_the_settings_in_order_with_their_defaults() -> None:
    written: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    defaults = {field.name: getattr(Settings(), field.name) for field in fields(Settings)}
    assert list(written) == list(defaults)
    assert {**written, "data_dir": Path(written["data_dir"])} == {
        **defaults,
        "collections": list(Settings().collections),
    }


def test_the_example_loads_as_the_defaults(tmp_path: Path) -> None:
    path = config(tmp_path, EXAMPLE.read_text("utf-8"))
    assert load_settings(path, {}) == load_settings(config(tmp_path, ""), {})


def test_every_setting_of_the_example_is_explained_above_it() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if line and not line.startswith("#"):
            assert lines[number - 1].startswith("# "), line


# Where a value comes from


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(environ={})
    assert settings.data_dir == tmp_path / "data"
    assert settings.store_url == f"sqlite+aiosqlite:///{tmp_path}/data/bot.db"
    assert settings.discord_token is None
    assert (settings.log_level, settings.default_visibility, settings.sync_commands) == (
        "info",
        "private",
        "auto",
    )


def test_config_yaml_in_the_current_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path, "log_level: error")
    monkeypatch.chdir(tmp_path)
    assert load_settings(environ={}).log_level == "error"


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    path = config(tmp_path, f"log_level: error\nsync_commands: never\ndiscord_token: {TOKEN[::-1]}")
    settings = load_settings(path, {"AID_BOT_LOG_LEVEL": "DEBUG", "DISCORD_TOKEN": f" {TOKEN}\n"})
    assert (settings.log_level, settings.sync_commands) == ("debug", "never")
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == TOKEN


def test_the_environment_of_the_process_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AID_BOT_DEFAULT_VISIBILITY", "public")
    assert load_settings(config(tmp_path, "")).default_visibility == "public"


def test_a_setting_left_empty_keeps_what_stands_behind_it(tmp_path: Path) -> None:
    path = config(tmp_path, "log_level: warning\ndata_dir:\ndatabase_url: ''")
    settings = load_settings(path, {"AID_BOT_LOG_LEVEL": "", "DISCORD_TOKEN": " "})
    assert settings == load_settings(config(tmp_path, "log_level: warning"), {})


@pytest.mark.parametrize("text", ["collections: [core, local, core]", "collections: core, local"])
def test_collections_are_a_list_or_names_between_commas(tmp_path: Path, text: str) -> None:
    assert load_settings(config(tmp_path, text), {}).collections == ("core", "local")
    assert load_settings(config(tmp_path, ""), {"AID_BOT_COLLECTIONS": "core,local"}).collections == (
        "core",
        "local",
    )


def test_relative_paths_start_at_the_folder_of_the_file(tmp_path: Path) -> None:
    path = config(tmp_path, "data_dir: here\ndatabase_url: sqlite+aiosqlite:///db/bot.db")
    settings = load_settings(path, {})
    assert settings.data_dir == tmp_path / "here"
    assert settings.store_url == f"sqlite+aiosqlite:///{tmp_path}/db/bot.db"
    assert load_settings(path, {"AID_BOT_DATA_DIR": "/srv/bot"}).data_dir == Path("/srv/bot")


@pytest.mark.parametrize("text", ["shards: 0-3/16", "shards: '0-3/16'"])
def test_shards_are_read_from_the_file_or_the_environment(tmp_path: Path, text: str) -> None:
    assert load_settings(config(tmp_path, text), {}).shards == Shards(0, 3, 16)
    assert load_settings(config(tmp_path, text), {"AID_BOT_SHARDS": "4/16"}).shards == Shards(4, 4, 16)
    assert load_settings(config(tmp_path, ""), {}).shards is None


def test_a_file_is_for_one_process_and_a_server_for_many(tmp_path: Path) -> None:
    server = "database_url: postgresql://bot@db/bot\n"
    for text in ("", server, "shards: 0-15/16", f"{server}shards: 0-3/16"):
        assert load_settings(config(tmp_path, text), {}).cannot_share == ""
    said = load_settings(config(tmp_path, "shards: 0-3/16"), {}).cannot_share
    assert "Set database_url to a PostgreSQL database that all of them use" in said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://me@db/bot",
        "postgresql://me:secret@db:5433/bot?sslmode=require",
        "postgresql://me:s%40cret@one:5432,two/bot",
        "postgresql:///bot?host=/run/postgresql",
        "postgresql://me@[::1]:5432/bot",
    ],
)
def test_a_database_may_be_on_a_server(tmp_path: Path, url: str) -> None:
    settings = load_settings(config(tmp_path, f"database_url: {url}"), {})
    assert settings.store_url == url
    assert "cret" not in repr(settings)


# Faults


def test_every_fault_of_the_file_and_of_the_environment_is_named_at_once(tmp_path: Path) -> None:
    path = config(
        tmp_path,
        "log_level: verbose\n"
        "colections: [core]\n"
        "collections: [core, publik]\n"
        "\n"
        "data_dir: [a, b]\n"
        "sync_commands: off\n"
        "default_visibility: public\n"
        "default_visibility: private\n"
        "database_url: mysql://me:secret@db/bot\n",
    )
    assert faults(
        path, AID_BOT_DATA_DIRR="x", AID_BOT_SYNC_COMMANDS="always", DISCORD_TOKEN=f"Bot {TOKEN}"
    ) == [
        f"{path}:2: colections: there is no such setting; did you mean collections?",
        f"{path}:8: default_visibility: is set twice; keep one of the two",
        "environment: AID_BOT_DATA_DIRR: there is no such setting; did you mean AID_BOT_DATA_DIR?",
        f"{path}:5: data_dir: “['a', 'b']” is not accepted; the path of a folder is wanted",
        f"{path}:9: database_url: is not accepted; an SQLite file is wanted, "
        "written sqlite+aiosqlite:///path/to/bot.db, or a PostgreSQL database, written "
        "postgresql+asyncpg://user@host/database; in a password, signs such as @ : / ? # are escaped (@ is "
        "%40)",
        f"{path}:3: collections: “['core', 'publik']” is not accepted; one or more of core, "
        "public_record, local are wanted, for example [core]",
        f"{path}:1: log_level: “verbose” is not accepted; debug, info, warning or error is wanted",
        f"{path}:6: sync_commands: “off” is not accepted; auto or never is wanted",
        "environment: DISCORD_TOKEN: is not accepted; the token alone is wanted, without blanks and "
        "without “Bot ” before it",
        "environment: AID_BOT_SYNC_COMMANDS: “always” is not accepted; auto or never is wanted",
    ]


TIMES = ("keep_after_leaving_days", "retention_days")


@pytest.mark.parametrize("setting", TIMES)
@pytest.mark.parametrize(("written", "days"), [("0", 0), ("30", 30), ("36500", 36500), ('"7"', 7)])
def test_data_is_kept_for_whole_days(tmp_path: Path, setting: str, written: str, days: int) -> None:
    path = config(tmp_path, f"{setting}: {written}")
    assert getattr(load_settings(path, {}), setting) == days
    variable = {f"AID_BOT_{setting.upper()}": str(days)}
    assert getattr(load_settings(config(tmp_path, ""), variable), setting) == days


@pytest.mark.parametrize("setting", TIMES)
@pytest.mark.parametrize("written", ["-1", "36501", "1.5", "30.0", "true", "forever", "[30]", "9" * 50])
def test_any_other_number_of_days_is_refused(tmp_path: Path, setting: str, written: str) -> None:
    (fault,) = faults(config(tmp_path, f"{setting}: {written}"))
    assert "is not accepted; a whole number of days from 0 to 36500 is wanted" in fault


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("data_dir: ~nosuchuser/x", "the path of a folder is wanted"),
        ('data_dir: "a\\0b"', "the path of a folder is wanted"),
        ("database_url: sqlite:///~nosuchuser/bot.db", "an SQLite file is wanted"),
        ("database_url: 'sqlite+aiosqlite:///:memory:'", "an SQLite file is wanted"),
        ("database_url: 'sqlite+aiosqlite:///'", "an SQLite file is wanted"),
        ("database_url: postgresql://me:sec#ret@db/bot", "an SQLite file is wanted"),
        ("database_url: postgresql+asyncpg://db", "an SQLite file is wanted"),
    ],
)
def test_a_place_where_nothing_can_be_kept_is_refused(tmp_path: Path, text: str, wanted: str) -> None:
    (fault,) = faults(config(tmp_path, text))
    assert f"is not accepted; {wanted}" in fault


def test_the_home_of_a_user_may_be_written_as_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    settings = load_settings(config(tmp_path, "data_dir: ~/bot\ndatabase_url: sqlite:///~/bot.db"), {})
    assert settings.data_dir == Path("/home/ann/bot")
    assert settings.store_url == "sqlite+aiosqlite:////home/ann/bot.db"


def test_a_setting_like_no_other_is_answered_with_the_list(tmp_path: Path) -> None:
    (fault,) = faults(config(tmp_path, "favourite_colour: red"))
    assert fault.endswith(
        "favourite_colour: there is no such setting; the settings are discord_token, data_dir, database_url, "
        "collections, log_level, default_visibility, sync_commands, census_workbook_url, census_api_url, "
        "census_api_key, keep_after_leaving_days, retention_days, log_format, log_questions, "
        "requests_a_minute, server_requests_a_minute, suggestions_a_minute, originals_a_day, status_address, "
        "shards"
    )


def test_a_file_asked_for_must_exist(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path / "none.yaml")
    problem = "cannot be read: No such file or directory; config.example.yaml is one to copy"
    assert fault == f"{tmp_path}/none.yaml: {problem}"


def test_a_file_that_is_there_must_be_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.yaml").mkdir()
    monkeypatch.chdir(tmp_path)
    assert faults(None) == ["config.yaml: cannot be read: Is a directory; config.example.yaml is one to copy"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("log_level: info\n  data_dir: data", ":2: is not YAML: "),
        ("data_dir: 'data", ":1: is not YAML: "),
        ("data_dir: 2024-13-45", "is not YAML"),
        ("- log_level", ": must hold lines of the form “setting: value”"),
        ("log_level", ": must hold lines of the form “setting: value”"),
    ],
)
def test_a_file_that_holds_no_settings_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (fault,) = faults(config(tmp_path, text))
    assert said in fault


@example(b"\xff\xfe")
@example(b"? [a]\n: b")
@example(b"{}")
@example(b"collections: [[core]]")
@example(b"log_level: !!binary aGk=")
@example(b"data_dir: !!python/name:os.system")
@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
@hypothesis_settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_the_file_it_loads_or_is_refused_in_words(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(data)
    try:
        load_settings(path, {})
    except SettingsError as error:
        assert error.faults


# The token


@pytest.mark.parametrize(
    "text",
    [
        f"discord_token: {TOKEN} x",
        f"discord_token: [{TOKEN}]",
        f"discord_token: '{TOKEN}",
        f"discord_token:{TOKEN}",
        f"{TOKEN}: discord_token",
        f"{TOKEN}:\n- : x",
        TOKEN,
    ],
)
def test_a_token_in_the_wrong_place_is_not_shown(tmp_path: Path, text: str) -> None:
    assert TOKEN[:10] not in "".join(faults(config(tmp_path, text), DISCORD_TOKEN=f"Bot {TOKEN}"))


def test_the_token_is_in_no_text_of_the_settings(tmp_path: Path) -> None:
    settings = load_settings(config(tmp_path, ""), {"DISCORD_TOKEN": TOKEN})
    assert TOKEN not in f"{settings} {settings!r} {settings.discord_token}"


def test_without_a_token_three_lines_say_what_to_do() -> None:
    assert len(NO_TOKEN.splitlines()) == 3
    assert "DISCORD_TOKEN" in NO_TOKEN
    assert "https://discord.com/developers/applications" in NO_TOKEN
    assert NO_TOKEN.endswith("python bot.py demo, or python bot.py console")


# The cost


def test_reading_the_settings_imports_nothing_heavy() -> None:
    heavy = {"discord", "sqlalchemy", "alembic", "pydantic_settings", "aiohttp", "matplotlib", "rapidfuzz"}
    code = "import sys, settings; settings.load_settings(environ={}); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not heavy & set(run.stdout.split())


# The Census Bureau


@pytest.mark.parametrize("name", ["census_workbook_url", "census_api_url"])
def test_an_address_to_fetch_from_must_be_whole(tmp_path: Path, name: str) -> None:
    (fault,) = faults(config(tmp_path, f"{name}: www.census.gov"))
    assert fault.endswith(f"{name}: “www.census.gov” is not accepted; a whole web address is wanted")


def test_the_key_of_the_data_interface_is_a_secret(tmp_path: Path) -> None:
    settings = load_settings(config(tmp_path, ""), {"AID_BOT_CENSUS_API_KEY": "0123abcd"})
    assert settings.census_api_key is not None
    assert settings.census_api_key.get_secret_value() == "0123abcd"
    assert "0123abcd" not in repr(settings)
    (fault,) = faults(config(tmp_path, "census_api_key: 'not a key'"))
    assert "not a key" not in fault


# Operating


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("status_address: off", "off"),
        ("status_address: 'OFF'", "off"),
        ("status_address: 0.0.0.0:80", "0.0.0.0:80"),
        ("status_address: '[::1]:9464'", "[::1]:9464"),
    ],
)
def test_where_the_status_is_served_can_be_chosen(tmp_path: Path, line: str, value: str) -> None:
    assert load_settings(config(tmp_path, line), {}).status_address == value


@pytest.mark.parametrize(
    "address", ["9464", ":9464", "localhost", "localhost:http", "localhost:99999", "true"]
)
def test_an_address_is_a_host_and_a_port(tmp_path: Path, address: str) -> None:
    (fault,) = faults(config(tmp_path, f"status_address: {address!r}"))
    assert fault.endswith("is not accepted; an address and a port are wanted, or off")


@pytest.mark.parametrize("written", ["-1", "0.5", "many", "true", "1000001"])
def test_a_limit_is_a_whole_number(tmp_path: Path, written: str) -> None:
    (fault,) = faults(config(tmp_path, f"requests_a_minute: {written}"))
    assert fault.endswith("is not accepted; a whole number from 0 to 1000000 is wanted")


def test_limits_can_be_given_in_the_environment() -> None:
    given = {"AID_BOT_REQUESTS_A_MINUTE": "7", "AID_BOT_LOG_QUESTIONS": "true"}
    settings = load_settings(environ=given)
    assert settings.requests_a_minute == 7
    assert settings.log_questions is True
