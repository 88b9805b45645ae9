"""Indexes on disk, for archives: built beside the one in use, verified, and put in its place at one moment.

A folder holds

    current               the name of the build in use
    4f1c09ab26d37e85/     a build: a manifest and arrays, which are mapped into memory and read as needed

A build is named by its manifest, which has the checksums of its files, and is never changed. So a process
that answers from one goes on with it whatever happens to the folder, and processes share one copy in memory.
One process at a time builds. Wherever it stops, `current` names a whole build, the old one or the new one.

What belongs to an index, such as the texts that it finds, is written into its build, under the same manifest.
Files of it that are large and read piece by piece (`.bin`) are not read through to open a build.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError
from knowledge.index import Bm25Index, IndexParts

FORMAT = 4
CURRENT, MANIFEST = "current", "manifest.json"

_POSTINGS: dict[str, type[np.generic]] = {
    "offsets": np.int64,
    "docs": np.int32,
    "tfs": np.int32,
    "lengths": np.int32,
    "ceilings": np.float64,
}
_TERMS: dict[str, type[np.generic]] = {
    "text": np.uint8,
    "ends": np.int64,
    "hashes": np.uint32,
    "numbers": np.int32,
}
Read = TypeVar("Read")

PIECEMEAL = ".bin"
"""The ending of files that are read piece by piece; whoever reads a piece has to verify it."""

_BUILD = re.compile("[0-9a-f]{16}")
_UNFINISHED = "unfinished-"
_CHUNK = 1 << 20
_TRIES = 5
"""How often a build may be replaced between reading its name and opening it, before that is an error."""


class IndexFilesError(KnowledgeError, ValueError):
    """An index on disk that cannot be used or built; the text says where it is and what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """A build that was opened: its name, its folder, what was noted about it, and its index."""

    name: str
    folder: Path
    about: Mapping[str, Any]
    index: Bm25Index


def opened(folder: Path, made_from: str, corpus: Callable[[], Iterable[Iterable[str]]]) -> Bm25Index:
    """Return the index in a folder; it is built first if there is none whole of what `made_from` names.

    `corpus` gives the documents, as terms, and is asked only then. Raises `OSError`, and `IndexFilesError`
    if another process is building.
    """
    with suppress(IndexFilesError):
        if built_from(folder) == made_from:
            return load(folder)
    save(Bm25Index(corpus()), folder, made_from)
    return load(folder)


def load(folder: Path) -> Bm25Index:
    """Return the index in use, verified; its arrays stay on disk, and changes of it in memory.

    Raises `IndexFilesError` if there is none, or one that is damaged.
    """
    return load_build(folder, lambda build: build.index)


def load_build(folder: Path, read: Callable[[Build], Read]) -> Read:
    """Return what is made of the build in use, which was verified, and of the files that belong to it.

    Raises `IndexFilesError` as `load` does, and if reading them raises an error.
    """

    def whole(place: Path, name: str) -> Read:
        build = _verified(place, name)
        try:
            return read(build)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexFilesError(_damaged(place, str(error))) from error

    return _of_current(folder, whole)


def verify(folder: Path) -> None:
    """Read all files of the build in use through; raises `IndexFilesError` if one was changed since."""
    _of_current(folder, lambda build, name: _verified(build, name, wholly=True))


def built_from(folder: Path) -> str:
    """Return what the index in use was said to be made from; raises `IndexFilesError` as `load` does."""
    return str(_of_current(folder, _manifest)["made_from"])


def save(index: Bm25Index, folder: Path, made_from: str = "") -> str:
    """Write an index, verify what was written, and put it in use; return the name of the build.

    Other builds are removed. Raises `OSError`, and `IndexFilesError` if another process is building or what
    was written cannot be read; what was in use then still is.
    """
    return save_build(folder, made_from, lambda _: (index.parts(), {}))


