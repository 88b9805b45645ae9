"""The Census Bureau's workbook: what is read, what is refused, and what becomes of the old vintage."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge import census
from knowledge.census import ImportReport, import_workbook, read_workbook
from knowledge.citations import Citation
from knowledge.content import SHIPPED, read_content
from knowledge.datasets import Item
from knowledge.engine import Engine
from knowledge.errors import IngestError
from knowledge.library import Library
from knowledge.periods import parse_period
from knowledge.plaintext import plain_text
from tests.knowledge.workbooks import BUREAU, HEADER, copied, others, row, workbook

DAY = date(2026, 2, 3)


def values(data: bytes) -> dict[str, int]:
    return {str(row_.period): int(row_.values["census"]) for row_ in read_workbook(data).rows}


def taken_in(library: Library, data: bytes, folder: Path, day: date = DAY) -> ImportReport:
    return import_workbook(library, data, folder, day, shipped=SHIPPED, accept_gone=True)


def refusal(data: bytes) -> str:
    with pytest.raises(IngestError) as caught:
        read_workbook(data)
    assert str(caught.value).endswith("Nothing was written.")
    return str(caught.value)


# What is read


def test_millions_become_dollars_by_month_and_by_year() -> None:
    read = values(workbook())
    assert (read["2023-11"], read["2023-12"], read["2023"]) == (64_603, 67_327, 131_930)
    assert (read["2008-06"], read["2008"]) == (16_570_957, 52_151_230)
    assert read["2024-01"] == 0


def test_years_before_2003_are_in_tenths_of_a_million() -> None:
    book = read_workbook(workbook())
    assert book.tenths_until == 2002
    assert values(workbook())["1995-03"] == 6_600_000


def test_finer_amounts_before_2003_are_taken_as_they_are() -> None:
    assert read_workbook(workbook([row(1999, {1: 0.1}), row(2001, {1: 0.123})])).tenths_until == 2000


def test_a_year_without_a_row_between_years_that_are_complete_is_absent() -> None:
    absent = [str(period) for period in read_workbook(workbook()).absent]
    assert absent == [str(year) for year in (*range(1996, 2008), *range(2009, 2023))]


def test_the_year_after_the_last_row_is_absent_once_it_is_complete() -> None:
    complete = [*BUREAU[:-4], *others(2025), *others(2026, through=2)]
    partly = [*BUREAU[:-4], *others(2025, through=11)]
    assert [str(p) for p in read_workbook(workbook(complete)).absent][-1] == "2025"
    assert [str(p) for p in read_workbook(workbook(partly)).absent][-1] == "2022"


def test_months_that_no_country_has_are_not_published_and_have_no_row() -> None:
    book = read_workbook(workbook())
    read = values(workbook())
    assert str(book.through) == "2025-03"
    assert (read["2025-01"], read["2025-02"], read["2025-03"]) == (0, 500_000, 0)
    assert not {"2025-04", "2025-12", "2025"} & read.keys()


def test_with_north_korea_alone_the_zeros_at_the_end_count_as_not_published_and_the_report_says_so() -> None:
    book = read_workbook(workbook([row(2023, {11: 0.1}), row(2024, {5: 0.2})]))
    assert str(book.through) == "2024-05"
    assert "2024" not in {str(r.period) for r in book.rows}
    assert "2024 count as not published" in book.warnings[0]


def test_a_year_that_its_months_do_not_add_up_to_is_pointed_out() -> None:
    wrong = (*row(2023, {11: 0.5})[:-1], 0.75)
    (warning,) = read_workbook(workbook([*others(2023), wrong, *others(2024)])).warnings
    assert "2023 is given as US$750,000, and its months add up to US$500,000" in warning


@pytest.mark.parametrize("code", [5790, 5790.0, "5790", " 5790 "])
def test_the_country_code_is_read_as_a_number_or_as_text(code: object) -> None:
    assert (
        values(workbook([*others(2023), row(2023, {1: 0.5}, code=code), *others(2024)]))["2023-01"] == 500_000
    )


def test_the_columns_may_stand_in_any_order_on_any_sheet_below_a_title() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["U.S. trade"])
    sheet = book.create_sheet("data")
    sheet.append(["Exports and imports"])
    sheet.append([name.lower() for name in reversed(HEADER)])
    for line in [*others(2023), row(2023, {11: 0.064603}), *others(2024)]:
        sheet.append(list(reversed(line)))
    stream = io.BytesIO()
    book.save(stream)
    assert values(stream.getvalue())["2023-11"] == 64_603


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.integers(1, 12), st.integers(0, 10**9), max_size=12))
def test_any_amount_to_the_dollar_comes_through(exports: dict[int, int]) -> None:
    millions = {month: value / 1_000_000 for month, value in exports.items()}
    read = values(workbook([*others(2019), row(2019, millions), *others(2020)]))
    assert {m: read[f"2019-{m:02}"] for m in range(1, 13)} == {m: exports.get(m, 0) for m in range(1, 13)}


# What is refused


def test_a_web_page_is_no_workbook() -> None:
    assert "a web page" in refusal(b"\n<!DOCTYPE html><html><title>Moved</title></html>")


@pytest.mark.parametrize("data", [b"", b"year,CTY_CODE\n", b"PK\x03\x04", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    refusal(data)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_file_that_is_cut_off_is_refused(share: float) -> None:
    data = workbook()
    assert "cut off" in refusal(data[: int(len(data) * share)])


def test_a_damaged_file_is_refused() -> None:
    data = bytearray(workbook())
    at = data.index(b"xl/worksheets/sheet1.xml") + 60
    data[at : at + 40] = bytes(40)
    refusal(bytes(data))


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """Return a workbook with its parts changed one by one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return stream.getvalue()


