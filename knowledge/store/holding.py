"""Who has a database in use: a lock that the operating system takes away from a process however it ends.

It is on a file beside the database. On the database itself it could interfere with the locks of SQLite, which
last no longer than a transaction. The file stays when nobody holds it; what counts is the lock.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Self


class Hold:
    """A database in use by this process until `release`, or the end of the process."""

    def __init__(self, database: Path, *, alone: bool) -> None:
        """Hold a database together with others, or `alone`.

        Raises `BlockingIOError` if those who hold it do not allow that, and `OSError` if it cannot be held.
        """
        file = database.resolve()
        self._descriptor = os.open(file.with_name(f"{file.name}.lock"), _MODE, 0o644)
        try:
            _lock(self._descriptor, alone)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let go of the database; letting go twice does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        """Return the hold itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the database."""
        self.release()


if sys.platform == "win32":
    import msvcrt
    from contextlib import suppress

    _MODE = os.O_RDWR | os.O_CREAT | os.O_NOINHERIT
    _PLACES = 64

    def _lock(descriptor: int, alone: bool) -> None:
        """Lock one of the places, or all of them: Windows has no lock here that can be shared."""
        for place in range(1 if alone else _PLACES):
            os.lseek(descriptor, place, os.SEEK_SET)
            with suppress(PermissionError):
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, _PLACES if alone else 1)
                return
        raise BlockingIOError

else:
    import fcntl

    # Reading is enough to lock, and possible for the bot where an administrator made the file.
    _MODE = os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC

    def _lock(descriptor: int, alone: bool) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
