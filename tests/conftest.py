"""What all tests stand on: the shipped library and its engine, read once, and how tests share a machine."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

from knowledge.content import read_content
from knowledge.engine import Engine
from knowledge.library import Library
from tests import postgresql

# A loaded machine is slow without being wrong.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

HERE = Path(__file__)
TOLD = "told"


@pytest.fixture(scope="session")
def library() -> Library:
    return read_content()


@pytest.fixture(scope="session")
def engine(library: Library) -> Engine:
    return Engine(library)


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Tell a line below the summary of the tests, once however often it is told."""
    return partial(record_property, TOLD)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed"))
    told = [told for report in reports if report.when == "call" for told in report.user_properties]
    for line in dict.fromkeys(line for name, line in told if name == TOLD):
        terminalreporter.write_line(str(line))

    _summarise_not_run(terminalreporter)


def _summarise_not_run(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.getreports("skipped")
    missed = [report for report in skipped if postgresql.NO_SERVER in str(report.longrepr)]
    if missed:
        files = dict.fromkeys(report.nodeid.partition("::")[0] for report in missed)
        terminalreporter.write_line(
            f"{len(missed)} tests on PostgreSQL not run, in {', '.join(files)}: {postgresql.NO_SERVER}"
        )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgresql.prepare_sharing()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgresql.end_sharing()


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """The URL of a PostgreSQL server on which databases can be made."""
    url = postgresql.server_url()
    if url is None:
        (pytest.fail if postgresql.is_required() else pytest.skip)(postgresql.NO_SERVER)
    return url


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many processes run the tests: none but this one for a few files, which it has soon done."""
    if all(Path(asked.partition("::")[0]).is_file() for asked in config.args):
        return 0
    return min(8, 2 * (os.cpu_count() or 1))  # much of the time goes by in waiting for other processes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that run alone come first, before others keep a process waiting between two tests."""
    items.sort(key=lambda item: not is_alone(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let tests run side by side; one marked `alone` waits for the others and holds them back."""
    if not hasattr(item.config, "workerinput"):
        return (yield)
    how = fcntl.LOCK_EX if is_alone(item) else fcntl.LOCK_SH
    with locked(HERE, how) as door, locked(HERE.parent, how):
        if not is_alone(item):
            fcntl.flock(door, fcntl.LOCK_UN)
        return (yield)


def is_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


@contextmanager
def locked(path: Path, how: int) -> Iterator[int]:
    """Hold a lock, for oneself or together with others, on a file or folder."""
    opened = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(opened, how)
        yield opened
    finally:
        os.close(opened)
