"""The bot as a process of its own against a Discord on this machine; one of each for a module of tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.wire.lawful import NOT_HELD, described
from tests.wire.loopback import Loopback, Person
from tests.wire.service import Service, running

TOLD = pytest.StashKey[list[str]]()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loopback() -> AsyncIterator[Loopback]:
    async with Loopback().serving() as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(loopback: Loopback, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with running(loopback, tmp_path_factory.mktemp("bot")) as service:
        yield service


@pytest.fixture
def ann(loopback: Loopback, bot: Service) -> Person:
    return loopback.member("ann")


@pytest.fixture(autouse=True)
def afresh(request: pytest.FixtureRequest) -> Iterator[None]:
    """Begin and end each test with a Discord that is well, and with nothing posted."""
    if "loopback" not in request.fixturenames:
        yield
        return
    api = request.getfixturevalue("loopback").api
    api.posted.clear()
    yield
    api.faults.clear()


@pytest.fixture
def told(request: pytest.FixtureRequest) -> list[str]:
    """What is to be told below the summary of the tests."""
    return request.config.stash.setdefault(TOLD, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in terminalreporter.config.stash.get(TOLD, []):
        terminalreporter.write_line(line)
    if described() is None:
        terminalreporter.write_line(NOT_HELD)
