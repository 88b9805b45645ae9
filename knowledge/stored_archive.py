"""An archive on disk: documents and their passages in one verified build, with the index that finds them.

It is opened without being read through, and a passage is read when it is shown or weighed; so it takes next
to no memory, however large it is. Beside the files of `index_files`, a build of it holds

    ids_*.npy                                  the ids of the documents, in order, as terms
    sources.bin, source_ends.npy, source_sums.npy       the details of each document, with checksums
    source_rows.npy                            where the passages of each begin
    passages.bin, passage_ends.npy, passage_sums.npy    each passage and its analysed units, with checksums
    ref_sums.npy                               the checksum of each passage's ref, by which it is found

The number of a passage is that of its document in the index. One that is retired is there, to be cited, and
is not in the index.
"""

from __future__ import annotations

import hashlib
import json
import logging
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, cast, overload

import numpy as np

from knowledge import index_files
from knowledge.citations import Citation
from knowledge.index import Bm25Index
from knowledge.index_files import (
    Build,
    IndexFilesError,
    StoredTerms,
    current,
    load_build,
    mapped,
    stored_terms,
)
from knowledge.sources import Passage, Source
from knowledge.vocabulary import Vocabulary

FOLDER = Path("archive")
DOCUMENTS, BUILDS = FOLDER / "documents", FOLDER / "index"
"""Where in the data folder the documents of archives lie as they were taken in, and what is built of them."""

SOURCES, PASSAGES = f"sources{index_files.PIECEMEAL}", f"passages{index_files.PIECEMEAL}"
NUMBER = np.dtype("<i4")
ARRAYS: Mapping[str, type[np.generic]] = {
    "source_ends": np.int64,
    "source_sums": np.uint32,
    "source_rows": np.int64,
    "passage_ends": np.int64,
    "passage_sums": np.uint32,
    "ref_sums": np.uint32,
}
IDS = "ids_"

_ANALYSIS = "1"
"""Goes up with every change of how texts are analysed, so that archives are built anew."""

