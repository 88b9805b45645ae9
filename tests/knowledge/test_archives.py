"""A folder of documents taken in at once: every file has one outcome, and the next run goes on from there."""

from __future__ import annotations

import csv
import io
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from knowledge.archive_building import build_archive
from knowledge.archive_journal import NAME
from knowledge.archives import Archive, Kind, Outcome
from knowledge.citations import Citation
from knowledge.content import read_content
from knowledge.downloads import Format, download
from knowledge.engine import Engine
from knowledge.errors import IngestError
from knowledge.formats import LIBRARIES
from knowledge.ingest import ingest_file
from knowledge.library import Library
from knowledge.plaintext import plain_text
from knowledge.sources import Source
from knowledge.stored_archive import DOCUMENTS
from tests.knowledge.documents import (
    AUTUMN,
    BOOK,
    CONTAINER,
    COST,
    GRAIN,
    PARAGRAPHS,
    encrypted_pdf,
    html,
    packed,
    page,
    pdf,
    word,
)

ROOT = Path(__file__).parents[2]
DEFAULTS = {"publisher": "Dorvik Archive", "url": "https://example.org/papers/", "published": "2018"}
HARBOUR = pdf([page([GRAIN, COST]), page([AUTUMN])], "/Title (Harbour report)")


shipped = cache(read_content)


