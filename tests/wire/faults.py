"""What can befall a request: a connection that is reset, an error before or after it was processed."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.wire.things import Payload


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of a request: whether it is processed nevertheless, and how it is answered.

    Without a status the connection is reset.
    """

    is_processed: bool = False
    status: int | None = None
    body: Payload = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


RESET = Fault()
RESET_AFTERWARDS = Fault(is_processed=True)
_SORRY = {"message": "500: Internal Server Error", "code": 0}
ERROR = Fault(status=500, body=_SORRY)
ERROR_AFTERWARDS = Fault(is_processed=True, status=500, body=_SORRY)
BAD_GATEWAY = Fault(status=502, body={"message": "502: Bad Gateway", "code": 0})
UNAUTHORIZED = Fault(status=401, body={"message": "401: Unauthorized", "code": 0})


def slowly(seconds: float) -> Fault:
    """Return the fault of a request that is processed, and answered only after a while."""
    return Fault(is_processed=True, status=200, seconds=seconds)


def limited(retry_after: float, *, everywhere: bool = False) -> Fault:
    """Return the answer to one request too many; it holds for one route, or for all."""
    scope = {"X-RateLimit-Global": "true"} if everywhere else {"X-RateLimit-Bucket": "b"}
    return Fault(
        status=429,
        body={"message": "You are being rate limited.", "retry_after": retry_after, "global": everywhere},
        headers={"Via": "1.1 google", "Retry-After": str(retry_after), **scope},
    )


@dataclass(slots=True)
class Planned:
    """A fault that befalls the next requests to some routes, so many of them."""

    routes: frozenset[str]
    fault: Fault
    times: float

    def takes(self, route: str) -> bool:
        """Return whether it befalls a request to a route; if so, it counts."""
        if self.times < 1 or (self.routes and route not in self.routes):
            return False
        self.times -= 1
        return True


class Plan:
    """The faults that are still to come."""

    def __init__(self) -> None:
        """Begin without any."""
        self._planned: list[Planned] = []

    def add(self, fault: Fault, *routes: str, times: float = 1) -> Planned:
        """Let a fault befall the next requests to some routes, or to all of them."""
        planned = Planned(frozenset(routes), fault, times)
        self._planned.append(planned)
        return planned

    def next(self, route: str) -> Fault | None:
        """Return the fault that befalls a request to a route, if one does."""
        return next((planned.fault for planned in self._planned if planned.takes(route)), None)

    def clear(self) -> None:
        """Let all be well again."""
        self._planned.clear()