_SOURCES_KEPT = 256
_NAMES_KEPT = 100_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds: how many documents and passages, and when its dated documents are from."""

    documents: int
    passages: int
    first: str
    last: str
    vocabulary: str
    """A hash of the vocabulary with whose concepts its passages were indexed."""


class StoredArchive:
    """An archive that is read from the disk, as needed."""

    def __init__(self, build: Build) -> None:
        """Take a build that was opened; raises `ValueError` if its parts do not belong together."""
        self.name = build.name
        self.index: Bm25Index = build.index
        self.contents = Contents(**build.about)
        self._names = _Names(stored_terms(build.folder))
        self._ids = stored_terms(build.folder, IDS)
        arrays = {name: mapped(build.folder, name, kind) for name, kind in ARRAYS.items()}
        self._ref_sums = arrays["ref_sums"]
        self._rows = arrays["source_rows"].data
        self._sources = _Records(build.folder / SOURCES, arrays["source_ends"], arrays["source_sums"])
        self._passages = _Records(build.folder / PASSAGES, arrays["passage_ends"], arrays["passage_sums"])
        self._kept: dict[int, Source] = {}
        if not (
            len(self._ids) == len(self._sources) == len(self._rows) - 1 == self.contents.documents
            and self._rows[-1] == len(self._passages) == len(self._ref_sums)
        ):
            raise ValueError("its documents and passages do not belong together")

    # Documents

    def __len__(self) -> int:
        """How many documents there are."""
        return len(self._sources)

    def source(self, id_: str) -> Source | None:
        """Return a document by its id; None if there is none."""
        number = self._ids.get(id_)
        return None if number is None else self._source_at(number)

    def ids_from(self, typed: str, most: int) -> Iterator[str]:
        """Yield the ids at and after a text, in their order."""
        first = bisect_left(_Ids(self), typed)
        return (self._ids.term(number) for number in range(first, min(first + most, len(self))))

    def ids_before(self, typed: str, most: int) -> Iterator[str]:
        """Yield the ids before a text, the last first."""
        end = bisect_left(_Ids(self), typed)
        return (self._ids.term(number) for number in range(end - 1, max(end - most, 0) - 1, -1))

    def ids(self) -> Iterator[str]:
        """Yield the ids of all documents, in their order."""
        return iter(self._ids)

    # Passages

    def find(self, citation: Citation) -> int | None:
        """Return the number of the passage at a citation, in whatever case its ref is typed; None if none."""
        number = self._ids.get(citation.source)
        if number is None:
            return None
        first, last = self._rows[number], self._rows[number + 1]
        ref = citation.ref.lower()
        places = np.flatnonzero(self._ref_sums[first:last] == zlib.crc32(ref.encode()))
        rows = (first + int(place) for place in places)
        return next((row for row in rows if self.passage(row).ref.lower() == ref), None)

    def source_of(self, row: int) -> Source:
        """Return the document that a passage is of."""
        return self._source_at(bisect_right(self._rows, row) - 1)

    def id_of(self, row: int) -> str:
        """Return the id of the document that a passage is of; raises `IndexFilesError` if that is damaged."""
        number = bisect_right(self._rows, row) - 1
        _ = self._sources[number]
        return self._ids.term(number)

    def passage(self, row: int) -> Passage:
        """Return a passage by its number; raises `IndexFilesError` if it is not as it was written."""
        return _passage_of(self._passages[row])

    def with_units(self, row: int) -> tuple[Passage, list[tuple[int, list[str]]]]:
        """Return a passage with its units: the number of the role and the analysed terms of each."""
        about, numbers = _split(self._passages[row])
        units = [(role, [*map(self._names.__getitem__, unit)]) for role, unit in _units(numbers)]
        self._names.limit()
        return _passage(about), units

    def neighbours(self, row: int) -> tuple[int | None, int | None]:
        """Return the numbers of the passages before and after one in its document."""
        number = bisect_right(self._rows, row) - 1
        first, last = self._rows[number], self._rows[number + 1]
        return row - 1 if row > first else None, row + 1 if row + 1 < last else None

    def _source_at(self, number: int) -> Source:
        if (source := self._kept.get(number)) is None:
            if len(self._kept) >= _SOURCES_KEPT:
                self._kept.clear()
            self._kept[number] = source = self._read_source(number)
        return source

    def _read_source(self, number: int) -> Source:
        about: dict[str, Any] = {"published": None, **_fields(self._sources[number])}
        about |= {
            name: date.fromisoformat(about[name]) for name in ("published", "read_on") if about.get(name)
        }
        passages = _Passages(self._passages, range(self._rows[number], self._rows[number + 1]))
        return Source(**about, passages=cast("tuple[Passage, ...]", passages))


def open_archive(data_dir: Path) -> StoredArchive | None:
    """Return the archive of a data folder; None if there is none, or none that can be used: the log says why.

    What the bot knows without it, it answers all the same.
    """
    folder = data_dir / BUILDS
    if not (folder / index_files.CURRENT).exists():
        return None
    try:
        return load_build(folder, StoredArchive)
    except IndexFilesError as error:
        _log.error("The archive is left out, and documents in it are not found. %s %s", error, _REMEDY)
        return None


def name_in_use(data_dir: Path) -> str:
    """Return the name of the build in use, without opening it; nothing if there is none."""
    try:
        return current(data_dir / BUILDS)
    except IndexFilesError:
        return ""


def archive_fault(data_dir: Path) -> str:
    """Read the archive of a data folder through; return what is wrong with it, and what to do, or nothing."""
    folder = data_dir / BUILDS
    if not (folder / index_files.CURRENT).exists():
        return _NOT_BUILT if any((data_dir / DOCUMENTS).glob("*.yaml")) else ""
    try:
        index_files.verify(folder)
        load_build(folder, StoredArchive)
    except IndexFilesError as error:
        return f"{error} {_REMEDY}"
    return ""


_REMEDY = "To do that, run ingest for its folder again: the documents that were taken in are still there."
_NOT_BUILT = (
    "There is no index yet of the documents that were taken in, so none of them is found. Run ingest for "
    "their folder again: it goes on from where it was, and builds one."
)


def hash_of(vocabulary: Vocabulary) -> str:
    """Return what is another for another vocabulary, or another way to analyse texts."""
    return hashlib.sha256(f"{_ANALYSIS} {vocabulary!r}".encode()).hexdigest()[:16]


# How it is kept


def source_record(source: Source) -> bytes:
    """Return a document as its record: its details, without its passages."""
    return _written(source, fields(Source), but="passages")


def passage_record(passage: Passage, units: Iterable[tuple[int, Sequence[int]]]) -> bytes:
    """Return a passage as its record: its fields, and its units as the numbers of roles and terms."""
    text = _written(passage, fields(Passage))
    numbers = array("i")
    for role, terms in units:
        numbers.extend((role, len(terms), *terms))
    return len(text).to_bytes(NUMBER.itemsize, "little") + text + np.array(numbers, NUMBER).tobytes()


def _written(row: Source | Passage, named: Iterable[Field[Any]], but: str = "") -> bytes:
    held = {field.name: getattr(row, field.name) for field in named if field.name != but}
    kept = {name: value for name, value in held.items() if value not in ("", (), False, None)}
    return json.dumps(kept, default=str, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _split(record: bytes) -> tuple[bytes, bytes]:
    size = NUMBER.itemsize + int.from_bytes(record[: NUMBER.itemsize], "little")
    return record[NUMBER.itemsize : size], record[size:]


def _units(numbers: bytes) -> Iterator[tuple[int, list[int]]]:
    found = np.frombuffer(numbers, NUMBER).tolist()
    place = 0
    while place < len(found):
        role, size = found[place : place + 2]
        yield role, found[place + 2 : place + 2 + size]
        place += 2 + size


def _passage(about: bytes) -> Passage:
    return Passage(**_fields(about))


def _passage_of(record: bytes) -> Passage:
    about, _ = _split(record)
    return _passage(about)


def _fields(record: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(record.decode("utf-8", "surrogatepass"))
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


class _Names(dict[int, str]):
    """Terms by their numbers, read when they are asked for."""

    def __init__(self, terms: StoredTerms) -> None:
        super().__init__()
        self._read = terms.term

    def __missing__(self, number: int) -> str:
        self[number] = name = self._read(number)
        return name

    def limit(self) -> None:
        """Forget all, if they are too many."""
        if len(self) > _NAMES_KEPT:
            self.clear()


class _Records:
    """Records that are read from a file one by one, each verified."""

    def __init__(self, file: Path, ends: np.ndarray[Any, Any], sums: np.ndarray[Any, Any]) -> None:
        self._file, self._ends, self._sums = file, ends.data, sums.data
        size = file.stat().st_size
        self._data = np.memmap(file, np.uint8, "r").data if size else memoryview(b"")
        if len(ends) - 1 != len(sums) or ends[-1] != size:
            raise ValueError(f"{file.name} does not belong to it")

    def __len__(self) -> int:
        return len(self._sums)

    def __getitem__(self, number: int) -> bytes:
        record = bytes(self._data[self._ends[number] : self._ends[number + 1]])
        if zlib.crc32(record) != self._sums[number]:
            raise IndexFilesError(f"{self._file} is damaged: record {number} is not as it was written.")
        return record


@dataclass(frozen=True, slots=True)
class _Ids(Sequence[str]):
    """The ids of an archive in their order, of which those are read that are looked at."""

    archive: StoredArchive

    def __len__(self) -> int:
        return len(self.archive)

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[str]: ...
    def __getitem__(self, number: int | slice) -> str | Sequence[str]:
        if isinstance(number, slice):
            return [self[one] for one in range(len(self))[number]]
        return self.archive._ids.term(number)


@dataclass(frozen=True, slots=True)
class Catalogue(Mapping[str, Source]):
    """Sources by their ids, and after them the documents of an archive, which are read when looked up."""

    sources: Mapping[str, Source]
    archive: StoredArchive

    def __getitem__(self, id_: str) -> Source:
        """Return a source; raises `KeyError` if there is none of this id."""
        source = self.sources.get(id_) or self.archive.source(id_)
        if source is None:
            raise KeyError(id_)
        return source

    def __len__(self) -> int:
        """How many ids there are."""
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[str]:
        """Yield all ids, however many."""
        yield from self.sources
        yield from (id_ for id_ in self.archive.ids() if id_ not in self.sources)


class _Passages(Sequence[Passage]):
    """The passages of a document, each read when it is looked at: it stands in for a tuple.

    It does not hold the archive, which keeps the document: a cycle would keep both, and the files, for good.
    """

    __slots__ = ("_records", "_rows")

    def __init__(self, records: _Records, rows: range) -> None:
        self._records, self._rows = records, rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Passage: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, place: int | slice) -> Passage | tuple[Passage, ...]:
        if isinstance(place, slice):
            return tuple(_passage_of(self._records[row]) for row in self._rows[place])
        return _passage_of(self._records[self._rows[place]])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))
