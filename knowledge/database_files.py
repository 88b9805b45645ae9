"""How the file of the database is written in the settings, read without loading what opens it."""

from __future__ import annotations

from pathlib import Path

from knowledge.database_servers import WRITTEN as A_SERVER
from knowledge.database_servers import is_server

_PREFIXES = ("sqlite+aiosqlite:///", "sqlite:///")
_NO_FILE = ("", ":memory:")
WRITTEN = f"{_PREFIXES[0]}path/to/bot.db, or a PostgreSQL database, written {A_SERVER}"
"""What is accepted, to show beside an error."""


def file_of_url(url: str) -> Path:
    """Return the file that a URL names; raises `ValueError` if it names none."""
    for prefix in _PREFIXES:
        name = url.removeprefix(prefix)
        if name != url and name not in _NO_FILE:
            return Path(name)
    raise ValueError("the URL names no SQLite file")


def anchored(url: str, folder: Path) -> str:
    """Return a URL that names a database with a relative path taken from a folder."""
    return url if is_server(url) else url_of_file(folder / file_of_url(url))


def url_of_file(file: Path) -> str:
    """Return the URL that names a file."""
    return f"{_PREFIXES[0]}{file}"
