"""Building an archive on disk: documents go through one by one, whatever there are of them.

Postings are sorted in runs, which are written to the disk, then laid into their places run by run. What stays
in memory is the vocabulary, and some numbers for each document and passage.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from knowledge.content import MOST_PIECES, read_source
from knowledge.errors import ContentError
from knowledge.index import Bm25Index, IndexParts
from knowledge.index_files import (
    IndexFilesError,
    built_from,
    load_build,
    room_beside,
    save_build,
    write_array,
    write_terms,
)
from knowledge.retrieval import ROLES, Role, texts_of, unit_terms
from knowledge.selection import Numbers
from knowledge.sources import Passage, Source
from knowledge.stored_archive import (
    ARRAYS,
    BUILDS,
    DOCUMENTS,
    IDS,
    PASSAGES,
    SOURCES,
    Contents,
    StoredArchive,
    hash_of,
    open_archive,
    passage_record,
    source_record,
)
from knowledge.text import terms
from knowledge.vocabulary import Vocabulary

_RUN = 4_000_000
"""Words of a run, which are sorted in memory."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What became of a build: what the archive holds, and what is in it no longer or was left out."""

    contents: Contents
    is_new: bool
    gone: int = 0
    left_out: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return a few lines for the terminal."""
        held = self.contents
        documents = f"{held.documents:,} document{'s' * (held.documents != 1)}"
        passages = f"{held.passages:,} passage{'s' * (held.passages != 1)}"
        were = "was" if self.gone == 1 else "were"
        gone = f"; {self.gone:,} that {were} in it {were} deleted" if self.gone else ""
        until = "it is left out until it is deleted and ingest run again"
        lines = [f"{reason}; {until}" for reason in self.left_out]
        lines.append(f"The archive holds {documents} with {passages}{gone}.")
        if self.is_new:
            lines.append("A running bot answers from it within seconds.")
        return "\n".join(lines)


def build_archive(data_dir: Path, vocabulary: Vocabulary) -> BuildReport | None:
    """Build the archive of a data folder from the documents taken in, if it is not made from just these.

    Documents that cannot be read are left out, and named. Returns None if there is no document and no
    archive. Raises `OSError`, and `IndexFilesError` if another process is building.
    """
    files = sorted((data_dir / DOCUMENTS).glob("*.yaml"), key=lambda file: file.stem)
    made_from = _stamp(files, vocabulary)
    before = _before(data_dir)
    if before and built_from(data_dir / BUILDS) == made_from:
        return BuildReport(before.contents, is_new=False)
    if not files and before is None:
        return None
    left_out: list[str] = []
    write_archive(data_dir, _readable(files, left_out), vocabulary, made_from)
    after = open_archive(data_dir)
    if after is None:
        raise IndexFilesError(f"What was built in {data_dir / BUILDS} cannot be opened. Build it anew.")
    gone = len(set(before.ids()).difference(file.stem for file in files)) if before else 0
    return BuildReport(after.contents, is_new=True, gone=gone, left_out=tuple(left_out))


def _before(data_dir: Path) -> StoredArchive | None:
    """Return the archive that is there; None where it is damaged, which building it anew mends."""
    with suppress(IndexFilesError):
        return load_build(data_dir / BUILDS, StoredArchive)
    return None


def write_archive(
    data_dir: Path, documents: Iterable[Source], vocabulary: Vocabulary, made_from: str = ""
) -> str:
    """Build the archive of a data folder from documents that come in the order of their ids; return its name.

    Raises `OSError`, and `IndexFilesError` if another process is building.
    """
    return save_build(data_dir / BUILDS, made_from, partial(_make, documents, vocabulary))


def _stamp(files: Iterable[Path], vocabulary: Vocabulary) -> str:
    """Return what is another if a document was written, or deleted, since."""
    stamp = hashlib.sha256(hash_of(vocabulary).encode())
    for file in files:
        about = file.stat()
        stamp.update(f"\n{file.name} {about.st_size} {about.st_mtime_ns}".encode())
    return stamp.hexdigest()


def _readable(files: Iterable[Path], left_out: list[str]) -> Iterator[Source]:
    for file in files:
        try:
            yield read_source(file.name, file.read_bytes(), MOST_PIECES)
        except ContentError as error:
            left_out.append(f"{DOCUMENTS / file.name} cannot be read: {error.faults[0]}")
        except OSError as error:
            left_out.append(f"{DOCUMENTS / file.name} cannot be read: {error.strerror}")


def _make(
    documents: Iterable[Source], vocabulary: Vocabulary, folder: Path
) -> tuple[IndexParts, dict[str, Any]]:
    """Write what belongs to an archive into the folder of a build; return its index, and what it holds."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    postings = _Postings(room_beside(folder))
    ids: list[str] = []
    days: set[str] = set()
    first_rows, ref_sums = array("q", [0]), array("I")
    with _Writer(folder / SOURCES) as sources, _Writer(folder / PASSAGES) as passages:
        for source in documents:
            ids.append(source.id)
            sources.write(source_record(source))
            if source.issued:
                days.add(source.issued)
            for passage in source.passages:
                units = _units(passage, vocabulary, numbers.__getitem__)
                postings.add([term for _, unit in units for term in unit], is_in=bool(units))
                distinct = [(ROLES.index(role), tuple(dict.fromkeys(unit))) for role, unit in units]
                passages.write(passage_record(passage, distinct))
                ref_sums.append(zlib.crc32(passage.ref.lower().encode()))
            first_rows.append(len(ref_sums))
    columns = {
        "source_ends": sources.ends,
        "source_sums": sources.sums,
        "source_rows": first_rows,
        "passage_ends": passages.ends,
        "passage_sums": passages.sums,
        "ref_sums": ref_sums,
    }
    for name, kind in ARRAYS.items():
        write_array(folder, name, np.array(columns[name], kind), kind)
    write_terms(folder, ids, IDS)
    parts = postings.parts(dict(numbers))
    contents = Contents(
        len(ids), len(ref_sums), min(days, default=""), max(days, default=""), hash_of(vocabulary)
    )
    return parts, asdict(contents)


