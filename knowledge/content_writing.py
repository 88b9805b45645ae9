"""Content files as the bot writes them into the data folder, each only if the whole library reads with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from knowledge.content import read_content
from knowledge.errors import ContentError, IngestError


class _Plain(yaml.SafeDumper):
    """Writes the same value twice where it stands twice: content files have no aliases."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def write_content(path: Path, content: Mapping[str, Any], data_dir: Path, shipped: Path) -> bool:
    """Write a content file in one step, if the whole library can be read with it; False if nothing is new.

    Raises `IngestError`, having changed nothing, if it cannot be read or written.
    """
    data = as_yaml(content)
    try:
        if path.exists() and path.read_bytes() == data:
            return False
        with TemporaryDirectory() as trial:
            for folder in ("sources", "originals"):
                (Path(trial) / folder).mkdir()
                for file in (data_dir / folder).glob("*.yaml"):
                    shutil.copy(file, Path(trial) / folder)
            (Path(trial) / path.relative_to(data_dir)).write_bytes(data)
            read_content(shipped, Path(trial))
        write_whole(path, data)
    except ContentError as error:
        raise IngestError(
            f"The library cannot be read with {path}, so it was not written:\n{error}"
        ) from None
    except OSError as error:
        raise IngestError(
            f"{path} cannot be written: {error}. Check the data folder and its permissions."
        ) from None
    return True


def as_yaml(content: Mapping[str, Any]) -> bytes:
    """Return a content file as its bytes."""
    text: str = yaml.dump(dict(content), Dumper=_Plain, allow_unicode=True, sort_keys=False, width=inf)
    return text.encode()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in one step, so that it is there whole or not at all; raises `OSError`."""
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
