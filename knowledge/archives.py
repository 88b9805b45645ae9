"""Archives: a folder of documents taken in at once, as many times as it changes.

Every file ends as one outcome: taken in, renewed, moved, unchanged, or set aside with the reason, which stops
nothing. `archive_pool` has the processes that read them, `archive_journal` what became of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import sys
import unicodedata
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from knowledge.archive_journal import BEGUN, NAME, SET_ASIDE, TAKEN, Entry, Journal
from knowledge.archive_pool import Limits, Pool
from knowledge.archive_worker import MOST_BYTES, MOST_SIDECAR, SIDECAR, Reply, Request, bytes_of, sidecar_of
from knowledge.citations import LONGEST_SOURCE_ID
from knowledge.content import SHIPPED
from knowledge.content_writing import write_whole
from knowledge.errors import IngestError
from knowledge.formats import SUFFIXES, missing_libraries
from knowledge.stored_archive import DOCUMENTS

_READING = "1"
"""Goes up with every change of how documents are read, so that all are read anew."""

_CHUNK = 1 << 20
_OF_ALL = ("publisher", "url")
"""The details that the files of a folder often share."""
_LONGEST_PLACE = 200
_LONGEST_REASON = 500


class Kind(StrEnum):
    """What became of a file."""

    TAKEN = "taken in"
    RENEWED = "renewed"
    MOVED = "moved"
    UNCHANGED = "unchanged"
    SET_ASIDE = "set aside"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: its place in the folder as it can be shown, its source, and why or how."""

    place: str
    kind: Kind
    source: str = ""
    reason: str = ""
    missing: tuple[str, ...] = ()
    found: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return a line for the terminal."""
        source = f" ({self.source})" if self.source else ""
        return f"{self.place}{source}: {self.kind}{': ' if self.reason else ''}{self.reason}"


@dataclass(frozen=True, slots=True)
class _Step:
    """A file on its way: what the journal says of it now, and its outcome where that is known already."""

    entry: Entry
    outcome: Outcome | None = None
    moved: bool = False


class Archive:
    """A folder of documents and the data folder into which they are taken."""

    def __init__(  # noqa: PLR0913  (all named by the caller)
        self,
        folder: Path,
        data_dir: Path,
        *,
        defaults: Mapping[str, str] | None = None,
        processes: int = 2,
        limits: Limits | None = None,
        again: bool = False,
        shipped: Path = SHIPPED,
    ) -> None:
        """Look whether all is there; raises `IngestError` if not.

        `defaults` are details for what a file does not say of itself; a `url` that ends with a slash is the
        folder in which the files can be read. With `again`, what was set aside is tried once more.
        """
        if missing := missing_libraries():
            raise IngestError(
                f"To read documents, install what is missing ({', '.join(missing)}): "
                f"{sys.executable} -m pip install -e '.[archives]'"
            )
        if not folder.is_dir():
            raise IngestError(f"{folder} is not a folder. Check the path.")
        self._folder, self._data = folder.resolve(), data_dir.resolve()
        if self._data.is_relative_to(self._folder):
            raise IngestError(
                f"{folder} holds the data folder of the bot. Move the documents to a folder of theirs."
            )
        self._defaults = dict(defaults or {})
        self._processes, self._limits, self._again = processes, limits or Limits(), again
        self._shipped = frozenset(path.stem for path in (shipped / "sources").glob("*.yaml"))
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Open the journal; raises `IngestError` if it is in use or damaged."""
        self._journal = self._open.enter_context(Journal(self._data / NAME, os.fsencode(self._folder)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the journal."""
        self._open.close()

    def walk(self) -> int:
        """Find the files in the folder; return how many there are. Hidden ones and details are no files."""
        return self._journal.walk(_files(self._folder))

    def outcomes(self) -> Generator[Outcome]:
        """Take in the files that were found, and yield what became of each, in the order of their paths.

        Each is in the journal before it is yielded. Raises `IngestError` if nothing can be written any more.
        """
        with Pool(self._processes, self._limits) as pool:
            steps = map(self._begin, self._journal.walked())
            for step, reply in pool.read((step, self._request(step)) for step in steps):
                yield step.outcome if step.outcome is not None else self._settle(step, reply or Reply())

    def vanished(self) -> Iterator[Outcome]:
        """Yield the files that were taken in and are no longer there; their sources stay."""
        for entry in self._journal.not_walked():
            if self._is_there(entry):
                continue
            if entry.source and self._content(entry.source).exists():
                reason = (
                    f"its passages stay until {DOCUMENTS / entry.source}.yaml is deleted from the data "
                    "folder, and ingest is run again"
                )
                yield Outcome(_shown(entry.path), Kind.VANISHED, entry.source, reason)
            else:
                self._journal.forget(entry)

    def set_aside(self) -> Iterator[Outcome]:
        """Yield the files that are set aside, with their reasons."""
        return (_aside(entry) for entry in self._journal.set_aside())

    def ask_for(self) -> Iterator[tuple[Outcome, bytes]]:
        """Yield the files that are set aside for what nobody has said of them, each with its path."""
        return ((_aside(entry), entry.path) for entry in self._journal.set_aside() if entry.missing)

    def walk_answered(self) -> int:
        """Find, in place of all files, those of which something was said; return how many they are."""
        entries = self._journal.set_aside()
        return self._journal.walk(entry.path for entry in entries if entry.answers and not entry.fingerprint)

    def answer(self, path: bytes, answers: Mapping[str, str]) -> None:
        """Keep what somebody says of a file; `outcomes` takes it in after `walk_answered`."""
        entry = self._journal.entry(path) or Entry(path)
        self._journal.write(replace(entry, answers={**entry.answers, **answers}, fingerprint="", missing=()))

    # One file

    def _begin(self, path: bytes) -> _Step:
        """Say what is to be done with a file, and put down in the journal that it is begun."""
        known = self._journal.entry(path) or Entry(path)
        try:
            digest = _digest(self._file(path))
        except IngestError as error:
            reason = str(error)
            return self._ended(replace(known, state=SET_ASIDE, reason=reason, fingerprint="", missing=()))
        fingerprint = self._fingerprint(path, digest)
        if known.fingerprint == fingerprint:
            if known.state == TAKEN and known.source and self._content(known.source).exists():
                return _Step(known, Outcome(_shown(path), Kind.UNCHANGED, known.source))
            if known.state == SET_ASIDE and not self._again:
                return _Step(known, _aside(known))
        moved = False
        if known.source is None and (twin := self._journal.same(digest, path)):
            if self._is_there(twin, digest):
                reason = f"is the same as {_shown(twin.path)}"
                return self._ended(replace(known, digest=digest, state=SET_ASIDE, reason=reason, missing=()))
            if not self._is_there(twin):
                known, moved = (
                    replace(twin, path=path),
                    True,
                )  # in the place of the twin, which has its source
        source = known.source or self._new_id(path)
        entry = replace(
            known, digest=digest, fingerprint="", source=source, state=BEGUN, reason="", missing=()
        )
        self._journal.write(entry)
        return _Step(replace(entry, fingerprint=fingerprint), moved=moved)

    def _request(self, step: _Step) -> Request | None:
        if step.outcome is not None:
            return None
        entry = step.entry
        assert entry.source is not None
        return Request(
            path=str(self._file(entry.path)),
            place=_shown(entry.path),
            digest=entry.digest,
            source=entry.source,
            answers=entry.answers,
            defaults=self._defaults | {"url": self._address(entry.path)},
            old=str(self._content(entry.source)),
        )

    def _settle(self, step: _Step, reply: Reply) -> Outcome:
        """Write what was read of a file, then put it down in the journal; return the outcome."""
        entry = step.entry
        assert entry.source is not None
        file = self._content(entry.source)
        if reply.reason:
            kept = entry.source if file.exists() else None
            reason = _printable(" ".join(reply.reason.split()))[:_LONGEST_REASON]
            aside = replace(entry, state=SET_ASIDE, source=kept, reason=reason)
            aside = replace(aside, missing=reply.missing, found=reply.found)
            self._journal.write(aside)
            return _aside(aside)
        kind = Kind.MOVED if step.moved else Kind.RENEWED if file.exists() else Kind.TAKEN
        data = reply.content.encode()
        try:
            if file.exists() and file.read_bytes() == data:
                kind = Kind.MOVED if step.moved else Kind.UNCHANGED
            else:
                write_whole(file, data)
        except OSError as error:
            raise IngestError(f"{file} cannot be written: {error}. Make room, then run it again.") from None
        self._journal.write(replace(entry, state=TAKEN, reason="", missing=(), found={}))
        how = reply.report if kind == Kind.RENEWED else ""
        return Outcome(_shown(entry.path), kind, entry.source or "", how)

    def _ended(self, entry: Entry) -> _Step:
        self._journal.write(entry)
        return _Step(entry, _aside(entry))

    def _file(self, path: bytes) -> Path:
        return self._folder / os.fsdecode(path)

    def _content(self, source: str) -> Path:
        return self._data / DOCUMENTS / f"{source}.yaml"

    def _is_there(self, entry: Entry, digest: str = "") -> bool:
        """Whether the file of an entry is there, or may be; with a hash, whether it has it still."""
        file = Path(os.fsdecode(entry.folder)) / os.fsdecode(entry.path)
        try:
            return bool(file.lstat()) and (not digest or _digest(file) == digest)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except (OSError, IngestError):
            return not digest

    def _address(self, path: bytes) -> str:
        """Return where a file can be read, if the folder of all of them was given."""
        url = self._defaults.get("url", "")
        return url + quote(path) if url.endswith("/") else url

    def _fingerprint(self, path: bytes, digest: str) -> str:
        """Return what changes with anything on which the outcome depends."""
        details = b""
        with suppress(IngestError):
            beside = sidecar_of(self._file(path))
            details = bytes_of(beside, MOST_SIDECAR) if beside else b""
        said = json.dumps([_READING, digest, self._defaults, self._address(path)])
        return hashlib.sha256(said.encode() + details).hexdigest()

    def _new_id(self, path: bytes) -> str:
        """Return an id for a new source: the name of its file, with a hash where that is not enough."""
        stem = Path(os.fsdecode(path)).stem
        letters = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
        words = "-".join(re.findall(r"[a-z0-9]+", letters))
        says_all = stem.isascii() and re.search("[a-z]", words) and len(words) <= LONGEST_SOURCE_ID
        if says_all and not self._is_used(words):
            return words
        mark = hashlib.sha256(path).hexdigest()[:8]
        short = words[: LONGEST_SOURCE_ID - len(mark) - 1].strip("-") or "document"
        return f"{short}-{mark}"

    def _is_used(self, id_: str) -> bool:
        files = (self._content(id_), self._data / "sources" / f"{id_}.yaml")
        return id_ in self._shipped or any(map(Path.exists, files)) or self._journal.has_source(id_)


def _aside(entry: Entry) -> Outcome:
    reason = entry.reason
    if entry.missing:
        what = ", ".join(f"{name}: …" for name in entry.missing)
        reason = f"{reason}; write {_shown(entry.path)}{SIDECAR} with {what}, or use --ask"
        if for_all := [f"--{name}" for name in entry.missing if name in _OF_ALL]:
            reason = f"{reason}; for all files, {' and '.join(for_all)}"
    if entry.source:
        reason = f"{reason}; {entry.source} stays as it was"
    return Outcome(
        _shown(entry.path),
        Kind.SET_ASIDE,
        entry.source or "",
        reason,
        tuple(entry.missing),
        {name: _printable(value) for name, value in entry.found.items()},
    )


def _files(top: Path) -> Iterator[bytes]:
    """Yield the paths of the files below a folder, links too, which are not followed.

    A folder that cannot be looked into is yielded as if it were a file, which will be set aside.
    """
    folders = [top]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith(".") or entry.name.endswith(SIDECAR):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(folder / entry.name)
                    else:
                        yield os.fsencode((folder / entry.name).relative_to(top))
        except OSError:
            yield os.fsencode(folder.relative_to(top))


def _digest(file: Path) -> str:
    """Return the hash of a document; raises `IngestError` for what is none, without reading it."""
    try:
        about = file.lstat()
        if stat.S_ISLNK(about.st_mode):
            raise IngestError("is a link, and links are not followed; put the document itself there")
        if stat.S_ISDIR(about.st_mode):
            raise IngestError("is a folder that cannot be looked into; check its permissions")
        if not stat.S_ISREG(about.st_mode):
            raise IngestError("is not an ordinary file")
        if file.suffix.lower() not in SUFFIXES:
            raise IngestError(f"is none of {', '.join(SUFFIXES)}")
        if about.st_size > MOST_BYTES:
            raise IngestError(f"is larger than {MOST_BYTES // 1_000_000} MB; cut it into several documents")
        hashed = hashlib.sha256()
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                hashed.update(chunk)
    except OSError as error:
        raise IngestError(f"cannot be read: {error.strerror}") from None
    return hashed.hexdigest()


def _shown(path: bytes) -> str:
    """Return a path as it can be shown and written down, whatever its bytes are."""
    text = os.fsdecode(path).encode("utf-8", "replace").decode()
    shown = _printable(text)
    return shown if len(shown) <= _LONGEST_PLACE else f"…{shown[-_LONGEST_PLACE:]}"


def _printable(text: str) -> str:
    """Return a text that does nothing to a terminal: what is in a document may be meant to."""
    return "".join(c if c.isprintable() else "�" for c in text)