class Desk:
    """A folder of documents, a data folder, and what an operator does with them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder / "papers", folder / "data"
        self.folder.mkdir()

    def put(self, name: str, content: bytes | str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def note(self, name: str, text: str, title: str = "A note") -> Path:
        return self.put(name, f"---\ntitle: {title}\n---\n{text}\n")

    def archive(self, *, again: bool = False, **defaults: str) -> Archive:
        return Archive(self.folder, self.data, defaults=DEFAULTS | defaults, processes=1, again=again)

    def run(self, *, again: bool = False, **defaults: str) -> dict[str, Outcome]:
        with self.archive(again=again, **defaults) as archive:
            count = archive.walk()
            outcomes = list(archive.outcomes())
            assert len(outcomes) == count
            return {outcome.place: outcome for outcome in (*outcomes, *archive.vanished())}

    def kinds(self, *, again: bool = False, **defaults: str) -> dict[str, Kind]:
        return {place: outcome.kind for place, outcome in self.run(again=again, **defaults).items()}

    def reason(self, name: str) -> str:
        outcome = self.run()[name]
        assert outcome.kind is Kind.SET_ASIDE
        return outcome.reason

    @property
    def library(self) -> Library:
        build_archive(self.data, shipped().vocabulary)
        return read_content(local=self.data)

    @property
    def documents(self) -> Mapping[str, Source]:
        archive = self.library.archive
        return {id_: self.source(id_) for id_ in archive.ids()} if archive else {}

    def source(self, id_: str) -> Source:
        return self.library.catalogue[id_]

    def texts(self, id_: str) -> dict[str, str]:
        return {p.ref: p.original for p in self.source(id_).passages if not p.retired}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_every_format_is_taken_in_with_what_it_says_and_for_the_rest_what_is_given(desk: Desk) -> None:
    desk.put("harbour.pdf", HARBOUR)
    desk.put("web/winter.html", html())
    desk.put("grain.docx", word())
    desk.put("book.epub", packed(BOOK))
    desk.put("note.md", "# Field note\n\nFlour was handed out.\n")
    desk.put("list.txt", "Rice was shipped to the port.\n")
    desk.put("list.meta.yaml", "title: A list\nauthors: [Jan Sorel, Mira Osten]\npublished: 2003-02-01\n")
    assert set(desk.kinds().values()) == {Kind.TAKEN}
    sources = desk.documents
    assert {source.collection for source in sources.values()} == {"local"}
    assert {id_: (s.title, s.publisher, s.published_key, s.url) for id_, s in sources.items()} == {
        "harbour": ("Harbour report", "Dorvik Archive", "2018", "https://example.org/papers/harbour.pdf"),
        "winter": ("Winter in Dorvik", "Dorvik Archive", "2019-02-03", "https://example.org/winter"),
        "grain": ("Grain report", "Dorvik Archive", "2020-05-01", "https://example.org/papers/grain.docx"),
        "book": ("Harbours", "Larnow Press", "2011", "https://example.org/harbours"),
        "note": ("Field note", "Dorvik Archive", "2018", "https://example.org/papers/note.md"),
        "list": ("A list", "Dorvik Archive", "2003-02-01", "https://example.org/papers/list.txt"),
    }
    assert sources["list"].authors == ("Jan Sorel", "Mira Osten")
    basis = {id_: source.published_basis for id_, source in sources.items()}
    assert basis["winter"] == basis["book"] == "stated in the file"
    assert basis["grain"] == "the day on which the file was made, as it says"
    assert basis["note"] == basis["list"] == "given when the document was added"


def test_an_answer_from_a_document_with_pages_says_the_page(desk: Desk) -> None:
    desk.put(
        "harbour.pdf",
        pdf([page([GRAIN]), page(["Quorn and zinc came to the harbour master."])], "/Title (H)"),
    )
    desk.run()
    answer = Engine(desk.library).reply("what came to the harbour master")
    (excerpt, *_) = answer.excerpts
    assert (excerpt.citation, excerpt.byline) == (Citation("harbour", "2"), "Dorvik Archive, 2018, p. 2")
    rows = csv.DictReader(io.StringIO(download(answer, Format.CSV, desk.library.catalogue).data.decode()))
    assert [row["page"] for row in rows] == ["2"]


def test_the_day_on_which_a_file_was_made_is_marked_wherever_it_is_shown(desk: Desk) -> None:
    made = "/Title (Harbour report) /CreationDate (D:20180304)"
    desk.put("harbour.pdf", pdf([page(["Quorn and zinc came to the harbour master."])], made))
    desk.run()
    engine = Engine(desk.library)
    answer = engine.reply("what came to the harbour master")
    assert answer.excerpts[0].byline == "Dorvik Archive, file made 4 March 2018, p. 1"
    assert "of 4 March 2018" not in plain_text(engine.reply("what comes to the harbour master now"))
    rows = download(answer, Format.CSV, desk.library.catalogue).data.decode()
    assert "harbour¶1,Harbour report,Dorvik Archive,," in rows
    assert "Dorvik Archive, file made 4 March 2018 (" in plain_text(engine.reply("/sources harbour"))
    assert "2018" not in plain_text(engine.reply("/coverage")).partition("archive")[2].partition("\n")[0]


def test_a_renewed_document_keeps_the_mark_of_its_date_until_one_is_given(desk: Desk, tmp_path: Path) -> None:
    desk.put("grain.docx", word())
    desk.run()
    local = desk.data / "sources"
    local.mkdir()
    (desk.data / DOCUMENTS / "grain.yaml").rename(local / "grain.yaml")
    copy = tmp_path / "grain.txt"
    copy.write_text("Rice came instead of grain.", "utf-8")
    ingest_file(desk.library, copy, "grain", desk.data)
    assert desk.source("grain").revision == 2
    assert desk.source("grain").published_in_words == "file made 1 May 2020"
    ingest_file(desk.library, copy, "grain", desk.data, published="2020-05-01")
    assert desk.source("grain").published_in_words == "1 May 2020"


def test_a_date_that_is_given_afterwards_is_that_of_publication(desk: Desk) -> None:
    desk.put("grain.docx", word())
    desk.run()
    desk.put("grain.meta.yaml", "published: 1996-07-01\n")
    desk.run()
    assert (desk.source("grain").issued, desk.source("grain").byline) == (
        "1996-07-01",
        "Dorvik Archive, 1 July 1996",
    )


# What was taken in before


def test_what_is_in_already_is_not_read_again(desk: Desk) -> None:
    desk.put("harbour.pdf", HARBOUR)
    desk.put("scan.pdf", pdf([[]]))
    assert desk.kinds() == {"harbour.pdf": Kind.TAKEN, "scan.pdf": Kind.SET_ASIDE}
    before = (desk.data / DOCUMENTS / "harbour.yaml").stat()
    assert desk.kinds() == {"harbour.pdf": Kind.UNCHANGED, "scan.pdf": Kind.SET_ASIDE}
    assert (desk.data / DOCUMENTS / "harbour.yaml").stat() == before


def test_what_changed_is_renewed_and_its_old_revision_can_still_be_cited(desk: Desk) -> None:
    desk.note("note.md", "\n\n".join(PARAGRAPHS))
    desk.run()
    file = desk.note("note.md", f"{GRAIN}\n\nThe premium was cut to one percent in August.")
    outcome = desk.run()["note.md"]
    assert (outcome.kind, outcome.source) == (Kind.RENEWED, "note")
    assert outcome.reason == "passages: 1 kept (0 with new words), 1 added, 2 retired"
    assert desk.source("note").revision == 2
    assert desk.texts("note") == {"1": GRAIN, "4": "The premium was cut to one percent in August."}
    _, old = desk.library.resolve(Citation("note", "3"))
    assert (old.original, old.retired) == (AUTUMN, True)
    file.write_bytes(b"\xff\xfe")
    assert "is not UTF-8 text" in desk.reason("note.md")
    assert desk.run()["note.md"].reason.endswith("; note stays as it was")
    assert desk.source("note").revision == 2


def test_new_details_renew_a_document(desk: Desk) -> None:
    desk.note("note.md", GRAIN)
    desk.run()
    desk.put("note.md.meta.yaml", "publisher: Larnow Press\n")
    assert desk.kinds() == {"note.md": Kind.RENEWED}
    assert desk.source("note").publisher == "Larnow Press"
    assert desk.kinds(published="2017-05") == {"note.md": Kind.RENEWED}
    assert (desk.source("note").published_key, desk.source("note").revision) == ("2017-05", 3)


def test_what_vanished_is_named_each_time_and_stays_until_its_source_is_deleted(desk: Desk) -> None:
    file = desk.note("note.md", GRAIN)
    desk.run()
    file.unlink()
    for _ in range(2):
        outcome = desk.run()["note.md"]
        assert (outcome.kind, outcome.source) == (Kind.VANISHED, "note")
        assert "archive/documents/note.yaml" in outcome.reason
    assert desk.texts("note") == {"1": GRAIN}
    (desk.data / DOCUMENTS / "note.yaml").unlink()
    assert desk.run() == {}


def test_a_document_whose_source_was_deleted_is_taken_in_again(desk: Desk) -> None:
    desk.note("note.md", GRAIN)
    desk.run()
    (desk.data / DOCUMENTS / "note.yaml").unlink()
    assert desk.kinds() == {"note.md": Kind.TAKEN}


def test_a_document_that_was_moved_keeps_its_source(desk: Desk) -> None:
    file = desk.note("note.md", GRAIN)
    desk.run()
    (desk.folder / "2019").mkdir()
    file.rename(desk.folder / "2019" / "field.md")
    assert desk.kinds() == {"2019/field.md": Kind.MOVED}
    assert desk.source("note").url == "https://example.org/papers/2019/field.md"
    assert desk.kinds() == {"2019/field.md": Kind.UNCHANGED}


def test_of_two_files_that_are_the_same_one_is_taken_in(desk: Desk) -> None:
    desk.note("a note.md", GRAIN)
    desk.note("b.md", GRAIN)
    assert desk.reason("b.md") == "is the same as a note.md"
    desk.note("a note.md", COST)
    assert desk.kinds() == {"a note.md": Kind.RENEWED, "b.md": Kind.TAKEN}


def test_files_of_one_name_and_names_without_letters_have_ids_of_their_own(desk: Desk) -> None:
    names = ["a/note.md", "b/note.md", "보고서.md", "fp-2019.md", f"{'long ' * 20}.md", "1.md"]
    for number, name in enumerate(names):
        desk.note(name, f"Sack number {number}.")
    outcomes = desk.run()
    ids = {name: outcomes[name].source for name in names}
    assert ids["a/note.md"] == "note"
    assert ids["b/note.md"].startswith("note-")
    assert ids["보고서.md"].startswith("document-")
    assert ids["fp-2019.md"].startswith("fp-2019-")
    assert len(set(ids.values()) & set(desk.documents)) == len(names)
    assert set(desk.kinds().values()) == {Kind.UNCHANGED}


# What is set aside


def test_a_file_that_cannot_be_taken_in_stops_nothing(desk: Desk) -> None:
    desk.put("a.pdf", encrypted_pdf())
    desk.put("b.docx", word()[:900])
    desk.put("c.jpg", b"x")
    desk.put("d/e.epub", b"")
    desk.note("z.md", GRAIN)
    outcomes = desk.run()
    assert {place: o.kind for place, o in outcomes.items() if o.kind is not Kind.SET_ASIDE} == {
        "z.md": Kind.TAKEN
    }
    assert str(outcomes["a.pdf"]) == "a.pdf: set aside: is encrypted; save it without a password"
    assert "is damaged" in outcomes["b.docx"].reason
    assert outcomes["c.jpg"].reason.startswith("is none of .pdf, .html")
    with desk.archive() as archive:
        assert [o.place for o in archive.set_aside()] == ["a.pdf", "b.docx", "c.jpg", "d/e.epub"]
    assert desk.texts(outcomes["z.md"].source) == {"1": GRAIN}


def test_links_lead_nowhere(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n\nThe key is under the mat.\n")
    (desk.folder / "secret.md").symlink_to(tmp_path / "secret.md")
    (desk.folder / "all").symlink_to(tmp_path)
    (desk.folder / "gone.md").symlink_to(tmp_path / "gone")
    os.mkfifo(desk.folder / "pipe.txt")
    reasons = {place: outcome.reason for place, outcome in desk.run().items()}
    assert reasons.pop("pipe.txt") == "is not an ordinary file"
    assert sorted(reasons) == ["all", "gone.md", "secret.md"]
    assert all("is a link, and links are not followed" in reason for reason in reasons.values())
    assert not (desk.data / DOCUMENTS).exists()


def test_details_are_not_read_through_a_link(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("title: The key is under the mat\n")
    desk.note("note.md", GRAIN)
    (desk.folder / "note.meta.yaml").symlink_to(tmp_path / "secret")
    assert desk.reason("note.md").startswith("cannot be read")


def test_names_with_controls_and_bytes_that_are_no_text_are_shown_without_harm(desk: Desk) -> None:
    (desk.folder / "a\x1b[2J\u202eb.md").write_text(f"# One\n\n{GRAIN}\n")
    Path(os.fsdecode(os.fsencode(desk.folder) + b"/\xff.md")).write_text(f"# Two\n\n{COST}\n")
    outcomes = desk.run()
    assert sorted(outcomes) == ["?.md", "a�[2J�b.md"]
    assert {outcome.kind for outcome in outcomes.values()} == {Kind.TAKEN}
    assert all(place.isprintable() for place in outcomes)
    assert set(desk.kinds().values()) == {Kind.UNCHANGED}


def test_what_a_document_says_does_nothing_to_the_terminal(desk: Desk) -> None:
    desk.put("a.epub", packed({"META-INF/container.xml": CONTAINER.replace("content", "\u202ea&#10;b")}))
    assert desk.reason("a.epub") == "is damaged: there is no OEBPS/�a b.opf in it"


def test_hidden_files_and_details_are_no_documents(desk: Desk) -> None:
    desk.put(".DS_Store", b"x")
    desk.put(".git/note.md", GRAIN)
    desk.put("other.meta.yaml", "title: x\n")
    assert desk.run() == {}


def test_what_nobody_has_said_is_named_with_what_to_write(desk: Desk) -> None:
    desk.put("list.txt", GRAIN)
    outcome = desk.run(publisher="", published="", url="")["list.txt"]
    assert outcome.missing == ("title", "publisher", "published", "url")
    assert outcome.reason == (
        "does not say its title, publisher, date of publication and web address; "
        "write list.txt.meta.yaml with title: …, publisher: …, published: …, url: …, or use --ask; "
        "for all files, --publisher and --url"
    )


def test_what_is_answered_is_kept_for_the_next_time(desk: Desk) -> None:
    desk.put("list.txt", GRAIN)
    desk.put("other.txt", COST)
    with desk.archive() as archive:
        archive.walk()
        list(archive.outcomes())
        asked = {outcome.place: path for outcome, path in archive.ask_for()}
        assert list(asked) == ["list.txt", "other.txt"]
        archive.answer(asked["list.txt"], {"title": "A list"})
        assert archive.walk_answered() == 1
        assert [(o.place, o.kind) for o in archive.outcomes()] == [("list.txt", Kind.TAKEN)]
        assert list(archive.vanished()) == []
    desk.put("list.txt", f"{GRAIN}\n\n{AUTUMN}\n")
    assert desk.kinds()["list.txt"] is Kind.RENEWED
    assert desk.source("list").title == "A list"


@pytest.mark.parametrize(
    ("details", "says"),
    [
        ("titel: x", "there is no detail “titel”; there are title, authors"),
        ("- x", "no detail in it"),
        ("published: in May", "published: “in May”: write the day, month or year: 2020-03-31"),
        ("published: 2019-02-30", "published: “2019-02-30”"),
        ("url: example.org", "url: “example.org”: write the whole address"),
        ("title: [unclosed", "has details that cannot be read: note.meta.yaml:"),
        ("title: &a x\nurl: *a", "write the text out instead of the alias"),
        ("# " + "x" * 200_000, "is larger than 0.1 MB"),
    ],
)
def test_details_that_are_wrong_are_named(desk: Desk, details: str, says: str) -> None:
    desk.note("note.md", GRAIN)
    desk.put("note.meta.yaml", details)
    assert says in desk.reason("note.md")


def test_what_was_set_aside_is_tried_once_more_when_that_is_asked_for(desk: Desk) -> None:
    desk.note("note.md", GRAIN)
    desk.run()
    (desk.data / DOCUMENTS / "note.yaml").write_text("id: [")
    desk.note("note.md", COST)
    assert "cannot renew" in desk.reason("note.md")
    (desk.data / DOCUMENTS / "note.yaml").unlink()
    assert desk.kinds() == {"note.md": Kind.SET_ASIDE}
    assert desk.kinds(again=True) == {"note.md": Kind.TAKEN}


# The journal


def test_a_run_that_ends_between_two_steps_goes_on_where_it_was(desk: Desk) -> None:
    for number in range(9):
        desk.note(f"note-{number}.md", f"Sack number {number}.")

    with desk.archive() as archive, closing(archive.outcomes()) as outcomes:
        archive.walk()
        assert [next(outcomes).kind, next(outcomes).kind] == [Kind.TAKEN, Kind.TAKEN]
    kinds = list(desk.kinds().values())
    assert kinds == [Kind.UNCHANGED] * 2 + [Kind.TAKEN] * 7
    assert len(desk.documents) == 9


def test_a_document_that_was_written_but_not_put_down_is_not_there_twice(desk: Desk) -> None:
    desk.note("note.md", GRAIN)
    desk.run()
    with closing(sqlite3.connect(desk.data / NAME, isolation_level=None)) as database:
        database.execute("UPDATE documents SET state = 'begun', fingerprint = ''")
    assert desk.kinds() == {"note.md": Kind.UNCHANGED}
    assert [path.name for path in (desk.data / DOCUMENTS).iterdir()] == ["note.yaml"]
    assert desk.source("note").revision == 1


def test_only_one_run_at_a_time_has_the_journal(desk: Desk) -> None:
    with (
        desk.archive(),
        pytest.raises(IngestError, match="Another ingest of a folder is at work"),
        desk.archive(),
    ):
        pass


def test_a_journal_that_cannot_be_read_is_named(desk: Desk) -> None:
    desk.data.mkdir()
    (desk.data / NAME).write_bytes(b"no database" * 100)
    with pytest.raises(IngestError, match=r"archives\.db cannot be used"), desk.archive():
        pass


def test_the_data_folder_is_no_archive(desk: Desk) -> None:
    with pytest.raises(IngestError, match="holds the data folder"):
        Archive(desk.folder.parent, desk.data)


# What it stands on


def python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_the_libraries_that_read_documents_are_loaded_by_the_processes_alone() -> None:
    code = f"import sys, bot, knowledge.archives; print({{*{LIBRARIES!r}}} & {{*sys.modules}})"
    assert python(code).strip() == "set()"


def test_without_the_libraries_it_says_how_to_install_them(desk: Desk) -> None:
    code = (
        "import sys; sys.modules['docx'] = None\n"
        "from pathlib import Path; from knowledge.archives import Archive\n"
        f"try: Archive(Path({str(desk.folder)!r}), Path({str(desk.data)!r}))\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    said = python(code)
    assert said.startswith("IngestError To read documents, install what is missing (docx): ")
    assert said.endswith(" -m pip install -e '.[archives]'\n")
