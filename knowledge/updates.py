"""Updates: the Census Bureau's workbook and, with a key, its commodity lines, fetched and imported.

All is fetched before anything is kept. A server that asks for patience gets it within bounds; whatever is not
what was asked for (a page instead of figures, a file cut off) is refused in words that never hold the key.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge.census import (
    COUNTRY,
    MOST_BYTES,
    OFFICIAL_URL,
    ImportReport,
    Workbook,
    import_workbook,
    read_workbook,
)
from knowledge.datasets import Item
from knowledge.errors import UpdateError
from knowledge.periods import Period, Precision

if TYPE_CHECKING:
    import aiohttp

    from knowledge.library import Library

OFFICIAL_API = "https://api.census.gov/data/timeseries/intltrade/exports/hs"
FIRST_YEAR_WITH_LINES = 2010

ATTEMPTS = 4
LONGEST_WAIT = 60.0
"""How many times a request is made, and how many seconds a server may ask to wait before the next."""

_MOST_JSON = 5_000_000
_TIMEOUT = 60.0
_AGENT = "aid-policy-history-bot (figures of the Census Bureau)"
_FIELDS = ("E_COMMODITY", "E_COMMODITY_LDESC", "ALL_VAL_MO")
_KEPT = "Nothing was written."

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where to fetch: the workbook, and the data interface for which a key is needed."""

    workbook: str = OFFICIAL_URL
    api: str = OFFICIAL_API
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    body: bytes


def update_census(
    library: Library, data_dir: Path, shipped: Path, endpoints: Endpoints, *, accept_gone: bool = False
) -> ImportReport:
    """Fetch the workbook and, if there is a key, the commodity lines of its months, and import both.

    Raises `UpdateError` for what cannot be fetched and `IngestError` for what `import_workbook` refuses; then
    nothing is written.
    """
    data, items = asyncio.run(_fetch(endpoints))
    return import_workbook(
        library,
        data,
        data_dir,
        datetime.now(UTC).date(),
        shipped=shipped,
        basis=f"day on which it was fetched from {endpoints.workbook}",
        items=items,
        accept_gone=accept_gone,
    )


async def _fetch(endpoints: Endpoints) -> tuple[bytes, Mapping[Period, Sequence[Item]]]:
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
    async with aiohttp.ClientSession(timeout=timeout, headers={"User-Agent": _AGENT}) as session:
        data = await fetch_workbook(session, endpoints.workbook)
        if not endpoints.key:
            return data, {}
        return data, await fetch_items(session, endpoints, _months_with_trade(read_workbook(data)))


def _months_with_trade(book: Workbook) -> list[Period]:
    """Return the months with exports for which the data interface has lines: it begins in January 2010."""
    months = [
        row for row in book.rows if row.period.precision is Precision.MONTH and any(row.values.values())
    ]
    return [row.period for row in months if row.period.first.year >= FIRST_YEAR_WITH_LINES]


async def fetch_workbook(session: aiohttp.ClientSession, url: str, sleep: Sleep = asyncio.sleep) -> bytes:
    """Fetch the bytes of the workbook; raises `UpdateError`."""
    reply = await _get(session, url, {}, MOST_BYTES, sleep)
    if reply.status != 200:
        raise UpdateError(f"{url} answered with status {reply.status}{_says(reply.body)}. {_KEPT}")
    return reply.body


async def fetch_items(
    session: aiohttp.ClientSession,
    endpoints: Endpoints,
    months: Sequence[Period],
    sleep: Sleep = asyncio.sleep,
) -> dict[Period, Sequence[Item]]:
    """Fetch the commodity lines of some months, one after another; a month may have none.

    Raises `UpdateError`. Request: fields in `get` and predicates must not overlap; `time` is the month.
    """
    found: dict[Period, Sequence[Item]] = {}
    for month in months:
        query = {
            "get": ",".join(_FIELDS),
            "CTY_CODE": COUNTRY,
            "COMM_LVL": "HS6",
            "time": f"{month.first:%Y-%m}",
            "key": endpoints.key,
        }
        try:
            items = _items(await _get(session, endpoints.api, query, _MOST_JSON, sleep), month)
        except UpdateError as error:  # a server may repeat what it was asked
            raise UpdateError(str(error).replace(endpoints.key, "…")) from None
        if items:
            found[month] = items
    return found


def _items(reply: _Reply, month: Period) -> tuple[Item, ...]:
    """Read the lines of a month: a list of lists of texts, the first with the names of the fields."""
    if reply.status == 204:  # a valid request for which there are no rows
        return ()
    what = f"The data interface, asked for {month.label()},"
    if reply.status != 200:
        raise UpdateError(f"{what} answered with status {reply.status}{_says(reply.body)}. {_KEPT}")
    if reply.body.lstrip()[:1] == b"<":
        raise UpdateError(
            f"{what} answered with a web page{_says(reply.body)}. That happens if the key is missing or not "
            f"accepted: see census_api_key. {_KEPT}"
        )
    try:
        header, *rows = json.loads(reply.body)
        places = [header.index(name) for name in _FIELDS]
        lines = [[row[place] for place in places] for row in rows]
        items = [
            Item(str(code), " ".join(str(name).split()), Decimal(str(value))) for code, name, value in lines
        ]
    except (ValueError, TypeError, IndexError, AttributeError, InvalidOperation, RecursionError):
        raise UpdateError(f"{what} answered with something other than rows of figures. {_KEPT}") from None
    return tuple(item for item in items if re.fullmatch(r"[0-9]{2,10}", item.code) and item.value)


async def _get(
    session: aiohttp.ClientSession, url: str, query: dict[str, str], most: int, sleep: Sleep
) -> _Reply:
    """Make a request, again where that may help, and return what was answered at last."""
    import aiohttp

    wait, reason = 0.0, ""
    for attempt in range(ATTEMPTS):
        if attempt:
            await sleep(wait)
        try:
            async with session.get(url, params=query) as response:
                body = await _body(response, most)
        except aiohttp.ClientPayloadError:
            wait, reason = 2.0**attempt, "the answer was cut off"
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            wait, reason = 2.0**attempt, f"there was no connection ({type(error).__name__})"
        else:
            if response.status != 429 and response.status < 500:
                return _Reply(response.status, body)
            wait, reason = (
                _asked_to_wait(response.headers.get("Retry-After", ""), attempt),
                (f"it answered with status {response.status}{_says(body)}"),
            )
        if wait > LONGEST_WAIT:
            raise UpdateError(f"{url} asks to wait for {wait:.0f} seconds. Try again then. {_KEPT}")
    raise UpdateError(f"{url} could not be read in {ATTEMPTS} attempts: {reason}. {_KEPT}")


async def _body(response: aiohttp.ClientResponse, most: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > most:
            raise UpdateError(f"The answer has more than {most:,} bytes, which it should not have. {_KEPT}")
    return bytes(body)


def _asked_to_wait(header: str, attempt: int) -> float:
    """Return the seconds that Retry-After asks for, as a number or a date; without it, ever more."""
    if header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 2.0**attempt


def _says(body: bytes) -> str:
    """Return the beginning of what a server says in words, without its markup."""
    text: Any = re.sub(r"<[^>]*>|\s+", " ", body[:2000].decode("utf-8", "replace"))
    text = " ".join(text.split())
    return f": “{text[:120]}”" if text else ""
