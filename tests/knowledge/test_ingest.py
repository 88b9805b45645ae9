"""Taking in the operator's own text files: over shipped passages, and as documents of their own."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.citations import Citation
from knowledge.content import read_content
from knowledge.errors import IngestError
from knowledge.ingest import IngestReport, ingest_document, ingest_file, ingest_original
from knowledge.library import Library
from knowledge.sources import Passage
from tests.knowledge.small_content import EMPTY_TABLES

NOTES = {
    "title": "Port of Larnow Reopens to Grain Ships",
    "standfirst": "Farmers are glad of the reopening, while insurers stay wary, the Courier sums up.",
    "caption": "The freighter Almira passes the Larnow lighthouse on 4 May 2021, says Ines Kovar.",
    "1": "The harbour board of Larnow decided to admit grain ships again after 14 months, three pilots say.",
    "2": "Tomas Weil, who chairs the harbour board, informed shipping companies on “Monday” (3 May 2021). "
    "Weil's board had shut the port when a storm wrecked the eastern breakwater in March 2020.",
    "3": "“Every silo in the valley is full,” the cooperative's director Mira Osten said of them.",
    "4": "Repairing the breakwater cost $12.4 million, of which the region paid about a third. Insurers ask "
    "a premium of 2 percent for each voyage still; Peter Hahn, Lloyd's agent, expects no cut before autumn.",
    "credit": "Additional reporting for the Courier came from Lena Brandt in Dorvik.",
}
COPY = {
    "title": "Port of Larnow Reopens to Grain Ships",
    "standfirst": "Farmers welcome the reopening, but insurers remain wary.",
    "caption": "The freighter Almira passes the lighthouse at Larnow on May 4, 2021. (Ines Kovar/Courier)",
    "1": "The harbour board of Larnow has agreed to let grain ships back into port after a closure of 14 "
    "months, according to three harbour pilots.",
    "2": "The board’s chairman, Tomas Weil, told shipping companies of the decision on Monday. His board "
    "closed the port in March 2020, when a storm destroyed the eastern breakwater.",
    "3": "“There is not one silo in the valley that isn’t full,” said cooperative director Mira Osten.",
    "4": "Repairs to the breakwater cost $12.4 million, about a third of it paid by the region. Insurers "
    "still demand a premium of 2 percent on every voyage. Peter Hahn, the agent of Lloyd, does not expect "
    "them to cut it before autumn.",
    "credit": "Lena Brandt in Dorvik contributed reporting.",
}
DETAILS = {
    "title": "Winter in Dorvik",
    "publisher": "Dorvik Archive",
    "published": "2019-02-03",
    "url": "https://example.org/winter",
}

words = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
paragraph = st.lists(words, min_size=1, max_size=30).map(lambda found: " ".join(["Notes", *found]))
prose = st.lists(st.text("abcdefghij", min_size=2, max_size=9), min_size=60, max_size=90, unique=True).map(
    " ".join
)


class Desk:
    """A small shipped library, a data folder, and what an operator does with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shipped, self.data = folder / "shipped", folder / "data"
        (self.shipped / "sources").mkdir(parents=True)
        source = {
            "id": "courier-2021",
            "title": NOTES["title"],
            "publisher": "Larnow Courier",
            "authors": ["Jan Sorel"],
            "published": "2021-05-04",
            "published_basis": "printed",
            "url": "https://example.org/grain",
            "kind": "article",
            "collection": "core",
            "passages": [{"ref": ref, "note": note} for ref, note in NOTES.items()],
        }
        (self.shipped / "sources" / "courier-2021.yaml").write_text(yaml.safe_dump(source), "utf-8")
        for name, text in EMPTY_TABLES.items():
            (self.shipped / name).write_text(text, "utf-8")

    @property
    def library(self) -> Library:
        return read_content(self.shipped, self.data)

    def file(self, content: str | bytes, name: str = "copy.txt") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def original(self, content: str | bytes, name: str = "copy.txt") -> IngestReport:
        file = self.file(content, name)
        return ingest_original(self.library, file, "courier-2021", self.data, shipped=self.shipped)

    def document(self, content: str | bytes, name: str = "copy.txt", **details: str) -> IngestReport:
        file = self.file(content, name)
        return ingest_document(
            self.library, file, "winter", self.data, shipped=self.shipped, **{**DETAILS, **details}
        )

    def originals(self) -> dict[str, str]:
        return {p.ref: p.original for p in self.library.sources["courier-2021"].passages if p.original}

    def passages(self) -> tuple[Passage, ...]:
        return self.library.sources["winter"].passages

    def written(self) -> dict[str, bytes]:
        return {
            p.relative_to(self.data).as_posix(): p.read_bytes() for p in self.data.rglob("*") if p.is_file()
        }


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def wrapped(texts: Sequence[str], width: int, between: str) -> str:
    return between.join(textwrap.fill(text, width) for text in texts)


