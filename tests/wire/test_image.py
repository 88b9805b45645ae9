"""The image, as far as it can be had without a builder: its steps and commands, from deploy/Dockerfile."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.knowledge.documents import PARAGRAPHS, page, pdf, word
from tests.wire.loopback import TOKEN, Loopback
from tests.wire.service import ROOT, Service, environment

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
QUESTION = "who is Jung Pak"
ALL_READ_ONLY = (
    "mount --make-rprivate / && mount --bind {data} {data} && mount -t tmpfs tmpfs {tmp} && "
    "mount -o remount,bind,ro / && "
    'exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"'
)
"""What the options of `docker run` in docs/operators.md do: --read-only, --tmpfs, --cap-drop, …"""


def step(name: str) -> str:
    """Return what the last step of a name says."""
    return str(re.findall(rf"^{name} +(.+)$", DOCKERFILE, re.MULTILINE)[-1])


@dataclass(frozen=True, slots=True)
class Image:
    """A virtual environment made as that of the image, the folder that is its volume, and its /tmp."""

    python: Path
    data: Path
    tmp: Path
    port: int

    def command(self, step_: str) -> list[str]:
        """Return a command of the image as it runs here."""
        return [
            self._here(word).replace("/opt/bot/bin/python", str(self.python)) for word in json.loads(step_)
        ]

    def environment(self, base: str) -> dict[str, str]:
        """Return the environment of the image, with a Discord on this machine."""
        given = dict(re.findall(r"\b(\w+)=(\S+)", step("ENV")))
        return environment(base, self.data, TOKEN, **{key: self._here(one) for key, one in given.items()})

    def _here(self, word: str) -> str:
        places = {"/data": str(self.data), "/tmp": str(self.tmp)}
        return places.get(word, word.replace("9464", str(self.port)))

    def is_healthy(self) -> bool:
        """Return what the image's own question for its health comes to."""
        return (
            subprocess.run(
                self.command(step("HEALTHCHECK").partition("CMD ")[2]), capture_output=True, check=False
            ).returncode
            == 0
        )


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    folder = tmp_path_factory.mktemp("image")
    source, data, tmp = (folder / name for name in ("src", "data", "tmp"))
    for made in (source, data, tmp):
        made.mkdir()
    for names, to in re.findall(r"^COPY (?!--from)(.+) (\S+)$", DOCKERFILE, re.MULTILINE):
        for name in names.split():
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, source / to, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, source / to)
    venv = folder / "bot"
    assert "python -m venv /opt/bot && /opt/bot/bin/pip install --no-cache-dir " in DOCKERFILE
    assert DOCKERFILE.count(' ".[archives,postgresql]"\n') == 1
    _run(sys.executable, "-m", "venv", "--without-pip", str(venv))
    python = venv / "bin" / "python"
    installed = next((venv / "lib").glob("python*/site-packages"))
    (installed / "needed.pth").write_text(sysconfig.get_path("purelib"))
    _run(
        *(sys.executable, "-m", "pip", "--python", str(python), "install", "--no-cache-dir"),
        # What it needs is here already.
        *("--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed", str(source)),
    )
    shutil.rmtree(source)
    return Image(python, data, tmp, _free_port())


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_what_is_installed_has_all_content_and_answers_as_here(image: Image) -> None:
    there = [str(image.python), "-m", "bot"]
    here = [sys.executable, str(ROOT / "bot.py")]
    for command in (["check"], ["ask", QUESTION], ["ask", "대북 지원은 왜 막혔나요?"], ["--help"]):
        runs = [
            subprocess.run([*bot, *command], cwd=image.data, capture_output=True, text=True, check=False)
            for bot in (there, here)
        ]
        assert runs[0].returncode == 0, runs[0].stderr
        assert runs[0].stdout.replace("python -m bot", "bot.py") == runs[1].stdout


@pytest.fixture(scope="module")
def confined(image: Image) -> list[str]:
    """What to put before a command so that it runs as in the container."""
    command = ["unshare", "--mount", "sh", "-c", ALL_READ_ONLY.format(data=image.data, tmp=image.tmp), "sh"]
    try:
        subprocess.run([*command, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no system of our own can be had here: {error}")
    return command


def test_it_takes_in_a_folder_on_a_read_only_system(
    image: Image, confined: list[str], tmp_path: Path
) -> None:
    (tmp_path / "grain.docx").write_bytes(word())
    (tmp_path / "harbour.pdf").write_bytes(pdf([page(PARAGRAPHS)], "/Title (H) /CreationDate (D:20180304)"))
    said = "--publisher=Dorvik Archive", "--url=https://example.org/papers/", "--processes=1"
    command = [*image.command(step("ENTRYPOINT")), "ingest", str(tmp_path), *said]
    environ = {**os.environ, "AID_BOT_DATA_DIR": str(image.data)}
    done = subprocess.run(
        [*confined, *command], cwd=image.data, env=environ, capture_output=True, text=True, check=False
    )
    assert "2 taken in" in done.stdout, done.stdout + done.stderr
    assert "The archive holds 2 documents" in done.stdout
    for left in (image.data / "archive", image.data / "archives.db"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


async def test_it_runs_on_a_read_only_system_without_rights_and_is_asked_for_its_health(
    image: Image, confined: list[str]
) -> None:
    command = [*image.command(step("ENTRYPOINT")), *image.command(step("CMD"))]
    assert not image.is_healthy()
    async with Loopback().serving() as loopback:
        process = await asyncio.create_subprocess_exec(
            *confined,
            *command,
            cwd=image.data,
            env=image.environment(loopback.base),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        service = Service(process, TOKEN)
        assert process.stdout is not None
        assert process.stderr is not None
        service.readers += [asyncio.create_task(service.read(s)) for s in (process.stdout, process.stderr)]
        try:
            await service.signs_in(loopback)
            ann = loopback.member()
            card = (await ann.slash("ask", question=QUESTION)).card
            assert "Noted" in (await ann.presses(card, "Helpful", messages=1)).text
            chart = await (await ann.slash("exports", period="2023-11..2024-03")).until(messages=1)
            drawn = await (await ann.presses(chart.card, "Chart")).until(messages=1, seconds=15)
            assert [len(one["attachments"]) for one in drawn.messages] == [1]
            assert await asyncio.to_thread(image.is_healthy)
            assert await service.stopped() == 0
        finally:
            if process.returncode is None:
                process.kill()
    assert not image.is_healthy()
    assert not re.search(r"Traceback|trace=|WARNING", service.log), service.log
    assert (image.data / "bot.db").exists()
