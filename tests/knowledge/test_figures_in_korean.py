"""Figures in Korean: the same value, qualifier, unit and source, and what programs read in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answers import Answer
from knowledge.charts import LONGEST_ALT, Chart, chart_of
from knowledge.citations import Citation
from knowledge.downloads import Format, download, formats, written_in
from knowledge.engine import Engine
from knowledge.exports import Figure, Part, Receipt, total
from knowledge.languages import speaking
from knowledge.library import Library
from knowledge.periods import Period, Precision
from knowledge.plaintext import plain_text
from knowledge.wording import (
    computed_in_words,
    figure_date_in_words,
    figure_in_words,
    part_in_words,
    quantity,
    receipt_in_words,
    series_in_words,
)
from tests.handlers.languages import left_in_english
from tests.knowledge.small_content import ContentFolder
from tests.knowledge.test_datasets import FILE, TABLE

CITED = (Citation("fp-2019", "1"),)
QUALIFIERS = {
    "as stated": "",
    "exactly": "",
    "about": "약",
    "around": "안팎",
    "more than": "초과",
    "up to": "최대",
    "less than": "미만",
    "to the nearest 100,000": "10만 단위로 반올림",
}
_TIMES = {"만": 10**4, "억": 10**8, "": 1}
_NUMBER = re.compile(r"(−?)(?:US\$)?(\d[\d,]*(?:\.\d+)?)(만|억|)")

TYPED = (
    "/exports 2023-11..2024-03",
    "/exports 2016..2020",
    "/exports 1998",
    "/exports 2008 compare:2009",
    "/exports 2023 compare:2024",
    "/exports 2001 compare:2002",
    "/exports 2035",
    "/exports since 2035",
    "/exports 2024-03-05",
    "/assistance FY2008",
    "/assistance 1996..2008",
    "/assistance since 2009",
    "/assistance FY2008 compare:FY2009",
    "/assistance FY2008 series:food-pledges",
    "/assistance 1950",
    "what was the highest month",
    "which month had the lowest exports",
    "how many months had no exports",
    "what is the average per month",
    "total exports from November 2023 to March 2024",
    "what share of exports from November 2023 to March 2024 was in December 2023",
    "how much did exports fall in 2009",
    "how much more was exported in November than in March",
    "exports under Obama",
    "was there food aid in 2008",
    "average US assistance 2001 to 2008",
    "which fiscal year had the highest obligations",
    "was US$5,000,000 exported in November 2023",
)


def amounts(said: str) -> list[Decimal]:
    """Return the numbers in a text, each as what it is worth: 270만 is 2,700,000."""
    return [
        Decimal(digits.replace(",", "")) * _TIMES[times] * (-1 if sign else 1)
        for sign, digits, times in _NUMBER.findall(said)
    ]


def every_figure(library: Library) -> list[Figure]:
    tables = [t for table in (library.exports, library.assistance) for t in (table, *table.older)]
    return [figure for table in tables for figure in (*table.figures, *table.totals)]


def said_of(answer: Answer) -> Iterator[str]:
    """Yield what a reply says itself, and nothing that the library holds."""
    yield from (answer.title, answer.hint, *answer.notes)
    yield from (statement.text for statement in answer.statements)
    for receipt in answer.receipts:
        yield from (receipt.label, receipt.caveat, *receipt.missing)
    for block in answer.figures:
        for figure in (*block.figures, *block.totals):
            yield figure_in_words(figure)
            yield figure_date_in_words(figure)


def held_of(engine: Engine) -> list[str]:
    """Return the names in a library, which stay as they are; the longest first."""
    tables = (engine.library.exports, engine.library.assistance)
    names = {name for table in tables for one in table.series for name in (one.name, one.id)}
    names |= {figure.inferred_from for figure in every_figure(engine.library)}
    return sorted(filter(None, names), key=len, reverse=True)


def test_every_figure_of_the_library_keeps_its_value_qualifier_and_unit(library: Library) -> None:
    figures = every_figure(library)
    assert len(figures) > 100
    for figure in figures:
        with speaking("ko"):
            said = figure_in_words(figure)
        if figure.precision == "reported zero":
            assert said == "보낸 것 없음(0으로 보고됨)"
            continue
        assert amounts(said)[0] == figure.value, said
        assert QUALIFIERS[figure.qualifier] in said, said
        assert ("US$" if figure.unit == "USD" else figure.unit) in said, said
        assert ("0으로 기록됨" in said) is (figure.precision == "recorded zero")


def test_every_category_of_a_figure_keeps_its_amount_and_its_name(library: Library) -> None:
    parts = [part for figure in every_figure(library) for part in figure.parts]
    assert parts
    for part in parts:
        with speaking("ko"):
            said = part_in_words(part)
        assert amounts(said)[0] == (part.share if part.value is None else part.value)
        assert QUALIFIERS[part.qualifier] in said
        assert f"“{part.category}”" in said
        assert ("%" if part.value is None else "US$") in said


@given(
    value=st.decimals(min_value=-(10**12), max_value=10**12, places=2),
    unit=st.sampled_from(["USD", "metric tons", "percent"]),
)
def test_a_quantity_has_the_same_value_in_korean(value: Decimal, unit: str) -> None:
    with speaking("ko"):
        said = quantity(value, unit)
    assert amounts(said) == [value]
    assert {"USD": "US$", "percent": "%"}.get(unit, unit) in said


@given(tenths=st.integers(0, 20_000), qualifier=st.sampled_from(sorted(QUALIFIERS)))
def test_what_is_known_to_tenths_of_a_million_loses_nothing(tenths: int, qualifier: str) -> None:
    value = Decimal(tenths * 100_000)
    figure = Figure("s", Period.unit(Precision.YEAR, 1998), value, "USD", qualifier, CITED)  # type: ignore[arg-type]
    with speaking("ko"):
        said = figure_in_words(figure)
    assert amounts(said)[0] == value
    assert QUALIFIERS[qualifier] in said


@pytest.mark.parametrize(
    ("value", "qualifier", "words"),
    [
        ("120000", "as stated", "US$120,000"),
        ("94.50", "as stated", "US$94.50"),
        ("68000", "about", "약 US$68,000"),
        ("26000", "around", "US$26,000 안팎"),
        ("200000", "more than", "US$200,000 초과"),
        ("50000", "less than", "US$50,000 미만"),
        ("2700000", "to the nearest 100,000", "US$270만(10만 단위로 반올림)"),
        ("123400000", "to the nearest 100,000", "US$1.234억(10만 단위로 반올림)"),
        ("-5000", "exactly", "−US$5,000"),
    ],
)
def test_amounts_are_written_as_in_korean(value: str, qualifier: str, words: str) -> None:
    period = Period.unit(Precision.YEAR, 1998)
    figure = Figure("s", period, Decimal(value), "USD", qualifier, CITED, precision="exact")  # type: ignore[arg-type]
    with speaking("ko"):
        assert figure_in_words(figure) == words


def test_a_share_is_written_as_in_korean() -> None:
    with speaking("ko"):
        said = part_in_words(Part("rice", "percent", "as stated", CITED, share=Decimal("45.8")))
    assert said == "45.8% “rice”"


def in_both(engine: Engine, typed: str) -> tuple[Answer, Answer]:
    english = engine.reply(typed)
    with speaking("ko"):
        return english, engine.reply(typed)


@pytest.mark.parametrize("typed", TYPED)
def test_a_reply_in_korean_has_the_same_figures_and_citations(engine: Engine, typed: str) -> None:
    english, korean = in_both(engine, typed)
    assert (korean.kind, korean.status) == (english.kind, english.status)
    assert korean.figures == english.figures
    assert korean.citations == english.citations
    assert korean.choices == english.choices
    assert korean.question == english.question


@pytest.mark.parametrize("typed", TYPED)
def test_receipts_in_korean_compute_the_same_from_the_same(engine: Engine, typed: str) -> None:
    english, korean = in_both(engine, typed)
    assert [exact(receipt) for receipt in korean.receipts] == [exact(one) for one in english.receipts]
    with speaking("ko"):
        for receipt in korean.receipts:
            hedge = QUALIFIERS[receipt.hedge] if receipt.hedge else ""
            said = computed_in_words(receipt)
            assert hedge in said
            assert amounts(said.replace("+", ""))[0] == receipt.value or receipt.is_in_tenths
            assert receipt.formula in receipt_in_words(receipt)


def exact(receipt: Receipt) -> tuple[object, ...]:
    """Return all of a receipt but the words."""
    about = (receipt.value, receipt.unit, receipt.formula, receipt.rows, receipt.approximate)
    return (*about, receipt.rounding, len(receipt.missing), receipt.is_bound, receipt.is_change)


@pytest.mark.parametrize("typed", TYPED)
def test_a_reply_in_korean_leaves_no_english_sentence_of_ours(engine: Engine, typed: str) -> None:
    with speaking("ko"):
        said = list(said_of(engine.reply(typed)))
    held = held_of(engine)
    assert not list(chain.from_iterable(left_in_english(text, *held) for text in said))


def test_what_a_series_holds_is_said_in_korean(engine: Engine) -> None:
    with speaking("ko"):
        rows = [series_in_words(held)[0] for held in engine.coverage().series]
    assert rows[1] == (
        "연도 28개, 1992년~2024년; 14개월, 2023년 11월~2024년 12월; USD; "
        "정확한 값 25건, 10만 단위로 반올림 11건, 0으로 기록됨 6건; 행이 없는 해 5개(기록된 무역 없음)"
    )


def test_a_sum_of_bounds_is_one_in_korean_too() -> None:
    years = (Period.unit(Precision.YEAR, year) for year in (1998, 1999))
    rows = [Figure("s", year, Decimal(50_000), "USD", "less than", CITED) for year in years]
    with speaking("ko"):
        assert computed_in_words(total(rows)) == "US$100,000 미만"


def test_a_dataset_is_read_in_english_whoever_has_it_read(folder: ContentFolder) -> None:
    folder.write(FILE, TABLE)
    english = folder.read()
    with speaking("ko"):
        korean = folder.read()
    assert korean.sources == english.sources
    assert korean.version == english.version


# --- files ------------------------------------------------------------------------------------------------

FILES = ("/exports 2023-11..2024-03", "/exports 2001..2003", "/timeline 2018-12", "/assistance FY2008")


@pytest.mark.parametrize("typed", FILES)
def test_what_programs_read_is_the_same_for_every_reader(engine: Engine, typed: str) -> None:
    sources, english = engine.library.sources, engine.reply(typed)
    for format_ in (Format.CSV, Format.ICS, Format.BIBTEX, Format.CSL):
        if format_ not in formats(english):
            continue
        with speaking("ko"):
            assert written_in(format_) == "en"
            made = download(english, format_, sources)
        assert made == download(english, format_, sources)


def test_what_people_read_is_in_their_language(engine: Engine) -> None:
    with speaking("ko"):
        answer = engine.reply("/exports 2023-11..2024-03")
        texts = {f: download(answer, f, engine.library.sources).data.decode() for f in formats(answer)}
        assert plain_text(answer) in texts[Format.TEXT]
    receipt, bibliography = texts[Format.RECEIPT], texts[Format.BIBLIOGRAPHY]
    assert "계산식: 120,000 + 68,000 + 0 + 26,000 + 3,500 = 217,500" in receipt
    assert "- 2023년 12월(“In December”에서 추정): 약 US$68,000 (reported, 반올림된 값, 약)" in receipt
    assert not left_in_english(bibliography.splitlines()[-2])
    assert "질문: /exports 2023-11..2024-03\n자료집 버전: " in bibliography


# --- charts -----------------------------------------------------------------------------------------------


def chart(engine: Engine, typed: str) -> Chart:
    found = chart_of(engine.reply(typed), engine.library.sources)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "typed", ["/exports 2023-11..2024-03", "/exports all", "/exports 1992..2005", "/assistance 1996..2008"]
)
def test_a_chart_is_told_in_korean_within_what_discord_takes(engine: Engine, typed: str) -> None:
    with speaking("ko"):
        title, alt = engine.reply(typed).title, chart(engine, typed).alt
    held = {source.publisher for source in engine.library.sources.values()}
    assert alt.startswith(f"막대그래프(그림 안의 글은 영어): {title}")
    assert len(alt) <= LONGEST_ALT
    assert not left_in_english(alt, *held_of(engine), *held)


def test_amounts_keep_their_qualifiers_in_the_words_for_a_chart(engine: Engine) -> None:
    with speaking("ko"):
        alt = chart(engine, "/exports 2023-11..2024-03 series:reported").alt
    assert "2023년 12월, 약 US$68,000; 2024년 2월, US$26,000 안팎" in alt
    assert "0으로 보고됨: 2024년 1월." in alt
