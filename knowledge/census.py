"""The Census Bureau's country workbook: read, compared with the figures there are, and kept as a vintage.

Layout: a row for each country and year, columns year, CTY_CODE, CTYNAME, IJAN … IYR, EJAN … EYR, in millions
of dollars. A country without trade in a year has no row for it, and months that are not published are 0, so
that only the other countries' rows tell up to which month the newest year goes.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import Any

from knowledge.content_writing import write_content
from knowledge.datasets import NO_TRADE, TENTH_OF_A_MILLION, DataRow, Item
from knowledge.errors import IngestError
from knowledge.exports import Absence, Figure, runs
from knowledge.library import Library
from knowledge.periods import Period, Precision
from knowledge.wording import figure_in_words, quantity

OFFICIAL_URL = "https://www.census.gov/foreign-trade/balance/country.xlsx"
COUNTRY, NAME = "5790", "Korea, North"
SERIES = "census"

MOST_BYTES, MOST_UNPACKED, MOST_RATIO, MOST_PARTS = 20_000_000, 100_000_000, 100, 500
"""A workbook beyond these is refused before it is read; the Bureau's own has a few megabytes."""

MOST_ROWS, MOST_COLUMNS = 50_000, 100

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_VALUES = (*(f"E{month}" for month in _MONTHS), "EYR")
_COLUMNS = ("YEAR", "CTY_CODE", "CTYNAME", *_VALUES)
_HEADER_WITHIN = 20
_LAST_IN_TENTHS = 2002
_TOLERANCE = {True: Decimal(650_000), False: Decimal(12)}
"""By how much a year may differ from its months through rounding: in tenths of a million, or not."""

_CHUNK = 1 << 20
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Workbook:
    """What a workbook has on exports to North Korea.

    `rows` are months and whole years, `absent` the years without a row, `through` the last month that is
    published, `warnings` what a reader of the import should know.
    """

    rows: tuple[DataRow, ...]
    absent: tuple[Period, ...]
    through: Period
    tenths_until: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: what is new, changed or gone against the vintage `before`."""

    source: str
    before: str
    path: Path
    written: bool
    through: Period
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return a few lines for the terminal."""
        counts = f"{len(self.changed)} changed, {len(self.new)} new, {len(self.gone)} gone"
        against = f" against {self.before}" if self.before else ""
        lines = [f"{self.source}: exports up to {self.through.label()}; {counts}{against}."]
        for name, rows in (("Changed", self.changed), ("New", self.new), ("Gone", self.gone)):
            lines += [f"  {name}: {row}" for row in rows[:_SHOWN]]
            lines += [f"  … and {len(rows) - _SHOWN} more"] * (len(rows) > _SHOWN)
        lines += [f"  Note: {warning}" for warning in self.warnings]
        if not self.written:
            return "\n".join((*lines, "Nothing was written: there is nothing new."))
        lines.append(f"Written to {self.path}. A running bot answers from it after /reload, or SIGHUP.")
        if self.before:
            lines.append(f"{self.before} stays: /exports series:{self.before} shows it.")
        return "\n".join(lines)


# --- reading ----------------------------------------------------------------------------------------------


def read_workbook(data: bytes) -> Workbook:
    """Read the rows of North Korea from a workbook.

    Raises `IngestError`, which says what is wrong, for what is no whole workbook of that layout.
    """
    _check_archive(data)
    try:
        return _read(*_table(_sheets(data)))
    except IngestError:
        raise
    except Exception as error:  # there is no end to what a foreign file can do to its reader
        raise IngestError(
            f"This Excel workbook cannot be read ({type(error).__name__}: {str(error)[:200]}). {_KEPT}"
        ) from None


def _read(header: Mapping[str, int], rows: Iterator[tuple[int, Sequence[Any]]]) -> Workbook:
    """Pick out North Korea's rows, and from the others the months that are published."""
    found: dict[int, dict[str, Decimal | None]] = {}
    newest: dict[int, set[str]] = {}
    countries = 0
    for number, row in rows:
        year, code = _whole(row[header["YEAR"]]), _code(row[header["CTY_CODE"]])
        if year is None or not code:
            continue
        if code == COUNTRY:
            if year in found:
                raise IngestError(f"Row {number}: there is a second row of North Korea for {year}. {_KEPT}")
            _check_name(str(row[header["CTYNAME"]]), number)
            found[year] = {name: _dollars(row[header[name]], name, number) for name in _VALUES}
        else:
            countries += 1
            traded = (month for month in _MONTHS if row[header[f"E{month}"]] not in (0, "", None))
            newest.setdefault(year, set()).update(traded)
    if not found:
        raise IngestError(
            f"The workbook has {countries} rows, but none of North Korea (CTY_CODE {COUNTRY}). {_KEPT}"
        )
    return _of(found, newest)


