"""What Discord would not have taken of the bot's requests."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from tests.wire import description, limits
from tests.wire.api import Request
from tests.wire.description import Description

NOT_HELD = (
    "The requests of the bot were not held against Discord's description of its API, "
    "which does not lie beside the project."
)


@cache
def described() -> Description | None:
    """Return Discord's description, read once, if it is there."""
    file = description.path()
    return Description(file) if file else None


def faults_of(request: Request) -> list[str]:
    """Return what Discord would not have taken of a request."""
    if not request.route:
        return [f"{request.method} {request.path}: the loopback has no such request"]
    known = described()
    return [*(known.faults(request) if known else ()), *limits.faults(request)]


def broken(requests: Iterable[Request]) -> set[str]:
    """Return what Discord would not have taken of some requests."""
    return {fault for request in requests for fault in faults_of(request)}