TEXTS = tuple(COPY.values())
SHAPES: dict[str, Callable[[], str | bytes]] = {
    "blank lines": lambda: "\n\n".join(TEXTS) + "\n",
    "a line each": lambda: "\n".join(TEXTS),
    "blank lines of blanks": lambda: "\n \t\n".join(TEXTS),
    "indented, trailing blanks": lambda: "\n".join(f"   {text}  " for text in TEXTS),
    "wrapped at 64": lambda: wrapped(TEXTS, 64, "\n\n"),
    "wrapped at 80": lambda: wrapped(TEXTS, 80, "\n\n"),
    "wrapped without blank lines": lambda: wrapped(TEXTS, 72, "\n"),
    "Windows line ends": lambda: "\r\n\r\n".join(TEXTS),
    "byte order mark": lambda: b"\xef\xbb\xbf" + "\n\n".join(TEXTS).encode(),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_copy_lands_at_its_refs_however_its_lines_are_cut(desk: Desk, shape: str) -> None:
    report = desk.original(SHAPES[shape]())
    assert desk.originals() == COPY
    assert (report.matched, report.renewed, report.missing) == (len(COPY), 0, ())
    assert report.path == desk.data / "originals" / "courier-2021.yaml"


def test_a_markdown_copy_loses_its_marks(desk: Desk) -> None:
    title, standfirst, caption, *body = TEXTS
    marked = f"---\ntags: [grain]\n---\n# {title}\n\n*{standfirst}*\n\n![{caption}](almira.jpg)\n\n---\n\n"
    quoted = (
        f"> {body[0]}\n\n{body[1].replace('Tomas Weil', '[**Tomas Weil**](https://example.org/weil)')}\n\n"
    )
    desk.original(marked + quoted + "\n\n".join(body[2:]).replace("$12.4", "\\$12.4"), "copy.md")
    assert desk.originals() == COPY | {"4": COPY["4"].replace("$", "\\$")}


def test_the_text_stays_verbatim(desk: Desk) -> None:
    odd = COPY["1"].replace("14 months", "14\u00a0months") + " It it is so — “said” they…"
    desk.original("\n\n".join((COPY["title"], odd, COPY["2"])))
    assert desk.originals()["1"] == odd


def test_the_shipped_notes_can_be_told_apart(tmp_path: Path) -> None:
    library = read_content()
    for source in (source for source in library.sources.values() if source.collection == "core"):
        file = tmp_path / "copy.txt"
        file.write_text("\n\n".join(passage.note for passage in source.passages), "utf-8")
        report = ingest_original(library, file, source.id, tmp_path / "data")
        originals = read_content(local=tmp_path / "data").sources[source.id].passages
        assert report.missing == ()
        assert [p.original.split() for p in originals] == [p.note.split() for p in source.passages]


def test_readers_see_the_original_and_fall_back_to_the_note(desk: Desk) -> None:
    report = desk.original("\n\n".join(COPY[ref] for ref in "1234"))
    assert report.missing == ("title", "standfirst", "caption", "credit")
    source = desk.library.sources["courier-2021"]
    assert [p.text for p in source.passages if p.ref in "1234"] == [COPY[ref] for ref in "1234"]
    assert [p.text for p in source.passages if p.ref == "credit"] == [NOTES["credit"]]


def test_what_a_page_puts_round_the_text_is_left_out(desk: Desk) -> None:
    title, standfirst, caption, *body = TEXTS
    head = ["Larnow Courier", "Share", "Tweet", title, standfirst, "By Jan Sorel", "May 4, 2021, 4:06 PM"]
    tail = ["Trending Now Sponsored Links by Taboola", "By Taboola", "More from the Larnow Courier"]
    report = desk.original("\n".join((*head, caption, caption, *body, *tail)))
    assert desk.originals() == COPY
    assert report.dropped == ("Larnow Courier", "Share", "Tweet", *head[5:], caption, *tail)
    assert "“By Taboola”" in str(report)


def test_joined_paragraphs_are_parted_and_split_ones_put_together(desk: Desk) -> None:
    joined = [*TEXTS[:3], f"{COPY['1']} {COPY['2']}", *TEXTS[5:]]
    desk.original("\n\n".join(joined))
    assert desk.originals() == COPY
    split = COPY["4"].replace(" Insurers", "\n\nInsurers")
    desk.original("\n\n".join((*TEXTS[:6], split, TEXTS[7])))
    assert desk.originals() == COPY


@pytest.mark.parametrize(
    "stray",
    [
        "Gulls are protected in the whole of the estuary, and so are their nests.",
        "Larnow",
        "The best restaurants of the valley, picked by our readers",
    ],
)
def test_a_paragraph_from_elsewhere_stops_the_ingest_and_is_named(desk: Desk, stray: str) -> None:
    desk.original("\n\n".join(TEXTS))
    before = desk.written()
    with pytest.raises(IngestError, match=r"1 of 9 paragraphs match nothing in courier-2021") as caught:
        desk.original("\n\n".join((*TEXTS[:4], stray, *TEXTS[4:])))
    assert f"line 9: “{stray[:30]}" in str(caught.value)
    assert desk.written() == before


def test_another_document_is_refused(desk: Desk) -> None:
    with pytest.raises(IngestError, match="Check that this is the right document"):
        desk.original("The cat sat on the mat.\n\nIt was a fine mat, and a fine cat.")
    with pytest.raises(IngestError, match="match nothing"):
        desk.original("\n\n".join(reversed(TEXTS)))
    with pytest.raises(IngestError, match=r"1. times as long as courier-2021"):
        desk.original("\n\n".join(TEXTS * 11))
    assert not desk.data.exists()


def test_a_copy_can_be_renewed(desk: Desk) -> None:
    assert desk.original("\n\n".join(TEXTS)).written
    again = desk.original("\n".join(TEXTS))
    assert (again.written, again.renewed) == (False, 0)
    better = desk.original("\n".join(TEXTS).replace("14 months", "fourteen months"))
    assert (better.written, better.matched, better.renewed) == (True, len(COPY), 1)
    assert "1 renewed" in str(better)


def test_only_a_shipped_source_has_notes_to_lay_a_copy_over(desk: Desk) -> None:
    desk.document("One paragraph.")
    file = desk.file("\n\n".join(TEXTS))
    for source in ("courier-2022", "winter"):
        with pytest.raises(IngestError, match=f"“{source}”. A copy can be laid over: courier-2021"):
            ingest_original(desk.library, file, source, desk.data, shipped=desk.shipped)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("copy.pdf", b"%PDF-1.7", "not a .txt or .md file"),
        ("copy", b"text", "not a .txt or .md file"),
        ("copy.txt", b"", "no paragraphs"),
        ("copy.txt", b"\xef\xbb\xbf \n\n\t\n", "no paragraphs"),
        ("copy.txt", b"Trending Now\n\nBy Taboola\n", "no paragraphs"),
        ("copy.txt", b"GIF89a\x00\x01\x02", "not plain text but binary"),
        ("copy.txt", "Port of Larnow".encode("utf-16"), "iconv -f UTF-16 -t UTF-8 copy.txt"),
        (
            "copy.txt",
            "one\ntwo\ncafé".encode("latin-1"),
            "line 3 .*\n.*iconv -f WINDOWS-1252 -t UTF-8 copy.txt",
        ),
        ("copy.md", b"word " * 1_000_001, "larger than 5 MB"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_advice(
    desk: Desk, name: str, content: bytes, says: str
) -> None:
    for take_in in (desk.original, desk.document):
        with pytest.raises(IngestError, match=says) as caught:
            take_in(content, name)
        assert name in str(caught.value)
    assert not desk.data.exists()


def test_a_file_that_is_none_is_refused_with_advice(desk: Desk) -> None:
    (desk.folder / "folder.txt").mkdir()
    for name, says in (
        ("folder.txt", "is a folder"),
        ("absent.txt", "There is no file"),
        ("nul\0.txt", "file"),
    ):
        with pytest.raises(IngestError, match=says):
            ingest_original(desk.library, desk.folder / name, "courier-2021", desk.data, shipped=desk.shipped)


def test_a_document_becomes_a_source_with_numbered_paragraphs(desk: Desk) -> None:
    report = desk.document(
        "# Winter in Dorvik\n\nSnow fell.\n\nThe *bay* froze.", "w.md", credit="Typed by us"
    )
    assert (report.added, report.matched, report.written) == (3, 0, True)
    source = desk.library.sources["winter"]
    assert [(p.ref, p.original) for p in source.passages] == [
        ("title", "Winter in Dorvik"),
        ("1", "Snow fell."),
        ("2", "The bay froze."),
    ]
    assert (source.title, source.publisher, source.credit) == (
        "Winter in Dorvik",
        "Dorvik Archive",
        "Typed by us",
    )
    assert (source.published_key, source.collection, source.revision) == ("2019-02-03", "local", 1)
    assert "The bay froze." in {p.text for _, p in desk.library.passages()}


def test_every_fault_of_the_details_is_named_at_once(desk: Desk) -> None:
    wrong = {
        "title": " ",
        "publisher": "",
        "published": "3 February 2019",
        "url": "example.org/winter",
        "kind": "An Article",
    }
    with pytest.raises(IngestError) as caught:
        ingest_document(
            desk.library,
            desk.file("Text."),
            "My_Doc",
            desk.data,
            **wrong,
            authors=["A. B.", ""],
            shipped=desk.shipped,
        )
    for name in (*wrong, "id", "author"):
        assert f"\n- {name}: " in str(caught.value)
    assert not desk.data.exists()


@pytest.mark.parametrize("published", ["2019-02-30", "20190203", "2019-W05-7", "2019-02", "", "03/02/2019"])
def test_a_date_is_a_day_of_the_calendar(desk: Desk, published: str) -> None:
    with pytest.raises(IngestError, match=r"published: .*year-month-day"):
        desk.document("Text.", published=published)


@pytest.mark.parametrize(
    "url", ["ftp://example.org/x", "https://", "https:///x", "http://[", "https://a b.org/"]
)
def test_an_address_is_one_of_the_web(desk: Desk, url: str) -> None:
    with pytest.raises(IngestError, match=r"url: .*whole address"):
        desk.document("Text.", url=url)


def test_the_id_of_a_shipped_source_is_taken(desk: Desk) -> None:
    with pytest.raises(IngestError, match="id: courier-2021 is a shipped source"):
        ingest_document(
            desk.library, desk.file("Text."), "courier-2021", desk.data, shipped=desk.shipped, **DETAILS
        )


def test_renewal_keeps_the_refs_of_what_is_the_same(desk: Desk) -> None:
    long = "The ferry to Larnow was laid up for the winter, and the mail went by sledge over the frozen bay"
    desk.document(
        f"Snow fell.\n\n{long}.\n\nThe ferry carried 40 people, and 3 dogs, on its last trip of 1890.\n\nEnd."
    )
    report = desk.document(
        f"A preface.\n\n{long.replace('sledge', 'sledges')}.\n\nSnow fell.\n\n"
        "The ferry carried 40 people, and 5 dogs, on its last trip of 1890."
    )
    assert (report.matched, report.renewed, report.added, report.retired) == (2, 1, 2, 2)
    assert [(p.ref, p.original[:12], p.retired) for p in desk.passages()] == [
        ("5", "A preface.", False),
        ("2", "The ferry to", False),
        ("1", "Snow fell.", False),
        ("6", "The ferry ca", False),
        ("3", "The ferry ca", True),
        ("4", "End.", True),
    ]
    assert desk.library.sources["winter"].revision == 2
    assert desk.library.resolve(Citation("winter", "3"))[1].original.count("3 dogs") == 1


def test_a_denial_is_not_nearly_the_same(desk: Desk) -> None:
    claim = (
        "The council of Dorvik did agree to pay for the new lighthouse that the harbour board had asked for."
    )
    desk.document(claim)
    desk.document(claim.replace("did agree", "did not agree"))
    assert [(p.ref, p.retired) for p in desk.passages()] == [("2", False), ("1", True)]


def test_a_paragraph_that_returns_has_its_old_number(desk: Desk) -> None:
    for text in ("One.\n\nTwo.", "One.", "Two.\n\nOne.\n\nThree."):
        report = desk.document(text)
    assert [(p.ref, p.retired) for p in desk.passages()] == [("2", False), ("1", False), ("3", False)]
    assert (report.matched, report.added, report.retired) == (1 + 1, 1, 0)


def test_the_same_again_is_no_revision_and_a_new_detail_is_one(desk: Desk) -> None:
    desk.document("One.\n\nTwo.")
    before = desk.written()
    assert not desk.document("One.\n\nTwo.").written
    assert desk.written() == before
    assert desk.document("One.\n\nTwo.", title="Winters in Dorvik").written
    assert desk.library.sources["winter"].revision == 2


def test_one_door_for_the_command_line(desk: Desk) -> None:
    def take_in(text: str, source: str, **given: Any) -> IngestReport:
        return ingest_file(desk.library, desk.file(text), source, desk.data, desk.shipped, **given)

    nothing: dict[str, Any] = dict.fromkeys(DETAILS)
    assert take_in("\n\n".join(TEXTS), "courier-2021", **nothing).matched == len(COPY)
    assert take_in("One.", "winter", **DETAILS).added == 1
    assert take_in("One.\n\nTwo.", "winter", **{**nothing, "title": "Winters"}).matched == 1
    source = desk.library.sources["winter"]
    assert (source.title, source.publisher, source.revision) == ("Winters", "Dorvik Archive", 2)
    with pytest.raises(IngestError, match="A copy can be laid over: courier-2021"):
        take_in("One.", "summer", **nothing)
    with pytest.raises(IngestError, match=r"publisher: is missing\n- url: is missing\n- published: "):
        take_in("One.", "summer", **{**nothing, "title": "Summer"})


def test_a_library_that_could_not_be_read_afterwards_is_not_written(desk: Desk) -> None:
    library = desk.library
    (desk.data / "sources").mkdir(parents=True)
    (desk.data / "sources" / "broken.yaml").write_text("id: broken\n")
    before = desk.written()
    with pytest.raises(IngestError, match=r"cannot be read with .*winter.yaml.*\n.*sources/broken.yaml:1"):
        ingest_document(library, desk.file("One."), "winter", desk.data, shipped=desk.shipped, **DETAILS)
    assert desk.written() == before


def test_a_data_folder_that_cannot_be_written_is_named(desk: Desk) -> None:
    desk.data.write_text("a file where the folder should be")
    with pytest.raises(IngestError, match=r"winter.yaml cannot be written: .*Check the data folder"):
        desk.document("One.")


def test_a_document_that_the_library_does_not_know_of_is_not_overwritten(desk: Desk) -> None:
    library = desk.library
    desk.document("One.")
    with pytest.raises(IngestError, match="exists, but the library was read without it"):
        ingest_document(library, desk.file("Two."), "winter", desk.data, shipped=desk.shipped, **DETAILS)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.sampled_from(["x.txt", "x.md"]))
def test_whatever_the_file_holds_nothing_is_left_half_written(content: bytes, name: str) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        try:
            report = desk.document(content, name)
        except IngestError:
            assert not desk.data.exists()
        else:
            assert set(desk.written()) == {"sources/winter.yaml"}
            assert len(desk.passages()) == report.added > 0


@settings(max_examples=60, deadline=None)
@given(st.lists(paragraph, min_size=1, max_size=6, unique=True))
def test_paragraphs_come_back_as_they_were_written(texts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.document("\n\n".join(texts))
        assert [(p.ref, p.original) for p in desk.passages()] == [(str(n), t) for n, t in enumerate(texts, 1)]


@settings(max_examples=40, deadline=None)
@given(st.lists(prose, min_size=2, max_size=5, unique=True), st.integers(40, 100))
def test_hard_wrapped_paragraphs_are_joined(texts: list[str], width: int) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.document(wrapped(texts, width, "\n\n"))
        assert [p.original for p in desk.passages()] == texts


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from("ABCDEFGH"), min_size=1, max_size=6, unique=True), min_size=2, max_size=4
    )
)
def test_a_ref_never_comes_to_mean_another_paragraph(revisions: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        meaning: dict[str, str] = {}
        for letters in revisions:
            desk.document("\n\n".join(f"Paragraph {letter}." for letter in letters))
            passages = desk.passages()
            assert [p.original[10] for p in passages if not p.retired] == letters
            found = {p.ref: p.original for p in passages}
            assert len(found) == len(passages)
            assert meaning.items() <= found.items()
            meaning = found
