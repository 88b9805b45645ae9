"""A PostgreSQL server for the tests: one that is named, or a private one that the tests start themselves.

`AID_BOT_TEST_POSTGRESQL` names one, as postgresql://user@host/postgres, whose user may create databases. Else
the programs of Debian's package are looked for. All processes of a run share one server.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

ENVIRONMENT = "AID_BOT_TEST_POSTGRESQL"
REQUIRED = os.environ.get("POSTGRESQL_TESTS") == "required"
NO_SERVER = (
    "there is no PostgreSQL. Install Debian's package (apt-get install postgresql), "
    f"or name a server in {ENVIRONMENT}"
)

# Nothing here has to survive the machine, only its processes.
_SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "120",
    "autovacuum": "off",
}


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server that is installed, or None."""
    found = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    newest = max(found, key=lambda path: float(path.parts[-3]), default=None)
    if newest is not None:
        return newest.parent
    on_path = shutil.which("pg_ctl")
    return Path(on_path).resolve().parent if on_path else None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server of our own: its programs, its folder and its port on this machine."""

    programs: str
    folder: str
    port: int

    @classmethod
    def start(cls, programs: Path, folder: Path) -> Cluster:
        """Make a cluster in a folder and start it."""
        made = cls(str(programs), str(folder), _free_port())
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        options = ["-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        made.run("initdb", "-D", made.data, *options)
        lines = [f"{name} = {value}\n" for name, value in _SETTINGS.items()]
        with Path(made.data, "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.writelines(lines)
        made.control("start")
        return made

    @property
    def data(self) -> str:
        return f"{self.folder}/data"

    @property
    def url(self) -> str:
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

    def kept(self) -> str:
        """Return this cluster as text."""
        return json.dumps(asdict(self))


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
