"""The processes that read documents: several at once, each replaced when a document ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess  # nosec B404
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Timer
from types import TracebackType
from typing import Self, TypeVar

from knowledge.archive_worker import Reply, Request

_T = TypeVar("_T")

_MOST_REPLY = 60_000_000
_AGE = 500
"""After so many documents a process is replaced: what libraries keep for themselves is freed."""

_AHEAD = 3
"""How many documents for each process are begun before the first of them is asked for."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take: seconds of work, seconds by the clock, and bytes of memory."""

    seconds: int = 60
    patience: int = 240
    memory: int = 1_500_000_000


class _Worker:
    """One process, started when it is first needed."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[str] | None = None
        self._done = 0

    def ask(self, request: Request) -> Reply:
        """Have a document read; the reply says so if that ended the process."""
        process = self._process or self._start()
        late = False

        def end() -> None:
            nonlocal late
            late = True
            process.kill()

        timer = Timer(self._limits.patience, end)
        timer.start()
        try:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(json.dumps(asdict(request)) + "\n")
            process.stdin.flush()
            line = process.stdout.readline(_MOST_REPLY)
        except (BrokenPipeError, ValueError):
            line = ""
        finally:
            timer.cancel()
        self._done += 1
        if line.endswith("\n"):
            reply = Reply(**json.loads(line))
            if self._done >= _AGE or "memory" in reply.reason:
                self.close()
            return reply
        code = self.close()
        return Reply(reason=f"took longer than {self._limits.patience} seconds" if late else self._why(code))

    def _why(self, code: int) -> str:
        if code == -getattr(signal, "SIGXCPU", 0):
            return f"took more than {self._limits.seconds} seconds of work"
        return f"ended the process that read it (code {code}): it is damaged, meant to do harm, or too large"

    def _start(self) -> subprocess.Popen[str]:
        """Start the process with nothing of the environment that a parser has no business with."""
        kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")
        self._done = 0
        self._process = subprocess.Popen(  # nosec B603
            [
                *(sys.executable, "-m", "knowledge.archive_worker"),
                *(str(self._limits.memory), str(self._limits.seconds)),
            ],
            cwd=Path(__file__).parents[1],
            env={name: os.environ[name] for name in kept if name in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="ascii",
            start_new_session=True,
        )
        return self._process

    def close(self) -> int:
        """End the process; return the code with which it ended."""
        if self._process is None:
            return 0
        process, self._process = self._process, None
        assert process.stdin is not None and process.stdout is not None
        with suppress(BrokenPipeError):
            process.stdin.close()
        try:
            code = process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        process.stdout.close()
        return code


class Pool:
    """Reads documents in several processes and gives them back in the order in which they were given."""

    def __init__(self, processes: int, limits: Limits) -> None:
        """Start nothing yet: a process is started with the first document for it."""
        self._workers = [_Worker(limits) for _ in range(processes)]
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(processes, "archive")

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all processes, in the midst of a document if need be."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            if kind is not None and worker._process is not None:
                worker._process.kill()
            worker.close()

    def read(self, requests: Iterable[tuple[_T, Request | None]]) -> Iterator[tuple[_T, Reply | None]]:
        """Yield what comes with each request, and its reply; without a request, None.

        Only a few are begun ahead, so that memory does not grow with the number of requests.
        """
        begun: deque[tuple[_T, Future[Reply] | None]] = deque()
        for label, request in requests:
            begun.append((label, self._threads.submit(self._ask, request) if request else None))
            if len(begun) > _AHEAD * len(self._workers):
                yield _ended(*begun.popleft())
        while begun:
            yield _ended(*begun.popleft())

    def _ask(self, request: Request) -> Reply:
        worker = self._idle.get()
        try:
            return worker.ask(request)
        finally:
            self._idle.put(worker)


def _ended(label: _T, begun: Future[Reply] | None) -> tuple[_T, Reply | None]:
    return label, begun.result() if begun else None
