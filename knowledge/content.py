"""Content files: read, validated as a whole, and joined into a `Library`.

Every fault of every file is found before anything is refused, and each is named with its file and line. A
file that is missing, or that has a name nothing reads, is a fault too: what is not read cannot be missed.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge.citations import LONGEST_REF, LONGEST_SOURCE_ID, Citation
from knowledge.content_files import ContentFile, Place
from knowledge.corrections import Correction
from knowledge.corrections import problems as problems_of_corrections
from knowledge.datasets import Dataset, problems
from knowledge.errors import CitationError, ContentError, Fault
from knowledge.exports import Figure, FigureTable
from knowledge.faq import MOST_CITATIONS, FaqEntry, never_found
from knowledge.figure_files import read_table
from knowledge.glossary import Glossaries
from knowledge.languages import ENGLISH, speaking
from knowledge.library import Library
from knowledge.people import Person
from knowledge.sources import FOUNDING, LOCAL, PUBLIC_RECORD, Source, is_web_address
from knowledge.text import echo
from knowledge.timeline import Dispute, Event, Timeline
from knowledge.unknowns import KnownUnknown
from knowledge.vocabulary import Vocabulary

if TYPE_CHECKING:
    from knowledge.stored_archive import StoredArchive

SHIPPED = Path(__file__).parent / "data"
COLLECTIONS = (FOUNDING, PUBLIC_RECORD, LOCAL)
_NO_COLLECTION = f"unknown collection; there are {', '.join(COLLECTIONS)}"
TABLES = (
    *("assistance.yaml", "corrections.yaml", "disputes.yaml", "exports.yaml", "faq.yaml", "people.yaml"),
    *("timeline.yaml", "unknowns.yaml", "vocabulary.yaml"),
)

_log = logging.getLogger(__name__)

MOST_PIECES = 1_000_000
"""How many values the file of one document of an archive may have."""

_GLOSSARY = re.compile(r"vocabulary\.[a-z]{2,3}(?:-[a-z]+)?\.yaml")


@speaking(ENGLISH)  # whoever asks for it: some of what is kept has dates and amounts in words
def read_content(folder: Path = SHIPPED, local: Path | None = None) -> Library:
    """Read all content files of `folder`, and what the operator ingested below `local`, into a library.

    An archive there is opened, not read; one that cannot be used is left out, and the log says why.
    Raises `ContentError` with every fault of every file, in the order of files and lines.
    """
    tables = {name: ContentFile.open(folder / name, folder) for name in TABLES}
    strays = list(_strays(folder))
    sources = list(_opened(folder, "sources")) or [
        ContentFile.broken(folder / "sources", folder, "holds no source")
    ]
    originals: list[ContentFile] = []
    if local is not None:
        sources += _opened(local, "sources")
        originals += _opened(local, "originals")
    library = _Reader(sources, tables, originals).library()
    glossaries, unread = _glossaries(folder)
    files = (*strays, *sources, *tables.values(), *originals, *unread)
    if faults := sorted(fault for file in files for fault in file.faults):
        raise ContentError(tuple(faults))
    digest = hashlib.sha256()
    for name, data in (*((file.name, file.data) for file in files), *glossaries.files):
        digest.update(name.encode() + b"\0" + data + b"\0")
    archive = _archive(local, library.vocabulary) if local is not None else None
    if archive is not None:
        digest.update(archive.name.encode())
    return replace(library, glossaries=glossaries, version=digest.hexdigest()[:8], archive=archive)


def _archive(local: Path, vocabulary: Vocabulary) -> StoredArchive | None:
    """Open the archive of a data folder, if it has one; the log says if it was built for another version."""
    if not (local / "archive").exists():  # which spares those without one to load what reads it
        return None
    from knowledge.stored_archive import hash_of, open_archive

    archive = open_archive(local)
    if archive is not None and archive.contents.vocabulary != hash_of(vocabulary):
        _log.warning(
            "The archive was built by another version of the bot, and is not found by all words. "
            "Run ingest for its folder again."
        )
    return archive


def read_source(name: str, data: bytes, most_pieces: int) -> Source:
    """Read the content file of one source, of at most so many values; raises `ContentError`."""
    file = ContentFile.of(name, data, most_pieces)
    source: Source | None = file.one(Source, file.raw) if not file.faults else None
    if source is None:
        raise ContentError(tuple(file.faults))
    for place, problem in _source_problems(source):
        file.fault(place, problem)
    file.unique({n: passage.ref.lower() for n, passage in enumerate(source.passages)}, "ref", ("passages",))
    if f"{source.id}.yaml" != name:
        file.fault(("id",), f"the file must be named {source.id}.yaml")
    if file.faults:
        raise ContentError(tuple(sorted(file.faults)))
    return source


def glossary_faults(library: Library) -> tuple[Fault, ...]:
    """Return the faults of the vocabularies of other languages, which are read only when one is needed."""
    from knowledge.retrieval import Retrieval

    return tuple(sorted(library.glossaries.faults(Retrieval(library).understands)))


def _glossaries(folder: Path) -> tuple[Glossaries, list[ContentFile]]:
    """Return the vocabularies of other languages, unparsed, and those files that cannot be opened."""
    found: list[tuple[str, bytes]] = []
    unread: list[ContentFile] = []
    with suppress(OSError):  # each table says that it cannot be read
        for path in _listed(folder):
            if not _GLOSSARY.fullmatch(path.name):
                continue
            try:
                found.append((path.name, path.read_bytes()))
            except OSError as error:
                unread.append(ContentFile.broken(path, folder, f"cannot be read: {error.strerror}"))
    return Glossaries(tuple(found)), unread


def _listed(folder: Path) -> list[Path]:
    """Return what is in a folder, in order, but for hidden files and an editor's spare copies."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.name[-1] != "~")