_KEPT = "Nothing was written."


def _check_archive(data: bytes) -> None:
    """Refuse what is no archive, a broken one or, before it is unpacked, one that unpacks too large."""
    if len(data) > MOST_BYTES:
        raise IngestError(f"The file has {len(data):,} bytes; {MOST_BYTES:,} is the most. {_KEPT}")
    if data.lstrip()[:1] == b"<":
        raise IngestError(f"This is a web page, not an Excel workbook (.xlsx). {_KEPT}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            packed = sum(part.compress_size for part in parts)
            if len(parts) > MOST_PARTS or size > MOST_UNPACKED or size > MOST_RATIO * max(1, packed):
                times = size // max(1, packed)
                raise IngestError(
                    f"The file would unpack to {size:,} bytes in {len(parts)} parts, {times} times its size. "
                    f"A workbook of the Bureau does not, so it was not unpacked. {_KEPT}"
                )
            for part in parts:
                with archive.open(part) as stream:
                    while stream.read(_CHUNK):
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError) as error:
        raise IngestError(
            f"This is no whole Excel workbook (.xlsx): it is damaged, cut off or locked ({error}). {_KEPT}"
        ) from None


_Rows = Iterator[tuple[Any, ...]]


def _sheets(data: bytes) -> Iterator[_Rows]:
    """Yield the rows of each sheet, no further than a workbook of the Bureau goes."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a file says of its own size need not be so
        yield sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)


def _table(sheets: Iterator[_Rows]) -> tuple[Mapping[str, int], Iterator[tuple[int, Sequence[Any]]]]:
    """Return where the columns are in the first sheet with all of them, and its rows with their numbers."""
    nearest: list[str] = list(_COLUMNS)
    for sheet in sheets:
        rows = enumerate(sheet, 1)
        for _, row in islice(rows, _HEADER_WITHIN):
            names = {str(cell).strip().upper(): position for position, cell in enumerate(row)}
            missing = [name for name in _COLUMNS if name not in names]
            if not missing:
                return names, ((at, (*cells, *(None,) * len(names))) for at, cells in rows)
            nearest = min(nearest, missing, key=len)
    raise IngestError(f"The workbook has no sheet with the columns {', '.join(nearest)}. {_KEPT}")


def _check_name(name: str, number: int) -> None:
    if "korea, north" not in name.lower():
        raise IngestError(f"Row {number}: country {COUNTRY} is called “{name[:50]}”, not “{NAME}”. {_KEPT}")


def _whole(cell: Any) -> int | None:
    with suppress(ValueError, TypeError, OverflowError):
        number = float(cell)
        return int(number) if number == int(number) else None
    return None


def _code(cell: Any) -> str:
    number = _whole(cell)
    return "" if number is None else f"{number:04}"


def _dollars(cell: Any, column: str, number: int) -> Decimal | None:
    """Return an amount in millions as dollars, to the dollar; None of an empty cell, which is no zero."""
    if cell is None or not str(cell).strip():
        return None
    value = Decimal("NaN")
    with suppress(InvalidOperation):
        value = Decimal(str(cell).strip())
    if not (value.is_finite() and 0 <= value < 10_000_000):
        raise IngestError(f"Row {number}, column {column}: “{str(cell)[:50]}” is no amount. {_KEPT}")
    return (value * 1_000_000).quantize(Decimal(1), ROUND_HALF_EVEN)


def _published(row: Mapping[str, Decimal | None], year: int, columns: Sequence[str]) -> list[Decimal]:
    """Return the amounts of some columns; raises `IngestError` if one of them is empty."""
    empty = [column for column in columns if row[column] is None]
    if empty:
        raise IngestError(
            f"The row of North Korea for {year} has nothing in {', '.join(empty)}, which is published for "
            f"other countries; that is no zero. {_KEPT}"
        )
    return [value for column in columns if (value := row[column]) is not None]


def _of(found: Mapping[int, Mapping[str, Decimal | None]], others: Mapping[int, set[str]]) -> Workbook:
    """Make rows of what was found, leaving out what is not published yet."""
    last = max((*found, *others))
    months = others.get(last) or {m for m in _MONTHS if last in found and found[last][f"E{m}"]}
    through = max((_MONTHS.index(month) + 1 for month in months), default=0)
    warnings = []
    if not others:
        warnings.append(f"with North Korea's rows alone, zeros at the end of {last} count as not published.")
    finer = [year for year, row in found.items() if any(v and v % TENTH_OF_A_MILLION for v in row.values())]
    tenths_until = min((*finer, _LAST_IN_TENTHS + 1)) - 1
    rows = []
    for year, row in sorted(found.items()):
        count = through if year == last else 12
        values = _published(row, year, _VALUES[:count])
        for number, value in enumerate(values, 1):
            rows.append(DataRow(Period.unit(Precision.MONTH, year, number), {SERIES: value}))
        if count == 12:
            (whole,) = _published(row, year, ("EYR",))
            rows.append(DataRow(Period.unit(Precision.YEAR, year), {SERIES: whole}))
            if abs(whole - sum(values, Decimal(0))) > _TOLERANCE[year <= tenths_until]:
                said = quantity(whole, "USD")
                added = quantity(sum(values, Decimal(0)), "USD")
                warnings.append(f"{year} is given as {said}, and its months add up to {added}.")
    complete = last if through == 12 else last - 1
    newest = (last, through) if through else (complete, 12)
    absent = [y for y in range(min(found), (complete if others else max(found)) + 1) if y not in found]
    return Workbook(
        tuple(rows),
        tuple(Period.unit(Precision.YEAR, year) for year in absent),
        Period.unit(Precision.MONTH, *newest),
        tenths_until,
        tuple(warnings),
    )


# --- importing --------------------------------------------------------------------------------------------


def import_workbook(  # noqa: PLR0913  (what it is about, and where it came from)
    library: Library,
    data: bytes,
    data_dir: Path,
    day: date,
    /,
    *,
    shipped: Path,
    basis: str = "day on which the workbook was imported",
    url: str = OFFICIAL_URL,
    items: Mapping[Period, Sequence[Item]] | None = None,
    accept_gone: bool = False,
) -> ImportReport:
    """Keep what a workbook has as a new vintage beside those there are, and say what changed.

    `day` is the date of reading, `items` are commodity lines by month. A workbook that has what the newest
    vintage has is not written again. Raises `IngestError`, having written nothing, if it cannot be read
    or, unless `accept_gone`, if figures that the newest vintage has would be gone.
    """
    book = read_workbook(data)
    _check_age(library, book, day)
    content = _content(book, day, basis, url, items or {})
    before = next((one.source for one in library.exports.series if one.id == SERIES), "")
    new, changed, gone, lost = _compared(library, content)
    if lost and not accept_gone:
        raise IngestError(_would_be_gone(lost, before))
    is_new = bool(new or changed or gone)
    content["id"] = _free_id(library, day) if is_new else before
    path = data_dir / "sources" / f"{content['id']}.yaml"
    written = is_new and write_content(path, content, data_dir, shipped)
    return ImportReport(content["id"], before, path, written, book.through, new, changed, gone, book.warnings)


def _check_age(library: Library, book: Workbook, day: date) -> None:
    """Refuse a workbook that ends before the newest vintage does, or after the day on which it is read."""
    through = book.through
    held = [figure.period for figure in library.exports.figures if figure.series == SERIES]
    if held and through.last < max(period.last for period in held):
        newest = max(held, key=lambda period: (period.last, period.first))
        raise IngestError(
            f"The workbook goes to {through.label()} only, the figures there are to {newest.label()}: "
            f"it is an older copy. {_KEPT}"
        )
    if through.first > day:
        raise IngestError(f"The workbook has figures up to {through.label()}, which is to come. {_KEPT}")


def _would_be_gone(lost: Sequence[str], before: str) -> str:
    """Say which figures a workbook lacks, and how to take it in all the same."""
    more = f"\n  … and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
    rows = "".join(f"\n  Gone: {row}" for row in lost[:_SHOWN])
    return (
        f"The workbook lacks {len(lost)} months or years for which {before} has a figure:{rows}{more}\n"
        f"{_KEPT} If that is as it should be, repeat it with --accept-gone; {before} can then still be "
        f"asked: /exports series:{before}."
    )


def _free_id(library: Library, day: date) -> str:
    """Return the id of a vintage of that day: by month, or by day if the month has one already."""
    for id_ in (f"{SERIES}-{day:%Y-%m}", f"{SERIES}-{day:%Y-%m-%d}"):
        if id_ not in library.sources:
            return id_
    raise IngestError(f"There is a vintage of {day:%Y-%m-%d} already, with other figures. {_KEPT}")


def _content(
    book: Workbook, day: date, basis: str, url: str, items: Mapping[Period, Sequence[Item]]
) -> dict[str, Any]:
    """Return the vintage as the content file that will hold it."""
    years = [row.period for row in book.rows]
    named = f"{day.day} {day:%B %Y}"
    return {
        "id": "",
        "title": "Census Bureau country workbook: U.S. exports of goods to North Korea",
        "title_is_label": True,
        "publisher": "U.S. Census Bureau",
        "published": day,
        "published_basis": basis,
        "read_on": day,
        "url": url,
        "kind": "dataset",
        "collection": "public_record",
        "quality": "official",
        "subject": "U.S. exports of goods to North Korea",
        "scope": f"in the Census Bureau's country workbook as of {named}",
        "tenths_until": book.tenths_until,
        "absent": [period.key() for period in book.absent],
        "columns": [
            {
                "id": SERIES,
                "table": "exports",
                "name": f"Census Bureau country workbook, vintage of {named}",
                "coverage": f"{min(years).first:%Y-%m}..{book.through.key()}",
                "description": "U.S. exports of goods to North Korea, Census basis, not seasonally adjusted.",
            }
        ],
        "passages": [{"ref": "about", "note": _about(book, named, bool(items))}],
        "rows": [_row(row, items.get(row.period, ())) for row in book.rows],
    }


def _about(book: Workbook, named: str, with_items: bool) -> str:
    absent = ", ".join(period.label() for period in runs(book.absent))
    no_rows = f" No row for {absent}: {NO_TRADE}, which is neither a zero nor unknown." if absent else ""
    lines = " The commodity lines come from the Bureau's data interface." if with_items else ""
    return (
        f"The Census Bureau's workbook of U.S. trade in goods, read on {named}: exports to North Korea "
        f"(country code {COUNTRY}) by month and year up to {book.through.label()}, in millions of dollars, "
        f"here converted to dollars. Up to {book.tenths_until} amounts are given in tenths of a million: "
        f"a 0 there means less than US$50,000.{no_rows}{lines}"
    )


def _row(row: DataRow, items: Sequence[Item]) -> dict[str, Any]:
    content: dict[str, Any] = {
        "period": row.period.key(),
        "values": {name: int(value) for name, value in row.values.items()},
    }
    if items:
        content["items"] = [{"code": i.code, "name": i.name, "value": int(i.value)} for i in items]
        added = sum((item.value for item in items), Decimal(0))
        if added != row.values[SERIES]:
            said = f"The commodity lines add up to {quantity(added, 'USD')}"
            content["note"] = f"{said}; no source explains the difference."
    return content


def _compared(library: Library, content: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Say what is new, changed and gone against the newest vintage, and which figures are lost either way."""
    from pydantic import TypeAdapter

    from knowledge.datasets import Dataset

    dataset = TypeAdapter(Dataset).validate_python({**content, "id": SERIES})
    column = dataset.columns[0]
    found: tuple[Figure | Absence, ...] = (*dataset.figures(column), *dataset.absences(column))
    held: tuple[Figure | Absence, ...] = (*library.exports.figures, *library.exports.absences)
    now = {row.period: row for row in found}
    before = {row.period: row for row in held if row.series == SERIES}
    new = [f"{p.label()}: {_said(now[p])}" for p in sorted(now.keys() - before.keys())]
    gone = [f"{p.label()}: {_said(before[p])}" for p in sorted(before.keys() - now.keys())]
    changed = [
        f"{p.label()}: {_said(before[p])} → {_said(now[p])}"
        for p in sorted(now.keys() & before.keys())
        if _said(before[p]) != _said(now[p])
    ]
    lost = [
        f"{period.label()}: {_said(row)}"
        for period, row in sorted(before.items())
        if isinstance(row, Figure) and not isinstance(now.get(period), Figure)
    ]
    return tuple(new), tuple(changed), tuple(gone), tuple(lost)


def _said(row: Figure | Absence) -> str:
    if isinstance(row, Absence):
        return row.meaning
    lines = f", {len(row.parts)} commodity lines" if row.parts else ""
    return f"{figure_in_words(row)}{lines}"
