"""Documents are read in processes of their own, which a document may end without ending anything else."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from knowledge.archive_pool import Limits, Pool
from knowledge.archive_worker import Reply, Request
from tests.knowledge.documents import endless_pdf

DETAILS = {"title": "T", "publisher": "P", "published": "2020", "url": "https://example.org/a"}
GOOD = "Flour was handed out."


def request(folder: Path, name: str, data: bytes) -> Request:
    file = folder / name
    file.write_bytes(data)
    return Request(str(file), name, hashlib.sha256(data).hexdigest(), file.stem, defaults=DETAILS)


def replies(limits: Limits, requests: Sequence[Request], processes: int = 1) -> list[Reply]:
    with Pool(processes, limits) as pool:
        return [reply for _, reply in pool.read((one.place, one) for one in requests) if reply is not None]


ENDLESS = b"<article>" + b"<a href=x>Flour</a> " * 200_000 + b"</article>"
"""One paragraph of links, which take many seconds to be told from a menu."""


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(seconds=2, patience=60), "took more than 2 seconds of work"),
        (Limits(seconds=60, patience=2), "took longer than 2 seconds"),
    ],
    ids=["work", "clock"],
)
def test_a_document_that_has_no_end_is_given_up_and_the_next_is_read(
    tmp_path: Path, limits: Limits, says: str
) -> None:
    endless, good = request(tmp_path, "a.html", ENDLESS), request(tmp_path, "b.txt", GOOD.encode())
    given_up, taken = replies(limits, [endless, good])
    assert given_up.reason == says
    assert GOOD in taken.content


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.pdf", endless_pdf(), "ended the process that read it"),
        ("a.txt", b"1\n\n" * 1_600_000, "needs more than 300 MB of memory"),
    ],
    ids=["in a library", "in Python"],
)
def test_a_document_that_needs_too_much_memory_is_given_up_and_the_next_is_read(
    tmp_path: Path, name: str, data: bytes, says: str
) -> None:
    huge, good = request(tmp_path, name, data), request(tmp_path, "b.txt", GOOD.encode())
    given_up, taken = replies(Limits(memory=300_000_000), [huge, good])
    assert says in given_up.reason
    assert GOOD in taken.content


def test_replies_come_in_the_order_of_the_requests_and_no_more_are_begun_than_a_few(tmp_path: Path) -> None:
    begun = 0

    def requests() -> Iterator[tuple[int, Request]]:
        nonlocal begun
        for number in range(40):
            begun += 1
            yield number, request(tmp_path, f"d{number}.txt", f"Sack number {number}.".encode())

    with Pool(2, Limits()) as pool:
        for done, (number, reply) in enumerate(pool.read(requests())):
            assert number == done
            assert reply is not None
            assert f"Sack number {number}." in reply.content
            assert begun <= done + 8


def test_the_processes_know_nothing_of_the_token_and_end_with_the_pool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    with Pool(1, Limits()) as pool:
        for _ in pool.read([("", request(tmp_path, "a.txt", GOOD.encode()))]):
            (child,) = children()
            environment = Path(f"/proc/{child}/environ").read_bytes()
            assert b"PATH=" in environment
            assert b"secret" not in environment
    assert child not in children()


def children() -> list[int]:
    """Return the processes of which this one is the parent."""
    found = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return [int(child) for file in found for child in file.read_text().split()]


def test_a_document_that_changes_while_it_is_met_is_left_for_the_next_time(tmp_path: Path) -> None:
    one = request(tmp_path, "a.txt", GOOD.encode())
    Path(one.path).write_text("Something else.")
    (reply,) = replies(Limits(), [one])
    assert reply.reason == "changes while it is read; try again when it is whole"