def _strays(folder: Path) -> Iterator[ContentFile]:
    """Yield a fault for whatever lies beside the tables and the sources."""
    with suppress(OSError):  # each table says that it cannot be read
        for path in _listed(folder):
            if path.name not in (*TABLES, "sources") and not _GLOSSARY.fullmatch(path.name):
                problem = f"nothing reads a file of this name; there are sources and {', '.join(TABLES)}"
                yield ContentFile.broken(path, folder, problem)


def _opened(folder: Path, part: str) -> Iterator[ContentFile]:
    """Open the files of a part of a folder, each of which must be a YAML file; there may be no such part."""
    try:
        paths = _listed(folder / part) if (folder / part).exists() else []
    except OSError as error:
        yield ContentFile.broken(folder / part, folder, f"cannot be read: {error.strerror}")
        return
    for path in paths:
        if path.suffix == ".yaml":
            yield ContentFile.open(path, folder)
        else:
            yield ContentFile.broken(path, folder, "nothing reads a file of this name; it must end in .yaml")


class _Reader:
    """Reads the files one by one, then checks what refers from one to another."""

    def __init__(
        self,
        sources: Sequence[ContentFile],
        tables: Mapping[str, ContentFile],
        originals: Sequence[ContentFile],
    ) -> None:
        self._sources = sources
        self._tables = tables
        self._originals = originals
        self._unread: set[str] = set()
        self._datasets: list[Dataset] = []

    def library(self) -> Library:
        """Join everything that could be read into a library; faults stay with their files."""
        sources = self._read_sources()
        library = Library(
            sources=sources,
            timeline=self._timeline(),
            exports=self._figures("exports.yaml", sources),
            assistance=self._figures("assistance.yaml", sources),
            people=self._people(),
            faq=self._faq(),
            unknowns=self._unknowns(),
            vocabulary=self._vocabulary(),
        )
        library = replace(library, corrections=self._corrections(library))
        self._check_citations(library)
        return library

    def _read_sources(self) -> dict[str, Source]:
        """Read every source, laying the operator's originals over its passages."""
        found: dict[str, Source] = {}
        for file in self._sources:
            source = self._source(file) if not file.faults else None
            if source is None:
                self._unread.add(file.path.stem)
                continue
            if source.id in found:
                file.fault(("id",), f"the id “{source.id}” is taken by another source")
            if file.path.stem != source.id:
                file.fault(("id",), f"the file must be named {source.id}.yaml")
            for place, problem in _source_problems(source):
                file.fault(place, problem)
            refs = {n: passage.ref.lower() for n, passage in enumerate(source.passages)}
            file.unique(refs, "ref", ("passages",))
            found[source.id] = source
        for file in self._originals:
            if file.faults or file.path.stem in self._unread:
                continue
            known = found.get(file.path.stem)
            if known is None:
                file.fault((), f"there is no source “{file.path.stem}” whose original this could be")
                continue
            texts: dict[str, str] = file.one(dict[str, str], file.raw) or {}
            for ref in texts.keys() - {passage.ref for passage in known.passages}:
                file.fault((ref,), "no such passage")
            passages = tuple(replace(p, original=texts.get(p.ref, p.original)) for p in known.passages)
            found[known.id] = replace(known, passages=passages)
        return dict(sorted(found.items(), key=_collection_first))

    def _source(self, file: ContentFile) -> Source | None:
        """Read a source as it is written: passage by passage or, a dataset, row by row."""
        if not isinstance(file.raw, dict) or "rows" not in file.raw:
            source: Source | None = file.one(Source, file.raw)
            return source
        dataset: Dataset | None = file.one(Dataset, file.raw)
        if dataset is None:
            return None
        for place, problem in problems(dataset):
            file.fault(place, problem)
        self._datasets.append(dataset)
        return dataset.source()

    def _figures(self, name: str, sources: Collection[str]) -> FigureTable:
        """Read a table of figures with the columns of the datasets that belong to it."""
        return read_table(self._tables[name], self._datasets, sources, self._unread)

    def _timeline(self) -> Timeline:
        file = self._tables["timeline.yaml"]
        events: dict[int, Event] = file.rows(Event, file.raw)
        file.unique({n: event.id for n, event in events.items()}, "id")
        for position, event in events.items():
            if (event.basis == "inferred") != bool(event.inferred_from):
                file.fault((position,), "an inferred date, and only that, needs the words it came from")
        ids = {event.id for event in events.values()}
        return Timeline.of(events.values(), self._disputes(ids, certain=not file.faults))

    def _disputes(self, events: Collection[str], certain: bool) -> Iterable[Dispute]:
        """Read disputes; an event may be one that could not be read, unless they are `certain`."""
        file = self._tables["disputes.yaml"]
        disputes: dict[int, Dispute] = file.rows(Dispute, file.raw)
        file.unique({n: dispute.id for n, dispute in disputes.items()}, "id")
        for position, dispute in disputes.items():
            if len(dispute.claims) < 2:
                file.fault((position, "claims"), "a dispute has at least two sides")
            if not dispute.events:
                file.fault((position, "events"), "at least one event is needed")
            for number, event in enumerate(dispute.events):
                if certain and event not in events:
                    file.fault((position, "events", number), f"there is no event “{echo(event)}”")
        return disputes.values()

    def _people(self) -> tuple[Person, ...]:
        """Read people, of whom no two may answer to one name."""
        file = self._tables["people.yaml"]
        people: dict[int, Person] = file.rows(Person, file.raw)
        file.unique({n: person.id for n, person in people.items()}, "id")
        taken: dict[str, str] = {}
        for position, person in people.items():
            for name in dict.fromkeys(name.casefold() for name in person.names):
                if name in taken:
                    file.fault((position,), f"the name “{name}” already belongs to {taken[name]}")
                taken.setdefault(name, person.id)
        return tuple(people.values())

    def _faq(self) -> tuple[FaqEntry, ...]:
        """Read FAQ entries, each cited or marked editorial, no wording used twice."""
        file = self._tables["faq.yaml"]
        faq: dict[int, FaqEntry] = file.rows(FaqEntry, file.raw)
        file.unique({n: entry.id for n, entry in faq.items()}, "id")
        seen: set[str] = set()
        for position, entry in faq.items():
            if bool(entry.citations) == entry.editorial:
                file.fault((position,), "needs either citations or the mark editorial")
            if len(entry.citations) > MOST_CITATIONS:
                problem = f"an answer rests on {MOST_CITATIONS} passages at most; choose the best"
                file.fault((position, "citations"), problem)
            for wording in map(str.casefold, (entry.question, *entry.alternatives)):
                if wording in seen:
                    file.fault((position,), f"the wording “{wording}” is used twice")
                seen.add(wording)
                if problem := never_found(wording):
                    file.fault((position,), f"the wording “{echo(wording)}” {problem}")
        return tuple(faq.values())

    def _unknowns(self) -> tuple[KnownUnknown, ...]:
        file = self._tables["unknowns.yaml"]
        unknowns: dict[int, KnownUnknown] = file.rows(KnownUnknown, file.raw)
        file.unique({n: unknown.id for n, unknown in unknowns.items()}, "id")
        return tuple(unknowns.values())

    def _corrections(self, library: Library) -> tuple[Correction, ...]:
        """Read corrections, oldest first, whose rows there are unless a table could not be read."""
        file = self._tables["corrections.yaml"]
        corrections: dict[int, Correction] = file.rows(Correction, file.raw)
        tables = {
            "assistance": [*library.assistance.figures, *library.assistance.series],
            "disputes": library.timeline.disputes,
            "exports": [*library.exports.figures, *library.exports.series],
            "faq": library.faq,
            "people": library.people,
            "timeline": library.timeline.events,
            "unknowns": library.unknowns,
        }
        rows = {f"{name}/{_row_id(row)}" for name, held in tables.items() for row in held}
        certain = not any(self._tables[f"{name}.yaml"].faults for name in tables) and not self._unread
        for place, problem in problems_of_corrections(corrections, rows if certain else None):
            file.fault(place, problem)
        return tuple(corrections.values())

    def _vocabulary(self) -> Vocabulary:
        file = self._tables["vocabulary.yaml"]
        if file.faults:
            return Vocabulary()
        vocabulary: Vocabulary = file.one(Vocabulary, file.raw) or Vocabulary()
        for name in vocabulary.collections.keys() - set(COLLECTIONS):
            file.fault(("collections", name), _NO_COLLECTION)
        return vocabulary

    def _check_citations(self, library: Library) -> None:
        """Check that every citation in every table resolves, and that none is missing where one is due."""
        for file in self._tables.values():
            for place, value in _walk(file.raw, ()):
                if place[-1] not in ("citations", "nearest", "told") or not isinstance(value, list):
                    continue
                if not value:
                    file.fault(place, "at least one citation is needed")
                for position, text in enumerate(value):
                    if problem := self._citation_problem(str(text), library):
                        file.fault((*place, position), problem)

    def _citation_problem(self, text: str, library: Library) -> str:
        try:
            citation = Citation.parse(text)
        except CitationError:
            return ""  # a fault of its own
        if citation.source in self._unread:
            return ""
        if citation not in library:
            return f"{echo(text)} leads to no passage"
        source, passage = library.resolve(citation)
        written = source.citation(passage)
        return "" if citation == written else f"write it as the source does: {written}"