def _units(
    passage: Passage, vocabulary: Vocabulary, number: Callable[[str], int]
) -> list[tuple[Role, list[int]]]:
    return [
        (role, list(map(number, unit_terms(vocabulary, role, text, terms(text)))))
        for role, text in texts_of(passage)
    ]


class _Writer:
    """Writes records one after the other, and notes where each ends, and its checksum."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")
        self.ends, self.sums = array("q", [0]), array("I")

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())

    def write(self, record: bytes) -> None:
        self._file.write(record)
        self.ends.append(self.ends[-1] + len(record))
        self.sums.append(zlib.crc32(record))


class _Postings:
    """The postings of passages that come one by one, and of which no more than a run is in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs = 0
        self._terms, self._lengths = array("i"), array("i")
        self._first = 0
        self._holders: NDArray[np.int64] = np.zeros(0, np.int64)

    def add(self, words: list[int], *, is_in: bool) -> None:
        """Add a passage; one that is not in the index has its number all the same."""
        self._terms.extend(words)
        self._lengths.append(len(words) if is_in else -1)
        if len(self._terms) >= _RUN:
            self._end_run()

    def _end_run(self) -> None:
        """Sort the words of a run by term and passage, and write them to the disk."""
        lengths = np.maximum(np.array(self._lengths[self._first :], np.int64), 0)
        docs = np.repeat(np.arange(self._first, self._first + lengths.size), lengths)
        words = np.array(self._terms, np.int64)
        postings, tfs = np.unique(words << 32 | docs, return_counts=True)
        found = (postings >> 32).astype(np.int32)
        for name, column in (("terms", found), ("docs", postings.astype(np.int32)), ("tfs", tfs)):
            np.save(self._folder / f"{self._runs}-{name}.npy", column.astype(np.int32))
        holders = np.bincount(found, minlength=self._holders.size)
        holders[: self._holders.size] += self._holders
        self._holders = holders
        self._runs += 1
        self._first, self._terms = len(self._lengths), array("i")

    def parts(self, numbers: dict[str, int]) -> IndexParts:
        """Return all as the parts of an index, of which the postings are on the disk."""
        if self._terms:
            self._end_run()
        offsets = np.zeros(len(numbers) + 1, np.int64)
        offsets[1 : self._holders.size + 1] = self._holders
        np.cumsum(offsets, out=offsets)
        docs, tfs = self._laid_out(offsets)
        plain = Bm25Index()
        lengths = np.array(self._lengths, np.int32)
        ceilings = np.zeros(len(numbers))
        settings = (plain.scheme, plain.k1, plain.b, plain.epsilon)
        index = Bm25Index.of(IndexParts(*settings, numbers, offsets, docs, tfs, lengths, ceilings))
        return index.parts()

    def _laid_out(self, offsets: NDArray[np.int64]) -> tuple[Numbers, Numbers]:
        """Lay the postings of the runs into their places; passages come in the order of the runs."""
        whole = {name: self._room(name, int(offsets[-1])) for name in ("docs", "tfs")}
        places = offsets[:-1].copy()
        for run in range(self._runs):
            found = np.load(self._folder / f"{run}-terms.npy")
            starts = np.flatnonzero(np.diff(found, prepend=-1))
            sizes = np.diff(starts, append=found.size)
            target = np.repeat(places[found[starts]] - starts, sizes) + np.arange(found.size)
            for name, room in whole.items():
                room[target] = np.load(self._folder / f"{run}-{name}.npy")
            places[found[starts]] += sizes
        return whole["docs"], whole["tfs"]

    def _room(self, name: str, size: int) -> Numbers:
        if not size:
            return np.zeros(0, np.int32)
        with (self._folder / name).open("wb") as file:
            if hasattr(os, "posix_fallocate"):  # a full disk is an error now, and a crash once it is mapped
                os.posix_fallocate(file.fileno(), 0, size * np.dtype(np.int32).itemsize)
        return np.memmap(self._folder / name, np.int32, "r+", shape=(size,))
