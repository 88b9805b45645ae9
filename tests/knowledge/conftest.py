"""A small library in files to break."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.knowledge.small_content import ContentFolder


@pytest.fixture
def folder(tmp_path: Path) -> ContentFolder:
    return ContentFolder.of(tmp_path / "content")
