"""The shipped library and its engine, read once, and a small library in files to break."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.content import read_content
from knowledge.engine import Engine
from knowledge.library import Library
from tests.knowledge.small_content import ContentFolder


@pytest.fixture(scope="session")
def library() -> Library:
    return read_content()


@pytest.fixture(scope="session")
def engine(library: Library) -> Engine:
    return Engine(library)


@pytest.fixture
def folder(tmp_path: Path) -> ContentFolder:
    return ContentFolder.of(tmp_path / "content")
