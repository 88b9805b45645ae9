"""Fetching from the Census Bureau, played by a server on this machine, with all that can go wrong."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from knowledge import updates
from knowledge.census import ImportReport
from knowledge.content import SHIPPED, read_content
from knowledge.errors import IngestError, UpdateError
from knowledge.library import Library
from knowledge.periods import Period, parse_period
from knowledge.updates import Endpoints, fetch_items, fetch_workbook, update_census
from tests.knowledge.workbooks import others, workbook

KEY = "0123456789abcdef0123456789abcdef01234567"
NOVEMBER: Period = parse_period("2023-11").period
LINES = [
    ["E_COMMODITY", "E_COMMODITY_LDESC", "ALL_VAL_MO", "CTY_CODE", "COMM_LVL", "time"],
    ["300215", "IMMUNOLOGICAL PRODUCTS,  PUT UP", "54691", "5790", "HS6", "2023-11"],
    ["902780", "INSTRUMENTS", "9912", "5790", "HS6", "2023-11"],
    ["-", "TOTAL", "64603", "5790", "HS6", "2023-11"],
    ["300490", "MEDICAMENTS", "0", "5790", "HS6", "2023-11"],
]

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Answer:
    async def respond(_: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=body, headers=named)

    return respond


async def cut_off(request: web.Request) -> web.StreamResponse:
    data = workbook()
    response = web.StreamResponse()
    response.content_length = len(data)
    await response.prepare(request)
    await response.write(data[: len(data) // 2])
    assert request.transport is not None
    request.transport.close()
    return response


@dataclass
class Bureau:
    """A server that gives the answers it was told, the last of them for ever, and notes what it was asked."""

    answers: list[Answer]
    asked: list[web.Request] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    url: str = ""

    async def respond(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        return await (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])(request)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def endpoints(self, key: str = KEY) -> Endpoints:
        return Endpoints(f"{self.url}country.xlsx", f"{self.url}hs", key)

    async def workbook(self) -> bytes:
        async with aiohttp.ClientSession() as session:
            return await fetch_workbook(session, f"{self.url}country.xlsx", self.sleep)

    async def lines(self) -> dict[str, list[tuple[str, str, Decimal]]]:
        async with aiohttp.ClientSession() as session:
            found = await fetch_items(session, self.endpoints(), [NOVEMBER], self.sleep)
        return {str(m): [(i.code, i.name, i.value) for i in items] for m, items in found.items()}


@pytest.fixture
async def bureau() -> AsyncIterator[Bureau]:
    played = Bureau([answer(404)])
    app = web.Application()
    app.router.add_get("/{path}", played.respond)
    server = TestServer(app)
    await server.start_server()
    played.url = str(server.make_url("/"))
    yield played
    await server.close()


async def refusal(call: Awaitable[object]) -> str:
    with pytest.raises(UpdateError) as caught:
        await call
    message = str(caught.value)
    assert message.endswith("Nothing was written.")
    assert KEY not in message
    return message


# The workbook


async def test_the_workbook_comes_as_it_is(bureau: Bureau) -> None:
    data = workbook()
    bureau.answers = [answer(200, data)]
    assert await bureau.workbook() == data
    assert "aid-policy-history-bot" not in str(bureau.asked[0].url)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_busy_server_is_asked_again_after_a_while(bureau: Bureau, status: int) -> None:
    data = workbook()
    bureau.answers = [answer(status), answer(status), answer(200, data)]
    assert await bureau.workbook() == data
    assert bureau.waits == [1, 2]


async def test_a_server_that_stays_busy_is_given_up_with_what_it_said(bureau: Bureau) -> None:
    bureau.answers = [answer(503, b"<html><h1>Down for\n maintenance</h1></html>")]
    message = await refusal(bureau.workbook())
    assert "in 4 attempts" in message
    assert "status 503: “Down for maintenance”" in message
    assert len(bureau.asked) == 4


async def test_the_wait_that_a_server_asks_for_is_kept(bureau: Bureau) -> None:
    bureau.answers = [answer(429, Retry_After="7"), answer(200, b"x")]
    await bureau.workbook()
    assert bureau.waits == [7]


async def test_a_wait_may_be_given_as_a_date(bureau: Bureau) -> None:
    then = datetime.now(UTC) + timedelta(seconds=30)
    bureau.answers = [answer(503, Retry_After=format_datetime(then, usegmt=True)), answer(200, b"x")]
    await bureau.workbook()
    assert 25 < bureau.waits[0] <= 30


@pytest.mark.parametrize("header", ["soon", "", "-5", "Wed, 99 Foo 2026"])
async def test_a_wait_that_cannot_be_read_is_one_second(bureau: Bureau, header: str) -> None:
    bureau.answers = [answer(429, Retry_After=header), answer(200, b"x")]
    await bureau.workbook()
    assert bureau.waits == [1]


async def test_a_wait_beyond_a_minute_is_left_to_the_operator(bureau: Bureau) -> None:
    bureau.answers = [answer(429, Retry_After="3600")]
    assert "asks to wait for 3600 seconds" in await refusal(bureau.workbook())
    assert bureau.waits == []


async def test_a_file_that_is_cut_off_is_fetched_again_and_then_given_up(bureau: Bureau) -> None:
    bureau.answers = [cut_off, answer(200, b"whole")]
    assert await bureau.workbook() == b"whole"
    bureau.answers = [cut_off]
    assert "the answer was cut off" in await refusal(bureau.workbook())


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_refusal_is_not_asked_again(bureau: Bureau, status: int) -> None:
    bureau.answers = [answer(status, b"no such file")]
    assert f"status {status}: “no such file”" in await refusal(bureau.workbook())
    assert len(bureau.asked) == 1


async def test_an_answer_without_end_is_stopped(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates, "MOST_BYTES", 1000)
    bureau.answers = [answer(200, b"x" * 100_000)]
    assert "more than 1,000 bytes" in await refusal(bureau.workbook())


async def test_where_nobody_answers_the_message_says_so(bureau: Bureau) -> None:
    async with aiohttp.ClientSession() as session:
        call = fetch_workbook(session, "http://127.0.0.1:9/country.xlsx", bureau.sleep)
        assert "there was no connection" in await refusal(call)


# Commodity lines


async def test_the_lines_of_a_month_are_read_without_totals_and_zeros(bureau: Bureau) -> None:
    bureau.answers = [answer(200, json.dumps(LINES).encode())]
    assert await bureau.lines() == {
        "2023-11": [
            ("300215", "IMMUNOLOGICAL PRODUCTS, PUT UP", Decimal(54_691)),
            ("902780", "INSTRUMENTS", Decimal(9_912)),
        ]
    }


async def test_a_request_names_the_country_the_month_and_the_key_and_repeats_no_field(bureau: Bureau) -> None:
    bureau.answers = [answer(200, json.dumps(LINES).encode())]
    await bureau.lines()
    query = bureau.asked[0].query
    assert dict(query) == {
        "get": "E_COMMODITY,E_COMMODITY_LDESC,ALL_VAL_MO",
        "CTY_CODE": "5790",
        "COMM_LVL": "HS6",
        "time": "2023-11",
        "key": KEY,
    }
    assert not set(query["get"].split(",")) & query.keys()


async def test_204_means_that_a_month_has_no_lines(bureau: Bureau) -> None:
    bureau.answers = [answer(204)]
    assert await bureau.lines() == {}


async def test_400_is_told_with_the_words_of_the_server_but_never_with_the_key(bureau: Bureau) -> None:
    bureau.answers = [answer(400, f"error: unknown variable 'X' in key={KEY}".encode())]
    message = await refusal(bureau.lines())
    assert (
        "asked for November 2023, answered with status 400: “error: unknown variable 'X' in key=…”" in message
    )


async def test_a_page_instead_of_figures_points_to_the_key(bureau: Bureau) -> None:
    page = b"<html><head><title>Missing Key</title></head><body>A valid key must be included</body></html>"
    bureau.answers = [answer(200, page)]
    message = await refusal(bureau.lines())
    assert "a web page: “Missing Key" in message
    assert "see census_api_key" in message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        b"[]",
        b"[[]]",
        b'[["E_COMMODITY"]]',
        json.dumps([LINES[0], ["300215"]]).encode(),
        json.dumps([LINES[0], ["300215", "X", "much", "", "", ""]]).encode(),
        json.dumps(LINES).encode()[:80],
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
async def test_what_is_no_list_of_lines_is_refused(bureau: Bureau, body: bytes) -> None:
    bureau.answers = [answer(200, body)]
    assert "other than rows of figures" in await refusal(bureau.lines())


async def test_a_busy_data_interface_is_asked_again(bureau: Bureau) -> None:
    bureau.answers = [answer(429, Retry_After="3"), answer(500), answer(200, json.dumps(LINES).encode())]
    assert "2023-11" in await bureau.lines()
    assert bureau.waits == [3, 2]


# The whole update


async def updated(bureau: Bureau, library: Library, folder: Path, key: str = "") -> ImportReport:
    endpoints = bureau.endpoints(key)
    return await asyncio.to_thread(update_census, library, folder, SHIPPED, endpoints, accept_gone=True)


def held(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_an_update_becomes_a_new_vintage(bureau: Bureau, library: Library, tmp_path: Path) -> None:
    bureau.answers = [answer(200, workbook())]
    report = await updated(bureau, library, tmp_path)
    assert "exports up to March 2025" in str(report)
    assert [request.path for request in bureau.asked] == ["/country.xlsx"]
    (series,) = (s for s in read_content(local=tmp_path).exports.series if s.id == "census")
    assert series.source != "census-2025-04"


async def test_with_a_key_each_month_with_exports_since_2010_is_asked_for_its_lines(
    bureau: Bureau, library: Library, tmp_path: Path
) -> None:
    lines = [LINES[0], *LINES[1:3]]
    bureau.answers = [answer(200, workbook()), answer(200, json.dumps(lines).encode()), answer(204)]
    report = await updated(bureau, library, tmp_path, KEY)
    months = [request.query["time"] for request in bureau.asked[1:]]
    assert months[:2] == ["2023-11", "2023-12"]
    assert len(months) == 11
    assert "November 2023: US$64,603 → US$64,603, 2 commodity lines" in report.changed
    table = read_content(local=tmp_path).exports
    (november,) = (f for f in table.within(NOVEMBER, "census") if f.period == NOVEMBER)
    assert [str(part.value) for part in november.parts] == ["54691", "9912"]
    assert not november.note


def bomb() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<html>Moved</html>", "a web page"),
        (workbook()[:3000], "cut off"),
        (bomb(), "times its size"),
        (workbook(others(2023)), "none of North Korea"),
    ],
    ids=["page", "truncated", "bomb", "without the row"],
)
async def test_a_file_that_is_not_what_was_asked_for_changes_nothing(
    bureau: Bureau, library: Library, tmp_path: Path, data: bytes, says: str
) -> None:
    bureau.answers = [answer(200, data)]
    with pytest.raises(IngestError, match=says):
        await updated(bureau, library, tmp_path)
    assert held(tmp_path) == []


async def test_lines_that_cannot_be_fetched_keep_the_workbook_out_too(
    bureau: Bureau, library: Library, tmp_path: Path
) -> None:
    bureau.answers = [answer(200, workbook()), answer(400, b"unknown variable")]
    with pytest.raises(UpdateError, match="unknown variable"):
        await updated(bureau, library, tmp_path, KEY)
    assert held(tmp_path) == []
