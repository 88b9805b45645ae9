"""Ingest: the operator's own text files, laid over shipped passages or added as documents of their own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.alignment import align
from knowledge.citations import LONGEST_SOURCE_ID, SOURCE_ID
from knowledge.content import SHIPPED
from knowledge.content_writing import write_content
from knowledge.errors import IngestError
from knowledge.library import Library
from knowledge.paragraphs import Paragraph, read_paragraphs
from knowledge.renewal import renumber
from knowledge.sources import LOCAL, Passage, Source, is_web_address
from knowledge.text import echo

LONGEST = 10
"""How many times as long as the notes of a source its copy can be; aligning takes seconds at that length."""

GIVEN = "given when the document was added"
"""The basis of a date that the operator gave."""

_RIGHT = "Check that this is the right document."


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did.

    `matched` passages had their ref already; `renewed` of these got another text. `missing` are the refs of a
    shipped source that the copy has no text for, `dropped` the lines left out as not part of the text.
    """

    source: str
    path: Path
    written: bool
    matched: int = 0
    added: int = 0
    renewed: int = 0
    retired: int = 0
    missing: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return a few lines for the terminal."""
        matched = f"{self.matched} passages matched ({self.renewed} renewed)"
        lines = [f"{self.source}: {matched}, {self.added} added, {self.retired} retired."]
        if self.missing:
            lines.append(f"Not in this copy, so the notes stay: {', '.join(self.missing)}.")
        if self.dropped:
            quoted = ", ".join(f"“{echo(line)}”" for line in self.dropped)
            lines.append(f"Left out as not part of the text: {quoted}.")
        if self.written:
            lines.append(f"Written to {self.path}. A running bot answers from it after /reload, or SIGHUP.")
        else:
            lines.append(f"Nothing new for {self.path}.")
        return "\n".join(lines)


def ingest_file(  # noqa: PLR0913  (see ingest_document)
    library: Library,
    file: Path,
    source_id: str,
    data_dir: Path,
    shipped: Path = SHIPPED,
    /,
    *,
    authors: Sequence[str] = (),
    **details: str | None,
) -> IngestReport:
    """Take in a file as it is given on the command line: with details a document of one's own, else a copy.

    A document that is renewed keeps the details that are not given. Raises `IngestError`.
    """
    given = {name: value for name, value in details.items() if value is not None}
    old = library.sources.get(source_id)
    if old is not None and old.collection == LOCAL:
        known = ("title", "publisher", "url", "credit", "kind")
        dated = {"published": old.published_key, "published_basis": old.published_basis}
        undated = not given.get("published")
        given = {name: getattr(old, name) for name in known} | (dated if undated else {}) | given
        authors = authors or old.authors
    elif not given and not authors:
        return ingest_original(library, file, source_id, data_dir, shipped=shipped)
    given = dict.fromkeys(("title", "publisher", "published", "url"), "") | given
    return ingest_document(library, file, source_id, data_dir, authors=authors, shipped=shipped, **given)


def ingest_original(
    library: Library, file: Path, source_id: str, data_dir: Path, *, shipped: Path = SHIPPED
) -> IngestReport:
    """Lay the operator's copy of a shipped source over its notes, paragraph by paragraph.

    The paragraphs are matched to the notes in order, by the terms they share; a ref that the copy lacks keeps
    its note. `shipped` is the folder that `library` was read from. Raises `IngestError`, having written
    nothing, if the file cannot be read, the source is not a shipped one, or a paragraph matches no note.
    """
    known = ", ".join(s.id for s in library.sources.values() if _has_paragraphs(s))
    source = library.sources.get(source_id)
    if source is None or not _has_paragraphs(source):
        own = source is not None and source.collection == LOCAL
        missing = "There is no source" if source is None else "A copy cannot be laid over notes or rows:"
        what = "This is a document of your own:" if own else missing
        raise IngestError(
            f"{what} “{echo(source_id)}”. A copy can be laid over: {known}.\n"
            "To add or renew a document of your own, give its title, publisher, date and URL as well."
        )
    paragraphs, dropped = read_paragraphs(file, _labels(source.publisher, source.authors, source.published))
    texts, notes = [p.text for p in paragraphs], {p.ref: p.note for p in source.passages}
    longer = max(
        len(texts) / max(1, len(notes)), len(" ".join(texts)) / max(1, len(" ".join(notes.values())))
    )
    if longer > LONGEST:
        raise IngestError(
            f"{file} is {longer:.0f} times as long as {source.id}. {_RIGHT} Nothing was written."
        )
    aligned = align(texts, notes)
    if aligned.unmatched:
        raise IngestError(_unmatched(file, source, paragraphs, aligned.unmatched))
    before = {passage.ref: passage.original for passage in source.passages if passage.original}
    path = data_dir / "originals" / f"{source.id}.yaml"
    return IngestReport(
        source.id,
        path,
        write_content(path, aligned.texts, data_dir, shipped),
        matched=len(aligned.texts),
        renewed=sum(before.get(ref, text) != text for ref, text in aligned.texts.items()),
        missing=tuple(ref for ref in notes if ref not in aligned.texts),
        dropped=dropped,
    )


def _has_paragraphs(source: Source) -> bool:
    """Whether it is a shipped document whose paragraphs a copy can be matched to."""
    return source.collection != LOCAL and source.addressing == "paragraphs" and source.kind != "dataset"


def _unmatched(file: Path, source: Source, paragraphs: Sequence[Paragraph], positions: Sequence[int]) -> str:
    lines = [f"{file}: {len(positions)} of {len(paragraphs)} paragraphs match nothing in {source.id}:"]
    lines += [f"  line {paragraphs[at].line}: “{echo(paragraphs[at].text)}”" for at in positions[:10]]
    if len(positions) > 10:
        lines.append(f"  … and {len(positions) - 10} more")
    few = 2 * len(positions) < len(paragraphs)
    advice = "Take out of the copy what is not part of the document, then try again." if few else _RIGHT
    return "\n".join((*lines, f"{advice} Nothing was written."))


def ingest_document(  # noqa: PLR0913  (a document has that many details, all named by the caller)
    library: Library,
    file: Path,
    source_id: str,
    data_dir: Path,
    *,
    title: str,
    publisher: str,
    published: str,
    url: str,
    authors: Sequence[str] = (),
    credit: str = "",
    kind: str = "article",
    published_basis: str = GIVEN,
    shipped: Path = SHIPPED,
) -> IngestReport:
    """Add a document of the operator's own with numbered paragraphs, or renew it.

    What renewal does to the numbers is said at `renumber`; the revision goes up by one. `published` is an ISO
    date. Raises `IngestError`, having written nothing, if the file cannot be read or details are wrong (all
    are named).
    """
    details = {"title": title, "publisher": publisher, "credit": credit, "kind": kind}
    details = {name: " ".join(value.split()) for name, value in details.items()} | {"url": url.strip()}
    names = tuple(" ".join(author.split()) for author in authors)
    old, path = library.sources.get(source_id), data_dir / "sources" / f"{source_id}.yaml"
    faults = list(faults_of(source_id, names, details))
    if not _is_date(published):
        faults.append(f"published: “{echo(published)}”: write the day as year-month-day: 2020-03-31")
    if old is not None and old.collection != LOCAL:
        faults.append(
            f"id: {old.id} is a shipped source; choose another id, or give no details with its copy"
        )
    if old is None and source_id in library.catalogue:
        faults.append(f"id: {source_id} is a document of the archive; choose another id")
    if faults:
        raise IngestError("\n- ".join(("The document cannot be taken in:", *faults)))
    if old is None and path.exists():
        raise IngestError(f"{path} exists, but the library was read without it. Read it from there, too.")
    day = date.fromisoformat(published)
    paragraphs, dropped = read_paragraphs(file, _labels(details["publisher"], names, day))
    about = {**details, "authors": names, "published": day, "published_basis": published_basis}
    source = renewed(source_id, about, paragraphs, old)
    written = source != old and write_content(path, content_of(source), data_dir, shipped)
    return report_on(source, old.passages if old else (), path, written, dropped)


def renewed(
    source_id: str, about: Mapping[str, Any], paragraphs: Sequence[Paragraph], old: Source | None
) -> Source:
    """Return a document of the operator's own as a source; `old` itself if nothing of it has changed.

    `about` are the fields of the source but for its passages. What renewal does to the numbers is said at
    `renumber`; the revision goes up by one.
    """
    before = old.passages if old else ()
    passages = renumber([paragraph.text for paragraph in paragraphs], about["title"], before)
    pages = (paragraph.page for paragraph in paragraphs)
    paged = tuple(replace(passage, page=page) for passage, page in zip(passages, pages, strict=False))
    content: dict[str, Any] = {**about, "collection": LOCAL, "passages": paged + passages[len(paged) :]}
    source = Source(source_id, **content, revision=old.revision if old else 1)
    if old is None or source == old:
        return source
    return replace(source, revision=old.revision + 1)


def report_on(
    source: Source, before: Sequence[Passage], path: Path, written: bool, dropped: tuple[str, ...] = ()
) -> IngestReport:
    """Compare a source with the passages that it had before, as the report of its being taken in."""
    texts = {passage.ref: passage.original for passage in before}
    kept = [passage for passage in source.passages if passage.ref in texts and not passage.retired]
    return IngestReport(
        source.id,
        path,
        written,
        matched=len(kept),
        added=sum(passage.ref not in texts for passage in source.passages),
        renewed=sum(texts[passage.ref] != passage.original for passage in kept),
        retired=sum(passage.retired and passage not in before for passage in source.passages),
        dropped=dropped,
    )


def _labels(publisher: str, authors: Sequence[str], day: date | None) -> tuple[str, ...]:
    """Return the lines of a page that repeat what is known of the document."""
    if day is None:
        return (publisher, *authors)
    american, european = f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%B} {day.year}"
    return (publisher, *authors, american, european, f"{day:%Y-%m-%d}", f"{day:%Y.%m.%d}")


def faults_of(id_: str, authors: Sequence[str], details: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the details of a document but its date, each with what is accepted."""
    if not re.fullmatch(SOURCE_ID, id_) or len(id_) > LONGEST_SOURCE_ID:
        letters = f"up to {LONGEST_SOURCE_ID} lower-case letters, digits, single hyphens"
        yield f"id: “{echo(id_)}”: write {letters}: unicef-2020"
    for name, value in (*details.items(), *(("author", author) for author in authors)):
        if not value and name != "credit":
            yield f"{name}: is missing"
        elif len(value) > 500 or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value):
            yield f"{name}: “{echo(value)}”: write up to 500 characters of plain text"
    if details["url"] and not is_web_address(details["url"]):
        yield f"url: “{echo(details['url'])}”: write the whole address: https://example.org/report"
    if details["kind"] and not re.fullmatch(r"[a-z]+(-[a-z]+)*", details["kind"]):
        yield f"kind: “{echo(details['kind'])}”: write one word in lower case: article"


def _is_date(text: str) -> bool:
    with suppress(ValueError):
        return date.fromisoformat(text).isoformat() == text  # other ISO forms are read too, and refused
    return False


def content_of(source: Source) -> dict[str, Any]:
    """Return a source as its content file holds it, without what is empty."""
    content = _filled(asdict(source))
    return content | {"passages": [_filled(passage) for passage in content["passages"]]}


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value not in ("", (), False, None)}
