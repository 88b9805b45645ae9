"""What a document says, whatever it was written with, and why some say nothing."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import IngestError
from knowledge.formats import Document, read
from tests.knowledge.documents import (
    AUTUMN,
    BOOK,
    CONTAINER,
    COST,
    GRAIN,
    HEAD,
    PARAGRAPHS,
    Line,
    encrypted_pdf,
    html,
    packed,
    page,
    pdf,
    word,
)

ABOUT = "/Title (Harbour report) /Author (Jan Sorel) /CreationDate (D:20180304101500+01'00')"


def texts(document: Document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def pages(document: Document) -> list[int | None]:
    return [paragraph.page for paragraph in document.paragraphs]


# PDF


def test_a_pdf_gives_its_paragraphs_with_their_pages_and_what_it_says_of_itself() -> None:
    document = read(pdf([page(PARAGRAPHS), page(["Flour came by rail."])], ABOUT), Path("a.pdf"))
    assert texts(document) == [*PARAGRAPHS, "Flour came by rail."]
    assert pages(document) == [1, 1, 1, 2]
    assert (document.title, document.authors) == ("Harbour report", ("Jan Sorel",))
    assert (document.published, document.dated_by) == (
        "2018-03-04",
        "the day on which the file was made, as it says",
    )


def test_a_paragraph_that_runs_over_the_end_of_a_page_is_one_on_the_page_where_it_begins() -> None:
    first, second = COST[: COST.index(" about")], COST[COST.index("about") :]
    document = read(pdf([page([GRAIN, first]), page([second])]), Path("a.pdf"))
    assert texts(document) == [GRAIN, COST]
    assert pages(document) == [1, 1]


def test_the_head_and_the_number_of_every_page_are_left_out() -> None:
    laid = [page([text], head=f"Courier, page {n}", number=str(n)) for n, text in enumerate(PARAGRAPHS, 1)]
    assert texts(read(pdf(laid), Path("a.pdf"))) == list(PARAGRAPHS)


def test_the_head_of_a_short_chapter_is_known_by_the_number_of_its_page() -> None:
    heads = ["1 Harbours", "2 Harbours", "Grain 3", "4 Flour"]
    laid = [page([text], head=head) for text, head in zip((*PARAGRAPHS, GRAIN), heads, strict=True)]
    assert texts(read(pdf(laid), Path("a.pdf"))) == [*PARAGRAPHS, GRAIN]


def test_a_number_at_the_edge_that_does_not_count_the_pages_stays() -> None:
    laid = [page([GRAIN, "1998"]), page([COST, "1998"])]
    assert texts(read(pdf(laid), Path("a.pdf"))) == [GRAIN, "1998", COST, "1998"]


def test_the_points_of_a_list_are_paragraphs_though_no_gap_parts_them() -> None:
    lines: list[Line] = [(72, 780 - 14 * n, f"• Sack {n} came by rail;") for n in range(3)]
    assert texts(read(pdf([lines]), Path("a.pdf"))) == [f"• Sack {n} came by rail;" for n in range(3)]


def test_what_recurs_in_the_text_is_no_head_of_a_page() -> None:
    laid = [page([AUTUMN, GRAIN]), page([COST, AUTUMN]), page([GRAIN, COST, AUTUMN])]
    assert texts(read(pdf(laid), Path("a.pdf"))) == [AUTUMN, GRAIN, COST, AUTUMN, GRAIN, COST, AUTUMN]


def test_paragraphs_without_gaps_are_told_apart_by_their_indents() -> None:
    y, lines = 780, list[Line]()
    for paragraph in (GRAIN, COST):
        first = paragraph.index(" ", 55)
        for x, text in ((90, paragraph[:first]), (72, paragraph[first + 1 :])):
            lines.append((x, y, text))
            y -= 14
    assert texts(read(pdf([lines]), Path("a.pdf"))) == [GRAIN, COST]


@pytest.mark.parametrize("title", ["Microsoft Word - report.doc", "report.indd", "untitled", ""])
def test_the_name_of_the_file_that_a_pdf_was_made_of_is_no_title(title: str) -> None:
    assert read(pdf([page(PARAGRAPHS)], f"/Title ({title})"), Path("a.pdf")).title == ""


# HTML


def test_of_a_web_page_the_article_is_read_and_not_the_page_around_it() -> None:
    document = read(html((*PARAGRAPHS[:2], "<ul><li>Flour</li></ul>", AUTUMN)), Path("a.html"))
    assert texts(document) == ["Winter in Dorvik", GRAIN, COST, "Flour", AUTUMN]
    assert (document.title, document.authors) == ("Winter in Dorvik", ("Jan Sorel",))
    assert (document.publisher, document.published) == ("Dorvik Archive", "2019-02-03")
    assert document.url == "https://example.org/winter"


def test_a_date_in_the_words_of_an_article_is_not_taken_for_its_own() -> None:
    told = read(
        html((GRAIN, "It was closed on 4 May 2021, and again on 6 May 2021.", COST), ""), Path("a.html")
    )
    assert told.published == ""


# DOCX


def test_a_word_document_gives_paragraphs_rows_of_tables_and_pages() -> None:
    document = read(word(), Path("a.docx"))
    second = ["On the second page there is flour.", "County | Tonnes", "Dorvik | 120"]
    assert texts(document) == [*PARAGRAPHS, *second]
    assert pages(document) == [1, 1, 1, 2, 2, 2]
    assert (document.title, document.authors) == ("Grain report", ("Jan Sorel", "Mira Osten"))
    assert document.published == "2020-05-01"


# EPUB


def test_a_book_gives_its_chapters_in_the_order_of_reading_with_the_pages_of_print() -> None:
    document = read(packed(BOOK), Path("a.epub"))
    assert texts(document) == [
        *("Grain", "The café is closed in Larnow.", "It opens again in May."),
        *("Flour came", "by ship", "and by rail."),
    ]
    assert pages(document) == [None, 7, 7, 8, 8, 8]
    assert (document.title, document.authors) == ("Harbours", ("Ann Author",))
    assert (document.publisher, document.published) == ("Larnow Press", "2011")
    assert document.url == "https://example.org/harbours"


def test_fonts_that_are_protected_do_not_make_a_book_unreadable() -> None:
    assert texts(
        read(packed({**BOOK, PROTECTED: protection("http://www.idpf.org/2008/embedding")}), Path("a.epub"))
    )


PROTECTED = "META-INF/encryption.xml"


def protection(how: str) -> str:
    names = 'xmlns:e="http://www.w3.org/2001/04/xmlenc#"'
    return f'<x {names}><e:EncryptedData><e:EncryptionMethod Algorithm="{how}"/></e:EncryptedData></x>'


# Markdown and text


def test_markdown_says_what_it_is_in_its_front_matter() -> None:
    head = "---\ntitle: Field note\ndate: 2020-03\nauthors: [Jan Sorel, Mira Osten]\npublisher: Aid\n---\n"
    document = read(f"{head}# A heading\n\n{GRAIN}\n\n{COST}\n".encode(), Path("a.md"))
    assert texts(document) == ["A heading", GRAIN, COST]
    assert (document.title, document.authors) == ("Field note", ("Jan Sorel", "Mira Osten"))
    assert (document.publisher, document.published) == ("Aid", "2020-03")


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("**Flour** and _rice_, ***by rail***.", "Flour and rice, by rail."),
        ("**Flour, *mostly* wheat**, by __rail _and_ ship__.", "Flour, mostly wheat, by rail and ship."),
        ("2 * 3 sacks, *each of snake_case_flour.", "2 * 3 sacks, *each of snake_case_flour."),
        ("\\*Flour\\*, `by rail`, <!-- when? -->in May <!-- 2018", "*Flour*, by rail, in May <!-- 2018"),
        ('See [the [old] one], [a](b "c") and [d](e[1]).', "See [the [old] one], a and d."),
        ("See ![a map](https://example.org/map.png), [no](link and [one", "See a map, [no](link and [one"),
    ],
)
def test_markdown_loses_the_marks_that_pair_and_no_others(marked: str, plain: str) -> None:
    assert texts(read(marked.encode(), Path("a.md"))) == [plain]


@pytest.mark.parametrize("head", ["", "# "])
@pytest.mark.parametrize(
    "mark",
    [
        *("*", "_", "[", "`", "*a", "_a ", "**a ", "__a ", "***a ", "a **b *", "![", "[x](", "[x](a]"),
        *('[x](a "', "<!--", "\\*", "\u00a0", " ", "#", " #"),
    ],
)
def test_marks_that_nothing_closes_are_looked_through_once(head: str, mark: str) -> None:
    text, started = f"{head}x {(mark * 100_000)[:100_000]} x", time.process_time()
    assert read(text.encode(), Path("a.md")).paragraphs
    assert time.process_time() - started < 5


def test_markdown_without_front_matter_has_its_first_heading_for_a_title() -> None:
    assert read(b"# Field note #\n\nFlour.\n", Path("a.md")).title == "Field note"
    assert read(b"---\ntitle: [unclosed\n---\n# Field note\n\nFlour.\n", Path("a.md")).title == "Field note"


def test_text_says_nothing_of_itself() -> None:
    document = read(f"{GRAIN}\n\n{COST}\n".encode(), Path("a.txt"))
    assert texts(document) == [GRAIN, COST]
    assert document.title == document.published == ""


# Whatever the format


def test_ligatures_and_what_nobody_can_read_are_put_right_and_figures_stay() -> None:
    said = "The o\ufb03ce\u200b has 10² m² and ½ of it\x85is empty."
    assert texts(read(said.encode(), Path("a.txt"))) == ["The office has 10² m² and ½ of it is empty."]


BOMB = b"\0" * 60_000_000
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.pdf", encrypted_pdf(), "is encrypted; save it without a password"),
        (
            "a.pdf",
            pdf([[]]),
            r"has no text, only pictures of pages; have a program recognise the text \(OCR\)",
        ),
        ("a.pdf", pdf([page(PARAGRAPHS)])[:300], "is damaged: no PDF can be read from it"),
        ("a.pdf", b"<html>", "is not a PDF, though it is named like one"),
        ("a.html", b"Flour.", "is not HTML"),
        ("a.html", b"<html><head></head><body></body></html>", "has no article"),
        ("a.docx", word()[:2000], "is damaged, or no DOCX file"),
        ("a.docx", packed({"a": "b"}), "is damaged, or no DOCX file"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "is encrypted, or of an old format of Word",
        ),
        ("a.docx", packed({"word/document.xml": BOMB}), "unpacks to more than 300 MB, 50 MB in a part"),
        (
            "a.docx",
            packed({"word/document.xml": f"{LAUGHS}<x>&b;</x>"}),
            "declares entities in word/document.xml",
        ),
        ("a.docx", packed({str(n): "" for n in range(10_001)}), "or 10,000 parts"),
        ("a.epub", packed({"mimetype": "application/epub+zip"}), "there is no META-INF/container.xml in it"),
        ("a.epub", packed({"META-INF/container.xml": f"{LAUGHS}{CONTAINER}"}), "declares entities"),
        ("a.epub", packed({"META-INF/container.xml": CONTAINER}), "there is no OEBPS/content.opf in it"),
        ("a.epub", packed({**BOOK, PROTECTED: protection("urn:drm")}), "is encrypted by its publisher"),
        (
            "a.epub",
            packed({**BOOK, "OEBPS/two.xhtml": LAUGHS.encode("utf-16")}),
            "declares entities in two.xhtml",
        ),
        ("a.md", b"---\n---\n", "has no paragraphs of text"),
        ("a.txt", b"Flour\n\n" * 3 + b"\xff", "is not UTF-8 text"),
        ("a.txt", b"".join(b"%d\n\n" % n for n in range(20_001)), "has more than 20,000 paragraphs"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value,
)
def test_a_document_that_cannot_be_taken_in_says_why(name: str, data: bytes, says: str) -> None:
    with pytest.raises(IngestError, match=says):
        read(data, Path(name))


DOCUMENTS = {
    "a.pdf": pdf([page(PARAGRAPHS)], ABOUT),
    "a.html": html(),
    "a.docx": word(),
    "a.epub": packed(BOOK),
    "a.md": b"---\ntitle: A note\n---\n# A note\n\nFlour.\n",
}


@settings(max_examples=60)
@given(st.sampled_from(sorted(DOCUMENTS)), st.floats(0, 1), st.floats(0, 1), st.binary(max_size=8))
def test_a_damaged_document_is_read_or_refused_and_trips_nobody(
    name: str, start: float, end: float, instead: bytes
) -> None:
    data = DOCUMENTS[name]
    at, whole = int(start * len(data)), max(1, int((1 - end**4) * len(data)))
    with suppress(IngestError):
        assert read((data[:at] + instead + data[at + len(instead) :])[:whole], Path(name)).paragraphs


def test_a_head_without_metadata_leaves_what_is_asked_for_empty() -> None:
    document = read(html(head=HEAD.partition("<meta")[0]), Path("a.htm"))
    assert (document.title, document.published, document.url) == ("Winter in Dorvik", "", "")
