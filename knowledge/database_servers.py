"""How a PostgreSQL database is written in the settings, read without loading what opens it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

_SCHEMES = ("postgresql+asyncpg://", "postgresql://")
_HOSTS = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:,\[\]]*)(:\d+)?(,(\[[0-9a-fA-F:.]+\]|[^\s:,\[\]]*)(:\d+)?)*")
_LAST_PORT = 65_535
WRITTEN = f"{_SCHEMES[0]}user@host/database"
"""An example, to show beside an error."""


@dataclass(frozen=True, slots=True)
class Address:
    """A database on a server: its name, the hosts to try, and the whole as libpq writes it.

    https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
    """

    database: str
    hosts: str
    dsn: str = field(repr=False)  # it may hold a password

    @classmethod
    def of_url(cls, url: str) -> Self:
        """Return the address that a URL names; raises `ValueError`, without the URL, if it names none."""
        parts = urlsplit(_dsn(url))
        _user, _, hosts = parts.netloc.rpartition("@")
        database = unquote(parts.path.removeprefix("/"))
        # Where a password holds signs that must be escaped, what follows them is no host and no name.
        if not _HOSTS.fullmatch(hosts) or not re.fullmatch(r"/[^/@\s]+", parts.path) or parts.fragment:
            raise ValueError("the URL names no PostgreSQL database")
        ports = map(int, re.findall(r":(\d+)(?=,|$)", hosts))
        if "\0" in database or "@" in parts.query or any(port > _LAST_PORT for port in ports):
            raise ValueError("the URL names no PostgreSQL database")
        return cls(database, hosts, _dsn(url))

    def __str__(self) -> str:
        """Return it as people are shown it: without user and password."""
        return f"{self.database} on {self.hosts or 'this machine'}"


def is_server(url: str) -> bool:
    """Return whether a URL is meant to name a database on a server."""
    return url.startswith(_SCHEMES)


def _dsn(url: str) -> str:
    for scheme in _SCHEMES:
        if url.startswith(scheme):
            return f"postgresql://{url.removeprefix(scheme)}"
    raise ValueError("the URL names no PostgreSQL database")