def test_what_would_unpack_to_a_multiple_of_its_size_is_refused_before_it_is_unpacked() -> None:
    bomb = repacked(workbook(), lambda name, part: part + b" " * 50_000_000 if "sheet1" in name else part)
    assert len(bomb) < 200_000
    assert "times its size" in refusal(bomb)


def test_what_would_unpack_beyond_any_workbook_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census, "MOST_UNPACKED", 1000)
    assert "unpack to" in refusal(workbook())


def test_a_file_beyond_any_workbook_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census, "MOST_BYTES", 100)
    assert "100 is the most" in refusal(workbook())


def test_a_part_that_says_it_is_smaller_than_it_is_is_refused() -> None:
    data = workbook()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    refusal(lying)


def test_entities_that_would_grow_are_refused() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{entities}]>'.encode()

    def grow(name: str, part: bytes) -> bytes:
        if "sheet1" not in name:
            return part
        return doctype + part.replace(
            b"</sheetData>", b'<row r="99"><c r="A99"><v>&a11;</v></c></row></sheetData>'
        )

    assert "cannot be read" in refusal(repacked(workbook(), grow))


def test_a_cell_far_out_costs_nothing() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    assert book.active is not None
    book.active["XFD1048576"] = 1
    stream = io.BytesIO()
    book.save(stream)
    assert values(stream.getvalue())["2023-11"] == 64_603


def test_a_workbook_without_the_columns_names_those_that_are_missing() -> None:
    header = [name for name in HEADER if name not in ("EYR", "EDEC")]
    assert "columns EDEC, EYR" in refusal(workbook([], header))


def test_a_workbook_without_the_row_says_so() -> None:
    assert "none of North Korea (CTY_CODE 5790)" in refusal(workbook(others(2023)))


def test_a_country_of_that_code_with_another_name_is_refused() -> None:
    assert "called “Korea, South”" in refusal(workbook([row(2023, {1: 1}, name="Korea, South")]))


@pytest.mark.parametrize("cell", [None, "", "  "])
@pytest.mark.parametrize("column", ["EMAY", "EYR"])
def test_an_empty_cell_of_a_month_or_year_that_is_published_is_no_zero(cell: object, column: str) -> None:
    line = list(row(2023, {11: 0.5}))
    line[HEADER.index(column)] = cell
    said = refusal(workbook([*others(2023), line, *others(2024)]))
    assert f"for 2023 has nothing in {column}" in said


def test_an_empty_cell_of_a_month_that_is_not_published_is_nothing_at_all() -> None:
    line = list(row(2024, {1: 0.5}))
    line[HEADER.index("EMAY")] = line[HEADER.index("EYR")] = None
    assert str(read_workbook(workbook([*others(2024, through=2), line])).through) == "2024-02"


def test_a_second_row_of_a_year_is_refused() -> None:
    assert "second row of North Korea for 2023" in refusal(workbook([row(2023, {1: 1}), row(2023, {1: 2})]))


@pytest.mark.parametrize("cell", ["many", -1, "1e999", "nan", True, 10**9])
def test_what_is_no_amount_is_refused_with_its_place(cell: object) -> None:
    line = list(row(2023, {}))
    line[HEADER.index("EMAY")] = cell
    assert "Row 2, column EMAY" in refusal(workbook([line]))