def _row_id(row: Any) -> str:
    """Return what a row is known by: its id or, of a figure, series and period."""
    return f"{row.series}/{row.period}" if isinstance(row, Figure) else str(row.id)


def _collection_first(item: tuple[str, Source]) -> int:
    """Order sources by collection, so that the founding documents come first."""
    collection = item[1].collection
    return COLLECTIONS.index(collection) if collection in COLLECTIONS else len(COLLECTIONS)


def _walk(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    if place:
        yield place, value
    children: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for step, child in children:
        yield from _walk(child, (*place, step))


def _source_problems(source: Source) -> Iterator[tuple[Place, str]]:
    """Yield what is wrong with a source or its passages, with its place."""
    if len(source.id) > LONGEST_SOURCE_ID:
        yield ("id",), f"an id has {LONGEST_SOURCE_ID} characters at most"
    if source.url.strip() and not is_web_address(source.url):
        yield ("url",), "write the whole address: https://example.org/report"
    if source.collection not in COLLECTIONS:
        yield ("collection",), _NO_COLLECTION
    if source.addressing == "notes":
        if not source.quality:
            yield ("quality",), "is missing; say what kind of witness the source is"
        if not source.url.startswith("https://"):
            yield ("url",), "write the address with https://"
    if source.published and source.published != _first_day(source.published, source.published_precision):
        yield ("published",), f"write the first day of the {source.published_precision}; more is not known"
    if not source.passages:
        yield ("passages",), "at least one passage is needed"
    for position, passage in enumerate(source.passages):
        if not _is_ref(passage.ref):
            wanted = f"write up to {LONGEST_REF} letters, digits and hyphens, such as 12, title or 2023-11"
            yield ("passages", position, "ref"), f"“{echo(passage.ref)}” cannot be cited: {wanted}"
        if not passage.text.strip():
            yield ("passages", position), "has neither a note nor an original"


def _first_day(day: date, precision: str) -> date:
    """Return the first day of the month or year that a day stands for; of a day, itself."""
    return day.replace(day=1, month=1 if precision == "year" else day.month) if precision != "day" else day


def _is_ref(ref: str) -> bool:
    """Whether a ref is read back from a citation; `p3` is not, which is short for paragraph 3."""
    try:
        return Citation.parse(f"x¶{ref}").ref == ref and len(ref) <= LONGEST_REF
    except CitationError:
        return False