def save_build(
    folder: Path, made_from: str, make: Callable[[Path], tuple[IndexParts, Mapping[str, Any]]]
) -> str:
    """Have an index made, with what belongs to it, and put it in use as `save` does.

    `make` is given the folder of the build, in which it may write files, and returns the parts of the index,
    and what is to be noted about the build.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _building(folder):
        _sweep(folder)
        new = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
        new.chmod(0o755)  # others may read it, unlike what is temporary
        try:
            parts, about = make(new)
            name = _write(parts, new, made_from, about)
            _verified(new, name, wholly=True)
            _put(new, folder / name)
            _point(folder, name)
        finally:
            _sweep(folder)
    return name


def current(folder: Path) -> str:
    """Return the name of the build in use; raises `IndexFilesError` if there is none."""
    try:
        name = (folder / CURRENT).read_text("ascii").strip()
    except FileNotFoundError:
        raise IndexFilesError(f"There is no index in {folder}. Build one.") from None
    except (OSError, UnicodeError) as error:
        raise IndexFilesError(_damaged(folder, f"{CURRENT} cannot be read: {error}")) from error
    if not _BUILD.fullmatch(name):
        raise IndexFilesError(_damaged(folder, f"{CURRENT} names no build"))
    return name


# Writing


@contextmanager
def _building(folder: Path) -> Iterator[None]:
    """Be the only process that builds; the lock goes with the process, however it ends."""
    from knowledge.store.holding import Hold

    try:
        hold = Hold(folder / "building", alone=True)
    except BlockingIOError:
        raise IndexFilesError(f"Another process is building the index in {folder}. Wait for it.") from None
    with hold:
        yield


def room_beside(build: Path) -> Path:
    """Return a new folder for what is needed only until a build is written, and swept away then."""
    return Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=build.parent))


def _write(parts: IndexParts, folder: Path, made_from: str, about: Mapping[str, Any]) -> str:
    """Write the files of an index to the disk, and the manifest of all that is there; return its name."""
    arrays = {name: getattr(parts, name) for name in _POSTINGS}
    for name, kind in _POSTINGS.items():
        write_array(folder, name, arrays[name], kind)
    write_terms(folder, parts.terms)
    files = {path.name: [path.stat().st_size, _checksum(path)] for path in sorted(folder.iterdir())}
    settings = {"idf": parts.scheme, "k1": parts.k1, "b": parts.b, "epsilon": parts.epsilon}
    manifest = json.dumps(
        {"format": FORMAT, "made_from": made_from, "about": about, **settings, "files": files}, indent=1
    )
    with (folder / MANIFEST).open("w", encoding="ascii") as file:
        file.write(manifest)
        _flush(file.fileno(), file.flush)
    _sync_folder(folder)
    return _name(manifest.encode("ascii"))


def write_array(folder: Path, name: str, array: NDArray[Any], kind: type[np.generic]) -> None:
    """Write an array to the disk, to be mapped by `mapped`."""
    with (folder / f"{name}.npy").open("wb") as file:
        np.lib.format.write_array(file, np.asarray(array, kind), version=(1, 0))
        _flush(file.fileno(), file.flush)


def write_terms(folder: Path, terms: Iterable[str], prefix: str = "") -> None:
    """Write terms to the disk, to be read by `stored_terms`."""
    for name, array in _arrays_of_terms(terms).items():
        write_array(folder, f"{prefix}{name}", array, _TERMS[name])


def _arrays_of_terms(terms: Iterable[str]) -> dict[str, NDArray[Any]]:
    encoded = [_encoded(term) for term in terms]
    hashes = np.fromiter(map(zlib.crc32, encoded), np.uint32, len(encoded))
    order = hashes.argsort(kind="stable")
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    text = np.frombuffer(b"".join(encoded), np.uint8)
    return {"text": text, "ends": ends, "hashes": hashes[order], "numbers": order.astype(np.int32)}


def _put(new: Path, build: Path) -> None:
    """Give a build its name; one that has it already is as good, or damaged and makes way."""
    if build.exists():
        with suppress(IndexFilesError):
            _verified(build, build.name, wholly=True)
            return
        build.rename(new.with_name(f"{new.name}-damaged"))
    new.rename(build)
    _sync_folder(build.parent)


def _point(folder: Path, name: str) -> None:
    """Have a build in use: the one moment at which the index changes."""
    beside = folder / f"{CURRENT}.new"
    with beside.open("w", encoding="ascii") as file:
        file.write(f"{name}\n")
        _flush(file.fileno(), file.flush)
    beside.replace(folder / CURRENT)
    _sync_folder(folder)


def _sweep(folder: Path) -> None:
    """Remove what is not in use; what another process reads on a system that minds is left for later."""
    used = None
    with suppress(IndexFilesError):
        used = current(folder)
    for path in folder.iterdir():
        if path.name.startswith(_UNFINISHED) or (_BUILD.fullmatch(path.name) and path.name != used):
            shutil.rmtree(path, ignore_errors=True)


def _flush(descriptor: int, flush: Callable[[], None]) -> None:
    flush()
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every system lets a folder be written to the disk
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# Reading


def _of_current(folder: Path, read: Callable[[Path, str], Read]) -> Read:
    """Read the build in use, which may be replaced, and removed, meanwhile: then, the next."""
    for _ in range(_TRIES):
        pointer, name = _pointer(folder), current(folder)
        try:
            return read(folder / name, name)
        except IndexFilesError:
            if _pointer(folder) == pointer:
                raise
    raise IndexFilesError(f"The index in {folder} is replaced all the time. Build it less often.")


def _pointer(folder: Path) -> tuple[int, int] | None:
    """Return what is another whenever `current` was written anew, though with the same name again."""
    try:
        about = (folder / CURRENT).stat()
    except OSError:
        return None
    return about.st_ino, about.st_mtime_ns


def _verified(build: Path, name: str, *, wholly: bool = False) -> Build:
    """Return a build of which every file is as it was written, those that are read piecemeal if `wholly`."""
    manifest = _manifest(build, name)
    try:
        for file, (size, checksum) in manifest["files"].items():
            _verify(build / file, size, None if file.endswith(PIECEMEAL) and not wholly else checksum)
        postings = {part: mapped(build, part, kind) for part, kind in _POSTINGS.items()}
        terms = stored_terms(build)
        index = Bm25Index.of(
            IndexParts(manifest["idf"], manifest["k1"], manifest["b"], manifest["epsilon"], terms, **postings)
        )
    except Exception as error:  # damaged files raise nearly anything
        raise IndexFilesError(_damaged(build, str(error))) from error
    return Build(name, build, manifest["about"], index)


def _verify(file: Path, size: int, checksum: int | None) -> None:
    try:
        whole = file.stat().st_size == size and (checksum is None or _checksum(file) == checksum)
    except OSError as error:
        raise ValueError(f"{file.name} cannot be read: {error.strerror}") from error
    if not whole:
        raise ValueError(f"{file.name} is not as it was written")


def _manifest(build: Path, name: str) -> Mapping[str, Any]:
    try:
        written = (build / MANIFEST).read_bytes()
    except OSError as error:
        raise IndexFilesError(_damaged(build, f"{MANIFEST} cannot be read: {error.strerror}")) from error
    if _name(written) != name:
        raise IndexFilesError(_damaged(build, f"{MANIFEST} is not as it was written"))
    manifest: dict[str, Any] = json.loads(written)
    if manifest["format"] != FORMAT:
        told = f"its format is {manifest['format']}, and this version of the bot reads {FORMAT}"
        raise IndexFilesError(_damaged(build, told))
    return manifest


def _damaged(place: Path, what: str) -> str:
    return f"The index in {place} cannot be used: {what}. Build it anew."


def _name(manifest: bytes) -> str:
    return hashlib.sha256(manifest).hexdigest()[:16]


def _checksum(path: Path) -> int:
    """Return the checksum of a file, which is read by and by rather than mapped: it is to take no memory."""
    checksum = 0
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    return checksum


def stored_terms(build: Path, prefix: str = "") -> StoredTerms:
    """Return the terms that `write_terms` wrote; raises `ValueError` if they do not belong together."""
    return StoredTerms(**{part: mapped(build, f"{prefix}{part}", kind) for part, kind in _TERMS.items()})


def mapped(build: Path, name: str, kind: type[np.generic]) -> NDArray[Any]:
    """Return an array of a build, which was verified: of its header, only the length is read.

    Numpy has `ast` read the header, which in Python 3.11 two threads cannot do at the same time.
    """
    path = build / f"{name}.npy"
    with path.open("rb") as file:
        start = file.read(10)
    header = len(start) + int.from_bytes(start[8:], "little")
    return np.asarray(np.memmap(path, kind, "c", header, (path.stat().st_size - header) // kind(0).itemsize))


def _encoded(term: str) -> bytes:
    return term.encode("utf-8", "surrogatepass")


class StoredTerms:
    """The numbers of terms that are on disk, one after the other, and are found by their checksums.

    It stands in for a dictionary, and keeps in memory only the terms that are added to it.
    """

    def __init__(
        self,
        text: NDArray[np.uint8],
        ends: NDArray[np.int64],
        hashes: NDArray[np.uint32],
        numbers: NDArray[np.int32],
    ) -> None:
        """Take the text of all terms, where each starts and ends, and their checksums in order, with numbers.

        Raises `ValueError` if these do not belong together.
        """
        self._text, self._ends = text.data, ends.data  # of which one item is got at quicker
        self._hashes, self._numbers = hashes.data, numbers.data
        self._added: dict[str, int] = {}
        if not len(ends) - 1 == len(hashes) == len(numbers) or ends[-1] != len(text):
            raise ValueError("the parts of its terms do not belong together")

    def get(self, term: str, /) -> int | None:
        """Return the number of a term; None if it has none."""
        encoded = _encoded(term)
        checksum = zlib.crc32(encoded)
        place = bisect_left(self._hashes, checksum)
        while place < len(self._hashes) and self._hashes[place] == checksum:
            number = self._numbers[place]
            if self._text[self._ends[number] : self._ends[number + 1]] == encoded:
                return number
            place += 1
        return self._added.get(term)

    def setdefault(self, term: str, number: int, /) -> int:
        """Return the number of a term, which is from now on the one given if it had none."""
        known = self.get(term)
        return self._added.setdefault(term, number) if known is None else known

    def term(self, number: int, /) -> str:
        """Return the term of a number, which must be one of those on disk."""
        return str(self._text[self._ends[number] : self._ends[number + 1]], "utf-8", "surrogatepass")

    def __contains__(self, term: object) -> bool:
        """Whether a term has a number."""
        return isinstance(term, str) and self.get(term) is not None

    def __len__(self) -> int:
        """How many terms there are."""
        return len(self._hashes) + len(self._added)

    def __iter__(self) -> Iterator[str]:
        """Yield the terms in the order of their numbers."""
        for start, end in pairwise(self._ends):
            yield bytes(self._text[start:end]).decode("utf-8", "surrogatepass")
        yield from self._added