WHOLE = workbook([*others(2023), row(2023, {11: 0.5})])
PLACES = st.floats(0, 1, exclude_max=True)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(PLACES, st.integers(0, 255)), max_size=6))
def test_whatever_the_bytes_are_they_are_read_or_refused_in_words(changes: list[tuple[float, int]]) -> None:
    broken = bytearray(WHOLE)
    for place, byte in changes:
        broken[int(place * len(WHOLE))] = byte
    try:
        read_workbook(bytes(broken))
    except IngestError as error:
        assert "Nothing was written." in str(error)


# A new vintage


def test_an_import_becomes_a_vintage_from_which_the_bot_answers(library: Library, tmp_path: Path) -> None:
    report = taken_in(library, workbook(), tmp_path)
    assert (report.source, report.before, report.written) == ("census-2026-02", "census-2025-04", True)
    newer = read_content(local=tmp_path)
    reply = plain_text(Engine(newer).reply("/exports 2025-02"))
    assert "Census Bureau country workbook, vintage of 3 February 2026" in reply
    assert "February 2025: US$500,000 [census-2026-02¶2025-02]" in reply
    assert newer.version != library.version


def test_the_old_vintage_stays_and_its_rows_can_still_be_opened(library: Library, tmp_path: Path) -> None:
    taken_in(library, workbook(), tmp_path)
    newer = read_content(local=tmp_path)
    assert Citation("census-2025-04", "2016") in newer
    assert "US$118,494" in newer.resolve(Citation("census-2025-04", "2016"))[1].text
    assert {f.citations[0].source for f in newer.exports.figures if f.series == "census"} == {
        "census-2026-02"
    }


def test_the_report_says_what_is_new_changed_and_gone(library: Library, tmp_path: Path) -> None:
    revised = [line for line in BUREAU if (line[0], line[1]) != (2023, 5790)]
    revised.append(row(2023, {11: 0.119294, 12: 0.067327}))
    report = taken_in(library, workbook(revised), tmp_path)
    assert "November 2023: US$64,603 → US$119,294" in report.changed
    assert "February 2025: US$500,000" in report.new
    assert "2016: US$118,494 → no recorded trade" in report.changed
    assert any(gone.startswith("1992: US$0.1 million") for gone in report.gone)
    text = str(report)
    assert "23 changed, 37 new, 3 gone against census-2025-04" in text
    assert "Changed: 1996: US$0.5 million → no recorded trade" in text
    assert "census-2025-04 stays" in text
    assert "after /reload" in text


def test_a_workbook_that_lacks_figures_there_are_is_refused_unless_that_is_accepted(
    library: Library, tmp_path: Path
) -> None:
    with pytest.raises(IngestError) as caught:
        import_workbook(library, workbook(), tmp_path, DAY, shipped=SHIPPED)
    assert "The workbook lacks " in str(caught.value)
    assert "Gone: 1992: US$0.1 million" in str(caught.value)
    assert "Nothing was written." in str(caught.value)
    assert "--accept-gone" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_the_old_vintage_can_still_be_asked_for_figures(library: Library, tmp_path: Path) -> None:
    taken_in(library, workbook(), tmp_path)
    engine = Engine(read_content(local=tmp_path))
    asked = engine.reply("/exports 2016 series:census-2025-04")
    assert [str(f.citations[0]) for f in asked.figures[0].figures] == ["census-2025-04¶2016"]
    assert "census-2025-04" in engine.reply("/exports series:other").statements[0].text
    assert [str(c) for c in engine.reply("/exports 1992 series:census").citations] == []


def test_what_is_there_already_is_not_written_again(library: Library, tmp_path: Path) -> None:
    taken_in(library, workbook(), tmp_path)
    again = taken_in(read_content(local=tmp_path), workbook(), tmp_path, date(2026, 5, 1))
    assert not again.written
    assert "there is nothing new" in str(again)
    assert [path.name for path in (tmp_path / "sources").iterdir()] == ["census-2026-02.yaml"]


def test_a_second_vintage_of_a_month_is_named_by_its_day(library: Library, tmp_path: Path) -> None:
    taken_in(library, workbook(), tmp_path)
    more = workbook([*BUREAU[:-1], row(2025, {2: 0.5, 3: 0.1})])
    second = taken_in(read_content(local=tmp_path), more, tmp_path, date(2026, 2, 9))
    assert second.source == "census-2026-02-09"
    assert second.changed == ("March 2025: US$0 (a recorded zero) → US$100,000",)


