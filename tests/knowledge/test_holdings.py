"""Coverage: what the library says it holds is what is in it."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pandas
import pytest

from knowledge.answers import Answer, Kind, Status
from knowledge.downloads import Format, download
from knowledge.engine import Engine
from knowledge.holdings import holdings, in_brief, series_holdings
from knowledge.library import Library
from knowledge.plaintext import plain_text
from knowledge.sources import PUBLIC_RECORD
from tests.knowledge.small_content import EMPTY_TABLES, ContentFolder
from tests.knowledge.test_census import taken_in
from tests.knowledge.workbooks import workbook


def coverage(engine: Engine) -> tuple[Answer, str]:
    answer = engine.reply("/coverage")
    assert (answer.kind, answer.status) == (Kind.SOURCES, Status.ANSWERED)
    return answer, plain_text(answer)


def test_it_says_of_each_collection_what_there_is(folder: ContentFolder) -> None:
    _, text = coverage(Engine(folder.read()))
    assert (
        """core: the founding documents, The Paper (2001)
    1 source: article (1), published 3 February 2001
    1 event, January 2001
    2 people and organizations, 1 FAQ entry, 1 known unknown
    Last checked: no date recorded"""
        in text
    )
    assert (
        """public_record: the wider public record
    1 source: dataset (1), published 31 January 2002
    1 event, 31 January 2002
    0 people and organizations, 1 FAQ entry, 0 known unknowns"""
        in text
    )


def test_it_says_of_each_series_its_rows_unit_precision_and_vintage(folder: ContentFolder) -> None:
    _, text = coverage(Engine(folder.read()))
    assert (
        """exports, paper: As The Paper has it
    2 months, January 2001 to March 2001; USD; 1 rounded, 1 reported zero
    Vintage: paper-2001, The Paper, 3 February 2001, revision 1 (printed). Last checked: no date recorded."""
        in text
    )


def test_it_names_the_version_of_the_library(engine: Engine, library: Library) -> None:
    answer, text = coverage(engine)
    assert answer.version == library.version
    assert text.startswith(f"What the library holds (version {library.version})")


def test_every_row_is_counted_once(library: Library) -> None:
    held = holdings(library)
    assert sum(len(one.sources) for one in held) == len(library.sources)
    assert sum(len(one.events) for one in held) == len(library.timeline.events)
    assert sum(one.people for one in held) == len(library.people)
    assert sum(one.unknowns for one in held) == len(library.unknowns)
    editorial = sum(entry.editorial for entry in library.faq)
    assert sum(one.entries for one in held) + editorial == len(library.faq)
    figures = [figure for one in series_holdings(library) for figure in one.figures]
    assert len(figures) == len(library.exports.figures) + len(library.assistance.figures)


def test_what_a_collection_holds_is_what_goes_with_it(library: Library) -> None:
    (founding, _) = holdings(library)
    alone = library.only(["core"])
    assert len(founding.events) == len(alone.timeline.events)
    assert founding.people == len(alone.people)


def test_when_a_source_was_last_read_is_said_where_that_is_recorded(folder: ContentFolder) -> None:
    folder.change("sources/table-2002.yaml", "kind: dataset", "kind: dataset\nread_on: 2026-11-20")
    answer, text = coverage(Engine(folder.read()))
    record = next(one for one in answer.holdings if one.collection == PUBLIC_RECORD)
    assert [source.read_on for source in record.read] == [date(2026, 11, 20)]
    assert "Last checked: 20 November 2026" in text
    assert "exports, bureau" in text
    assert "(stated in the table). Last checked: 20 November 2026." in text


def test_an_imported_workbook_has_the_day_of_its_import(library: Library, tmp_path: Path) -> None:
    from knowledge.content import read_content

    taken_in(library, workbook(), tmp_path)
    answer = Engine(read_content(local=tmp_path)).reply("/coverage")
    (census,) = (one for one in answer.series if one.series.id == "census")
    assert census.source
    assert census.source.read_on == census.source.published


def test_an_empty_library_says_that_it_is_empty(library: Library) -> None:
    assert "The library is empty" in plain_text(Engine(library.only([])).reply("/coverage"))


def test_it_opens_as_a_table_with_a_row_for_each_collection_and_series(engine: Engine) -> None:
    answer, _ = coverage(engine)
    data = download(answer, Format.CSV, engine.library.sources).data
    table = pandas.read_csv(io.BytesIO(data), encoding="utf-8-sig", parse_dates=["first_day", "last_day"])
    assert table["row"].tolist() == [
        *["collection"] * len(answer.holdings),
        *(f"{one.table} series" for one in answer.series),
    ]
    assert table["sources"].sum() == len(engine.library.sources)
    assert pandas.api.types.is_numeric_dtype(table["figures"])
    assert pandas.api.types.is_datetime64_any_dtype(table["first_day"])
    assert table["figures"].sum() == sum(len(one.figures) for one in answer.series)


# The line below a refusal

SOURCES, EVENTS = "{} sources", "events 1994 to 2024"
EXPORTS, ASSISTANCE = "export figures 1992 to 2024", "assistance FY1996 to FY2025"
REFUSED = {
    "who won the world cup in 1998": (SOURCES, EVENTS, EXPORTS, ASSISTANCE),
    "/exports 1980": (SOURCES, EVENTS, ASSISTANCE),
    "/assistance 1980": (SOURCES, EVENTS, EXPORTS),
    "/timeline 1980": (SOURCES, EXPORTS, ASSISTANCE),
}
"""What cannot be answered, and what the line below the refusal says: nothing that the refusal says itself."""


@pytest.mark.parametrize("typed", REFUSED)
def test_a_refusal_says_in_one_line_what_the_library_holds_and_nothing_twice(
    engine: Engine, typed: str
) -> None:
    answer = engine.reply(typed)
    assert answer.status is Status.REFUSED
    said = ", ".join(REFUSED[typed]).format(len(engine.library.sources))
    assert plain_text(answer).endswith(f"\n\nThe library holds {said}: see /coverage.")


@pytest.mark.parametrize(
    "typed", ["hello", "/corrections 2090", "/who Xyzzy Qwfp", "/faq search quuxly", *REFUSED]
)
def test_every_refusal_does(engine: Engine, typed: str) -> None:
    answer = engine.reply(typed)
    assert answer.status is Status.REFUSED
    assert plain_text(answer).count("/coverage") == 1


def test_neither_an_answer_nor_an_error_does(engine: Engine) -> None:
    assert not engine.reply("who is Jung Pak").held
    assert not engine.reply("/exports banana").held


def test_it_names_only_what_there_is(folder: ContentFolder) -> None:
    for name in ("timeline", "disputes", "exports"):
        folder.write(f"{name}.yaml", EMPTY_TABLES[f"{name}.yaml"])
    assert in_brief(folder.read()) == "The library holds 2 sources: see /coverage."
    assert (
        in_brief(folder.read().only([]))
        == "The library is empty: no collection with a source is switched on."
    )
