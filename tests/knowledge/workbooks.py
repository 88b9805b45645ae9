"""Workbooks in the layout of the Census Bureau's country file, made for the tests."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from openpyxl import Workbook

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
HEADER = (
    *("year", "CTY_CODE", "CTYNAME"),
    *(f"I{month}" for month in MONTHS),
    "IYR",
    *(f"E{month}" for month in MONTHS),
    "EYR",
)

Row = Sequence[Any]


def row(year: int, exports: Mapping[int, float], *, code: Any = 5790, name: str = "Korea, North") -> Row:
    """Return a row: exports in millions of dollars by month, imports zero, with the sum of the year."""
    months = [exports.get(month, 0) for month in range(1, 13)]
    return (year, code, name, *[0] * 13, *months, round(sum(months), 6))


def others(year: int, through: int = 12) -> list[Row]:
    """Return rows of other countries, which trade in every month that is published."""
    months = dict.fromkeys(range(1, through + 1), 1.5)
    return [
        row(year, months, code="0003", name="European Union"),
        row(year, months, code=1220, name="Canada"),
        row(year, {1: 0.25}, code=5800, name="Korea, South"),
    ]


COPY: Mapping[int, Mapping[int, float]] = {
    1992: {2: 0.1},
    1993: {11: 2.0},
    1994: {6: 0.2},
    1995: {3: 6.6, 6: 4.2, 9: 0.2, 11: 0.5, 12: 0.1},
    1996: {4: 0.4, 9: 0.1},
    1997: {5: 0.1, 7: 2.0, 9: 0.3, 11: 0.1},
    1998: {3: 4.0, 6: 0.1, 8: 0.3},
    1999: {2: 0.1, 5: 0.3, 7: 1.1, 8: 0.5, 9: 0.5, 10: 0.5, 11: 0.6, 12: 7.7},
    2000: {1: 2.5, 2: 0.1, 8: 0.1},
    2001: {12: 0.5},
    2002: {2: 0.2, 3: 1.9, 4: 1.8, 5: 0.4, 6: 0.5, 7: 8.6, 8: 5.0, 9: 0.7, 10: 3.9, 11: 1.0, 12: 1.1},
    2003: {
        1: 0.019919,
        2: 0.020464,
        4: 1.304332,
        6: 1.868893,
        7: 3.334057,
        8: 1.193263,
        9: 0.03313,
        10: 0.203342,
    },
    2004: {3: 5.532069, 4: 2.34665, 5: 3.099329, 9: 6.882685, 11: 3.135373, 12: 2.754089},
    2005: {1: 1.737572, 2: 0.068855, 9: 2.347347, 10: 1.603274},
    2006: {},
    2007: {9: 1.72816},
    2008: {4: 0.056469, 6: 16.570957, 7: 7.079502, 8: 10.735725, 10: 7.412295, 11: 0.011, 12: 10.285282},
    2009: {1: 0.227975, 2: 0.005, 4: 0.141068, 7: 0.051047, 11: 0.431703},
    2010: {3: 0.280763, 8: 0.017619, 9: 1.073775, 10: 1.48221, 12: 0.012706},
    2011: {3: 0.737926, 4: 1.04, 8: 0.343439, 9: 1.69186, 10: 2.451243, 12: 3.141366},
    2012: {
        1: 4.864279,
        2: 0.048922,
        3: 0.106052,
        4: 1.796901,
        7: 1.531869,
        8: 3.492725,
        10: 0.01,
        12: 0.101472,
    },
    2013: {1: 0.968712, 2: 0.062368, 3: 0.054099, 6: 4.013096, 8: 0.555852, 11: 0.741012, 12: 0.187678},
    2014: {
        2: 1.196866,
        3: 10.052124,
        4: 6.68991,
        5: 0.224571,
        6: 1.640914,
        7: 0.017713,
        8: 0.106765,
        9: 1.979146,
        10: 0.028837,
        11: 2.008196,
        12: 0.083619,
    },
    2015: {
        1: 0.146892,
        2: 0.05581,
        3: 0.00744,
        4: 0.267176,
        5: 2.450424,
        6: 0.063899,
        7: 0.453885,
        8: 0.956092,
        9: 0.086686,
        10: 0.104753,
        12: 0.158664,
    },
    2016: {5: 0.00265, 9: 0.044881, 10: 0.070963},
    2022: {},
    2023: {11: 0.064603, 12: 0.067327},
    2024: {
        2: 0.02251,
        3: 0.003577,
        4: 0.012634,
        5: 0.729317,
        6: 0.749603,
        7: 0.005027,
        8: 0.00308,
        9: 0.002849,
    },
}
"""Exports to North Korea by month, in millions, where there are any: a copy of April 2025 of the workbook at
https://www.census.gov/foreign-trade/balance/country.xlsx has these rows, and none for 2017 to 2021."""


BUREAU: tuple[Row, ...] = (
    *(line for year in (1995, 2008) for line in (*others(year), row(year, COPY[year]))),
    *(line for year in range(2009, 2024) for line in others(year)),
    row(2023, COPY[2023]),
    *others(2024),
    row(2024, COPY[2024]),
    *others(2025, through=3),
    row(2025, {2: 0.5}),
)
"""Rows as the Bureau has them, of a few years; of 2025 three months are published."""


def copied() -> bytes:
    """Return the bytes of a workbook with the rows of that copy, between those of other countries."""
    return workbook(
        [
            line
            for year in range(min(COPY), max(COPY) + 1)
            for line in (*others(year), *([row(year, COPY[year])] if year in COPY else []))
        ]
    )


def workbook(rows: Sequence[Row] = BUREAU, header: Row = HEADER, *, sheet: str = "country") -> bytes:
    """Return the bytes of a workbook with such rows below a header."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    page.append(list(header))
    for line in rows:
        page.append(list(line))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@contextmanager
def bureau(folder: Path) -> Iterator[Mapping[str, str]]:
    """Put the workbook into a folder and on a server, and yield the settings that lead to that server."""
    data = copied()
    (folder / "country.xlsx").write_bytes(data)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield {"AID_BOT_CENSUS_WORKBOOK_URL": f"http://127.0.0.1:{server.server_port}/country.xlsx"}
    finally:
        server.shutdown()
        server.server_close()
