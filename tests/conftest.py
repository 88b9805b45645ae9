"""What all tests stand on: the shipped library and its engine, read once."""

from __future__ import annotations

import pytest
from hypothesis import settings

from knowledge.content import read_content
from knowledge.engine import Engine
from knowledge.library import Library

# A loaded machine is slow without being wrong.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def library() -> Library:
    return read_content()


@pytest.fixture(scope="session")
def engine(library: Library) -> Engine:
    return Engine(library)
