"""Workbooks in the layout of the Census Bureau's country file, made for the tests."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
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


BUREAU: tuple[Row, ...] = (
    *others(1995),
    row(1995, {3: 6.6, 6: 4.2, 9: 0.2, 11: 0.5, 12: 0.1}),
    *others(2008),
    row(2008, {4: 0.056469, 6: 16.570957, 7: 7.079502, 8: 10.735725, 10: 7.412295, 11: 0.011, 12: 10.285282}),
    *(line for year in range(2009, 2024) for line in others(year)),
    row(2023, {11: 0.064603, 12: 0.067327}),
    *others(2024),
    row(
        2024,
        {
            2: 0.02251,
            3: 0.003577,
            4: 0.012634,
            5: 0.729317,
            6: 0.749603,
            7: 0.005027,
            8: 0.00308,
            9: 0.002849,
        },
    ),
    *others(2025, through=3),
    row(2025, {2: 0.5}),
)
"""Rows as the Bureau has them, of a few years; of 2025 three months are published."""


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
