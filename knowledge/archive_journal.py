"""The journal of an archive: what became of every file, so that a run goes on where another one ended.

It is an SQLite file of its own beside the database of the bot, and lies on the disk, not in memory, however
many files there are. Paths are bytes, since names of files need not be text.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from knowledge.errors import IngestError

NAME = "archives.db"
_BATCH = 1_000
_DAMAGED = (
    "Put a copy of it back; if there is none, move it and the folder archive/documents beside it away, and "
    "take in your folders anew."
)
_VERSION = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS documents (
    folder BLOB NOT NULL, path BLOB NOT NULL, digest TEXT NOT NULL, fingerprint TEXT NOT NULL,
    source TEXT UNIQUE, state TEXT NOT NULL, reason TEXT NOT NULL, missing TEXT NOT NULL,
    found TEXT NOT NULL, answers TEXT NOT NULL, PRIMARY KEY (folder, path)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_digest ON documents (digest);
CREATE TEMP TABLE walked (path BLOB PRIMARY KEY) WITHOUT ROWID;
"""
_PRAGMAS = {
    "locking_mode": "EXCLUSIVE",
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "temp_store": "FILE",
    "cache_size": "-4000",
}
BEGUN, TAKEN, SET_ASIDE = "begun", "taken", "set aside"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the journal knows of a file: its state, its source if it has one, and what was said of it."""

    path: bytes
    digest: str = ""
    fingerprint: str = ""
    source: str | None = None
    state: str = BEGUN
    reason: str = ""
    missing: Sequence[str] = ()
    found: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    folder: bytes = b""


class Journal:
    """The journal of one folder; one process alone has it open."""

    def __init__(self, path: Path, folder: bytes) -> None:
        """Open it, or begin it; raises `IngestError` if it cannot be used."""
        self._path, self._folder = path, folder
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=0, isolation_level=None)
            self._prepare()
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise IngestError("Another ingest of a folder is at work. Wait until it has ended.") from None
            raise IngestError(f"{path} cannot be used: {error}. Check the data folder.") from None
        except (sqlite3.DatabaseError, OSError) as error:
            raise IngestError(f"{path} cannot be used: {error}. {_DAMAGED}") from None

    def _prepare(self) -> None:
        for name, value in _PRAGMAS.items():
            self._database.execute(f"PRAGMA {name}={value}")
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            self._database.close()
            raise IngestError(f"{self._path} was written by a newer version of the bot. Use that one.")
        self._database.executescript(_TABLES)
        self._database.execute(f"PRAGMA user_version={_VERSION}")

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._database.close()

    def walk(self, paths: Iterable[bytes]) -> int:
        """Keep the paths of a walk in place of those of the last; return how many they are."""
        self._rows("DELETE FROM walked")
        walking = iter(paths)
        while batch := list(islice(walking, _BATCH)):
            self._rows("BEGIN")
            for path in batch:
                self._rows("INSERT OR IGNORE INTO walked VALUES (?)", (path,))
            self._rows("COMMIT")
        return int(self._rows("SELECT count(*) FROM walked")[0][0])

    def walked(self) -> Iterator[bytes]:
        """Yield the paths of the walk in their order."""
        return (path for (path,) in self._pages("SELECT path FROM walked WHERE path > ?"))

    def entry(self, path: bytes) -> Entry | None:
        """Return what is known of a file."""
        return self._one("folder = ? AND path = ?", self._folder, path)

    def same(self, digest: str, path: bytes) -> Entry | None:
        """Return another file with this hash that is a source or becomes one, in any folder."""
        return self._one(
            "digest = ? AND source IS NOT NULL AND state != ? AND NOT (folder = ? AND path = ?)",
            *(digest, SET_ASIDE, self._folder, path),
        )

    def has_source(self, source: str) -> bool:
        """Whether a file is, or becomes, the source of this id."""
        return self._one("source = ?", source) is not None

    def write(self, entry: Entry) -> None:
        """Write what is known of a file now, in place of what was, and of the file that had its source."""
        values = (
            *(self._folder, entry.path, entry.digest, entry.fingerprint, entry.source, entry.state),
            *(entry.reason, json.dumps(entry.missing), json.dumps(dict(entry.found))),
            json.dumps(dict(entry.answers)),
        )
        places = ", ".join("?" * len(values))
        self._rows(f"INSERT OR REPLACE INTO documents VALUES ({places})", values)

    def forget(self, entry: Entry) -> None:
        """Take a file out."""
        self._rows("DELETE FROM documents WHERE folder = ? AND path = ?", (entry.folder, entry.path))

    def not_walked(self) -> Iterator[Entry]:
        """Yield what is known of the files that the walk did not meet."""
        return self._entries("path NOT IN (SELECT path FROM walked)")

    def set_aside(self) -> Iterator[Entry]:
        """Yield the files that are set aside."""
        return self._entries(f"state = '{SET_ASIDE}'")

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise IngestError(f"{self._path} cannot be used: {error}. Check the data folder.") from None

    def _one(self, where: str, *values: Any) -> Entry | None:
        found = self._rows(f"{_SELECT} WHERE {where} LIMIT 1", values)
        return _entry(found[0]) if found else None

    def _entries(self, where: str) -> Iterator[Entry]:
        return map(
            _entry, self._pages(f"{_SELECT} WHERE folder = ? AND ({where}) AND path > ?", self._folder)
        )

    def _pages(self, query: str, *values: Any) -> Iterator[Any]:
        """Yield rows page by page, so that what is written meanwhile does no harm."""
        last = b""
        while rows := self._rows(f"{query} ORDER BY path LIMIT {_BATCH}", (*values, last)):
            yield from rows
            last = rows[-1][0]


_SELECT = (
    "SELECT path, digest, fingerprint, source, state, reason, missing, found, answers, folder FROM documents"
)


def _entry(row: Sequence[Any]) -> Entry:
    path, digest, fingerprint, source, state, reason, missing, found, answers, folder = row
    told = (json.loads(missing), json.loads(found), json.loads(answers))
    return Entry(path, digest, fingerprint, source, state, reason, *told, folder)
