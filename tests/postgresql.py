"""A PostgreSQL server for the tests: one that is named, or a private one that the tests start themselves.

`POSTGRESQL_TESTS_URL` names one, as postgresql://user@host/postgres, whose user may do everything. Else the
programs of Debian's package are looked for. All processes of a run share one server, which is started for
the first test that wants it, and stopped in the end.
"""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from knowledge.store import Store

NAMED = "POSTGRESQL_TESTS_URL"
NO_SERVER = f"There is no PostgreSQL: apt-get install postgresql, or name a server in {NAMED}."

_SETTINGS: Mapping[str, str] = {"shared_buffers": "32MB", "max_connections": "120", "autovacuum": "off"}
# What has to survive processes alone, and not the machine, is quicker.
_NOT_DURABLE: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off"}
_SHORT = "/tmp" if Path("/tmp").is_dir() else None
"""Where the path of a socket is not too long, and another user may go."""

_FOLDER, _SHARED, _ALONE = "POSTGRESQL_TESTS_FOLDER", "shared", "alone-"
_numbers = itertools.count(1)


def is_required() -> bool:
    return os.environ.get("POSTGRESQL_TESTS") == "required"


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server that is installed, or None."""
    found = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    newest = max(found, key=lambda path: float(path.parts[-3]), default=None)
    if newest is None and (on_path := shutil.which("pg_ctl")):
        newest = Path(on_path).resolve()
    return newest and newest.parent


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server of our own: its programs, its folder and its port on this machine."""

    programs: str
    folder: str
    port: int

    @classmethod
    def start(cls, programs: Path, folder: Path, *, durable: bool = False) -> Cluster:
        """Make a cluster in a folder and start it; one that is `durable` survives the machine, too."""
        made = cls(str(programs), str(folder), free_port())
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        options = ["-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        made.run("initdb", "-D", made.data, *options)
        settings = _SETTINGS if durable else {**_SETTINGS, **_NOT_DURABLE}
        lines = [f"{name} = {value}\n" for name, value in settings.items()]
        with Path(made.data, "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.writelines(lines)
        made.control("start")
        return made

    @property
    def data(self) -> str:
        return f"{self.folder}/data"

    @property
    def url(self) -> str:
        """The database that is there from the start."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def control(self, *what: str) -> None:
        """Start, stop or restart the server, and wait until that is done."""
        how = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder}"
        options = ["-o", how] if what[0] in ("start", "restart") else []
        self.run("pg_ctl", "-w", "-s", "-D", self.data, "-l", f"{self.folder}/log", *options, *what)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs, as a user that PostgreSQL allows."""
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_user, f"{self.programs}/{program}", *arguments]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL, timeout=60)


@contextmanager
def private_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Have a server for oneself, to stop and start; raises `LookupError` where none is installed."""
    installed = programs()
    if installed is None:
        raise LookupError
    folder = Path(tempfile.mkdtemp(prefix=_ALONE, dir=os.environ.get(_FOLDER, _SHORT)))
    try:
        cluster = Cluster.start(installed, folder, durable=durable)
        yield cluster
    finally:
        _end(folder)


# The server that the processes of a run share


def prepare_sharing() -> None:
    """Say, before the processes of a run are started, where their server will be."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-", dir=_SHORT))
    folder.chmod(0o755)
    os.environ[_FOLDER] = str(folder)


def end_sharing() -> None:
    """Stop the servers of a run, also those that a test that was broken off has left."""
    folder = Path(os.environ.pop(_FOLDER))
    for of_server in (folder / _SHARED, *folder.glob(f"{_ALONE}*")):
        _end(of_server)
    shutil.rmtree(folder, ignore_errors=True)


def _end(folder: Path) -> None:
    """Stop the server of a folder, if it runs, and delete the folder."""
    installed = programs()
    if installed and (folder / "data" / "postmaster.pid").exists():
        Cluster(str(installed), str(folder), 0).control("stop", "-m", "immediate")
    shutil.rmtree(folder, ignore_errors=True)


def server_url() -> str | None:
    """Return the URL of the server of a run, which is started if need be; None where there is none."""
    if named := os.environ.get(NAMED):
        return named
    installed = programs()
    if installed is None:
        return None
    folder = Path(os.environ[_FOLDER])
    kept = folder / "cluster.json"
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not kept.exists():
            (folder / _SHARED).mkdir()
            kept.write_text(json.dumps(asdict(Cluster.start(installed, folder / _SHARED))), "utf-8")
    finally:
        os.close(descriptor)
    return Cluster(**json.loads(kept.read_text("utf-8"))).url


# Databases


def new_database(server: str, *, empty: bool = False) -> str:
    """Return the URL of a new database, with the tables of the bot and nothing in them, or `empty`."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    template = "template1" if empty else _template(server)
    execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return beside(server, name)


def drop_database(server: str, url: str) -> None:
    execute(server, f'DROP DATABASE "{urlsplit(url).path[1:]}" WITH (FORCE)')


def beside(url: str, database: str) -> str:
    """Return the URL of another database on the same server."""
    return urlsplit(url)._replace(scheme="postgresql+asyncpg", path=f"/{database}").geturl()


def execute(url: str, *statements: str) -> None:
    """Do something in a database, each in a transaction of its own."""

    async def once() -> None:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(once())


_templates: dict[str, str] = {}


def _template(server: str) -> str:
    """Return the name of a database of this process that others are copied from."""
    if server not in _templates:
        name = f"template_{os.getpid()}"

        async def make() -> None:
            async with await Store.open(beside(server, name)):
                pass

        execute(server, f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
        asyncio.run(make())
        _templates[server] = name
    return _templates[server]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
