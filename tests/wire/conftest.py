"""The bot as a process of its own against a Discord on this machine; one of each for a module of tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio

from tests.wire.lawful import NOT_HELD, described
from tests.wire.loopback import Loopback, Person
from tests.wire.service import Service, running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loopback() -> AsyncIterator[Loopback]:
    async with Loopback().serving() as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(loopback: Loopback, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with running(
        loopback, tmp_path_factory.mktemp("bot"), AID_BOT_STATUS_ADDRESS="127.0.0.1:0"
    ) as service:
        yield service


@pytest.fixture
def ann(loopback: Loopback, bot: Service) -> Person:
    return loopback.member("ann")


@pytest.fixture(autouse=True)
def afresh(request: pytest.FixtureRequest, tell: Callable[[str], None]) -> Iterator[None]:
    """Begin and end each test with a Discord that is well, and with nothing posted."""
    if described() is None:
        tell(NOT_HELD)
    if "loopback" not in request.fixturenames:
        yield
        return
    api = request.getfixturevalue("loopback").api
    api.posted.clear()
    yield
    api.faults.clear()
