"""What is there to run the bot with: the unit, the image, and the page about them."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import ConfigParser
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from handlers.runner import MISCONFIGURED
from knowledge.shards import Shards
from settings import PREFIX, load_settings

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "deploy" / "aid-policy-bot.service"
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))["services"]
PAGE = (ROOT / "docs" / "operators.md").read_text("utf-8")


def service() -> dict[str, str]:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment]
    unit.read(UNIT, "utf-8")
    return dict(unit["Service"])


def test_the_service_is_reloaded_and_restarted_as_the_bot_wants_it() -> None:
    found = service()
    assert found["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert found["RestartPreventExitStatus"] == str(MISCONFIGURED)
    assert found["ExecStart"].endswith(" run")
    assert found["User"] != "root"
    assert found["ProtectSystem"] == "strict"
    assert found["StateDirectory"] in PAGE


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
def test_systemd_understands_the_service(tmp_path: Path) -> None:
    text = re.sub(r"/opt/\S+/python", "/bin/true", UNIT.read_text("utf-8"))
    (tmp_path / UNIT.name).write_text(re.sub("WorkingDirectory=.*", "", text), "utf-8")
    run = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / UNIT.name)], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout + run.stderr) == (0, "")


def test_the_image_runs_without_rights_and_is_asked_for_its_health() -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)[-1] not in ("root", "0")
    assert "HEALTHCHECK" in DOCKERFILE
    assert "/healthz" in DOCKERFILE
    assert "--read-only" in PAGE


def test_the_settings_of_the_image_are_settings() -> None:
    given = dict(re.findall(rf"\b({PREFIX}\w+)=(\S+)", DOCKERFILE))
    settings = load_settings(environ=given)
    assert len(given) == 2
    assert str(settings.data_dir) in DOCKERFILE.partition("VOLUME")[2]
    assert settings.status_address in re.findall(r"http://([^/]+)/healthz", DOCKERFILE)


def test_everything_that_the_image_is_built_from_gets_to_the_builder_and_nothing_secret() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    kept = [line.removeprefix("!") for line in lines if line.startswith("!")]
    assert "*" in lines
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    for name in " ".join(copied).split():
        assert (ROOT / name).exists(), name
        assert any(fnmatch(name, pattern) for pattern in kept), name
    modules = {path.name for path in ROOT.glob("*.py")}
    assert modules <= set(" ".join(copied).split())
    for secret in ("config.yaml", "data", ".git", "token.env"):
        assert not any(fnmatch(secret, pattern) for pattern in kept), secret


def test_the_page_speaks_of_settings_and_metrics_that_there_are() -> None:
    from handlers.metrics import Metrics

    known = {metric.name for metric in Metrics().registry.collect()}
    for name in re.findall(r"`(aid_bot_\w+)", PAGE):
        assert any(name.startswith(metric) for metric in known), name
    example = (ROOT / "config.example.yaml").read_text("utf-8")
    for name in re.findall(r"`(\w+_a_(?:minute|day))`", PAGE):
        assert f"\n{name}: " in example, name


# Several processes and PostgreSQL

BOTS = {name: service for name, service in COMPOSE.items() if name.startswith("bot-")}
DATABASE = COMPOSE["database"]


def test_the_processes_of_compose_have_all_shards_between_them_each_once() -> None:
    shards = [Shards.parse(bot["environment"]["AID_BOT_SHARDS"]) for bot in BOTS.values()]
    assert len(BOTS) == 2
    (total,) = {one.total for one in shards}
    assert sorted(number for one in shards for number in one.ids) == list(range(total))


def test_the_processes_of_compose_have_settings_that_there_are_and_one_database() -> None:
    (url,) = {bot["environment"]["AID_BOT_DATABASE_URL"] for bot in BOTS.values()}
    for bot in BOTS.values():
        given = {name: value for name, value in bot["environment"].items() if name.startswith(PREFIX)}
        assert load_settings(environ=given).store_url == url
    named = urlsplit(url)
    made = DATABASE["environment"]
    assert (named.hostname, named.username) == ("database", made["POSTGRES_USER"])
    assert named.path == f"/{made['POSTGRES_DB']}"
    assert made["POSTGRES_USER"] in DATABASE["healthcheck"]["test"][-1]


def test_no_secret_stands_in_compose_or_gets_into_the_repository() -> None:
    for service in COMPOSE.values():
        secrets = {k: v for k, v in service["environment"].items() if re.search("TOKEN|PASSWORD", k)}
        assert secrets
        assert all(re.fullmatch(r"\$\{\w+:\?[^}]+\}", value) for value in secrets.values())
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_compose_runs_the_image_as_the_page_does() -> None:
    for bot in BOTS.values():
        assert bot["read_only"] is True
        assert bot["cap_drop"] == ["ALL"]
        assert bot["security_opt"] == ["no-new-privileges:true"]
        assert bot["tmpfs"] == ["/tmp"]
        assert [volume.split(":")[1] for volume in bot["volumes"]] == ["/data"]
        assert bot["depends_on"]["database"] == {"condition": "service_healthy"}
        assert "ports" not in bot
