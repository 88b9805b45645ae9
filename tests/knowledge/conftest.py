"""A small library in files to break, and databases of both kinds."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from knowledge.database_files import url_of_file
from knowledge.store import Store
from tests import postgresql
from tests.knowledge.small_content import ContentFolder

NewUrl = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> ContentFolder:
    return ContentFolder.of(tmp_path / "content")


BOTH = ("SQLite", "PostgreSQL")


@contextmanager
def _databases(request: pytest.FixtureRequest, folder: Path) -> Iterator[NewUrl]:
    if request.param == "SQLite":
        files = (folder / f"data{number or ''}" / "bot.db" for number in itertools.count())
        yield lambda empty=False: url_of_file(next(files))
        return
    server = request.getfixturevalue("postgresql_server")
    made: list[str] = []

    def make(*, empty: bool = False) -> str:
        made.append(postgresql.new_database(server, empty=empty))
        return made[-1]

    yield make
    for url in made:
        postgresql.drop_database(server, url)


@pytest.fixture(params=BOTH)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewUrl]:
    """Return what gives the URL of a database without anything in it; each call another one.

    With `empty`, not even the tables of the bot are in it.
    """
    with _databases(request, tmp_path) as make:
        yield make


@pytest.fixture(params=BOTH)
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of another database in which not even tables are, once of each kind."""
    with _databases(request, tmp_path / "other") as make:
        yield make(empty=True)


@pytest.fixture
def url(new_url: NewUrl) -> str:
    """The URL of a database without anything in it, once of each kind."""
    return new_url()


@pytest.fixture
def empty_url(new_url: NewUrl) -> str:
    """The URL of a database in which not even tables are, once of each kind."""
    return new_url(empty=True)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """The store on such a database."""
    async with await Store.open(url) as opened:
        yield opened
