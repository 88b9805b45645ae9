"""What is there to run the bot with: the unit, the image, and the page about them."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import ConfigParser
from fnmatch import fnmatch
from pathlib import Path

import pytest

from handlers.runner import MISCONFIGURED
from settings import PREFIX, load_settings

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "deploy" / "aid-policy-bot.service"
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
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
