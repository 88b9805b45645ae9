"""Disks that are full or fail: a file system of its own in a file, where the machine lets us have one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_SIZE = "8M"


@dataclass(frozen=True, slots=True)
class Disk:
    """A small disk, mounted at a folder."""

    at: Path
    device: str

    def fill(self) -> Path:
        """Leave no room on it; return what takes the room."""
        filler = self.at / "filler"
        with filler.open("wb", buffering=0) as file:
            for size in (65_536, 4_096, 1):
                while True:
                    try:
                        file.write(bytes(size))
                    except OSError:
                        break
        return filler

    def fail(self) -> None:
        """Let it meet an error, upon which it can only be read, whoever has files open on it."""
        Path("/sys/fs/ext4", self.device, "trigger_fs_error").write_text("1")


@contextmanager
def disk(at: Path) -> Iterator[Disk]:
    """Mount a new disk at a folder that there is not yet; skips the test where that is not allowed."""
    image = at.with_suffix(".img")
    at.mkdir()
    try:
        _run("truncate", "--size", _SIZE, str(image))
        _run("mkfs.ext4", "-q", str(image))
        _run("mount", "-o", "loop,errors=remount-ro", str(image), str(at))
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no disk of our own can be had here: {error}")
    try:
        yield Disk(at, _device(at))
    finally:
        _run("umount", "--lazy", str(at))


def _device(at: Path) -> str:
    device = at.stat().st_dev
    return Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve().name


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
