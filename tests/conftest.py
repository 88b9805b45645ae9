"""What all tests stand on: the shipped library and its engine, read once."""

from __future__ import annotations

import pytest

from knowledge.content import read_content
from knowledge.engine import Engine
from knowledge.library import Library


@pytest.fixture(scope="session")
def library() -> Library:
    return read_content()


@pytest.fixture(scope="session")
def engine(library: Library) -> Engine:
    return Engine(library)