def test_a_broken_import_changes_nothing(library: Library, tmp_path: Path) -> None:
    with pytest.raises(IngestError):
        taken_in(library, workbook(others(2023)), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_older_copy_takes_no_figures_away(library: Library, tmp_path: Path) -> None:
    older = workbook([*others(2008), row(2008, {4: 0.056469})])
    with pytest.raises(IngestError, match=r"goes to December 2008 only, .* to December 2024: it is an older"):
        taken_in(library, older, tmp_path)
    assert not list(tmp_path.rglob("*.yaml"))


def test_figures_of_a_month_that_is_to_come_are_refused(library: Library, tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="up to April 2026, which is to come"):
        taken_in(library, workbook([*BUREAU, *others(2026, through=4)]), tmp_path)
    assert not list(tmp_path.rglob("*.yaml"))


# Amounts of which only a bound is known


@pytest.fixture(scope="module")
def by_month(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine over every month since 1992."""
    folder = tmp_path_factory.mktemp("by-month")
    taken_in(library, copied(), folder)
    return Engine(read_content(local=folder))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("/exports 1993-01..1993-06", "Sum: less than US$300,000 (computed: 50,000 + 50,000 + 50,000"),
        ("/exports 1993-01 compare:1993-02", "the same as far as the precision goes"),
        (
            "/exports 1993-01 compare:1993-11",
            "from an amount of which only a bound is known there is no change",
        ),
        ("how many months had no exports in 1993", "Recorded zeros: 0 of 12 months with a figure (none)."),
        (
            "how many months had no exports in 1993",
            "Of 11 only less than US$50,000 is known, perhaps nothing",
        ),
        ("which month of 1993 had the lowest exports", "December 1993: less than US$50,000 each."),
        (
            "which month of 1993 had the highest exports",
            "The highest month is November 1993, with US$2.0 mil",
        ),
        ("average exports a month from january 1993 to june 1993", "less than US$50,000 (computed)"),
    ],
)
def test_less_than_50_000_is_neither_zero_nor_an_amount(by_month: Engine, typed: str, says: str) -> None:
    assert says in plain_text(by_month.reply(typed))


def test_a_sum_of_tenths_of_a_million_says_by_how_much_it_may_be_off(by_month: Engine) -> None:
    (receipt,) = by_month.reply("/exports 2001..2003").receipts
    assert receipt.caveat == (
        "Computed from figures in tenths of a million, so it may be off by up to US$100,000; "
        "no source states it."
    )


def test_what_others_report_of_a_year_is_not_said_of_a_month_of_it(by_month: Engine) -> None:
    month = plain_text(by_month.reply("/exports 2016-10"))
    assert "US$70,963" in month
    assert "US$139,334" not in month
    assert "US$139,334 for 2016; the series census has US$118,494" in plain_text(
        by_month.reply("/exports 2016")
    )


# What is written


def test_a_vintage_that_cannot_be_read_with_the_library_is_not_written(
    library: Library, tmp_path: Path
) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "broken.yaml").write_text("id: [", "utf-8")
    with pytest.raises(IngestError, match="was not written"):
        taken_in(library, workbook(), tmp_path)
    assert [path.name for path in (tmp_path / "sources").iterdir()] == ["broken.yaml"]


def test_commodity_lines_become_parts_and_a_sum_that_differs_is_pointed_out(
    library: Library, tmp_path: Path
) -> None:
    november = parse_period("2023-11").period
    items = {november: (Item("300215", "IMMUNOLOGICAL PRODUCTS", Decimal(54_691)),)}
    import_workbook(library, workbook(), tmp_path, DAY, shipped=SHIPPED, items=items, accept_gone=True)
    reply = plain_text(Engine(read_content(local=tmp_path)).reply("/exports 2023-11 series:census"))
    assert "of which US$54,691 “IMMUNOLOGICAL PRODUCTS (300215)”" in reply
    assert "The commodity lines add up to US$54,691; no source explains the difference." in reply


def test_the_vintage_is_a_content_file_that_says_where_it_came_from(library: Library, tmp_path: Path) -> None:
    report = taken_in(library, workbook(), tmp_path)
    content = yaml.safe_load(report.path.read_text("utf-8"))
    assert (content["published"], content["published_basis"]) == (
        DAY,
        "day on which the workbook was imported",
    )
    assert content["read_on"] == DAY
    assert content["url"] == census.OFFICIAL_URL
    assert content["collection"] == "public_record"
