"""A large archive on disk: how long it takes to open and to ask, and the memory of each of two processes.

python -m benchmarks.index_files [--quick]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.retrieval import QUERIES, corpus, queries
from knowledge import index_files
from knowledge.index import Bm25Index

ROOT = Path(__file__).parents[1]
SIZE, QUICK_SIZE = 1_000_000, 10_000
PROCESSES = 2
OPEN_IN, ASKED_IN, HELD_IN = 0.3, 0.015, 400e6
BEST = 100
"""How many passages a question has weighed."""

SMAPS = Path("/proc/self/smaps_rollup")


def main() -> None:
    """Build an index, have two processes open it and ask at once, and print what they took."""
    if "--build" in sys.argv:
        _build(Path(sys.argv[2]), int(sys.argv[3]))
        return
    if "--serve" in sys.argv:
        _serve(Path(sys.argv[2]))
        return
    size = QUICK_SIZE if "--quick" in sys.argv else SIZE
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(_command("--build", name, str(size)), cwd=ROOT, check=True)
        told = list(served(_command("--serve", name), PROCESSES))
    for row in told:
        print(f"open {row['open'] * 1e3:.0f} ms{held(row['memory'])}")
        for when in ("first", "again"):
            p50, p99, of_processor = (seconds * 1e3 for seconds in row[when])
            print(f"  {QUERIES} questions, {when}: p50 {p50:.2f}, p99 {p99:.2f}", end=" ")
            print(f"({of_processor:.2f} of processor time) ms")
    for line in targets(told):
        print(line)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.index_files", *arguments]


def held(memory: Mapping[str, float]) -> str:
    """Return what a process holds in memory, in words; nothing where that is not known."""
    if not memory:
        return ""
    return f", holding {memory['alone'] / 1e6:.0f} MB alone, {memory['shared'] / 1e6:.0f} MB with others"


def targets(told: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what was aimed at, and whether each process reached it."""
    slowest = max(row["open"] for row in told)
    yield f"- opened in {OPEN_IN * 1e3:.0f} ms: {_judged(slowest, OPEN_IN)}"
    slowest = max(row["first"][1] for row in told)
    yield f"- asked for the first time in {ASKED_IN * 1e3:.0f} ms, by p99: {_judged(slowest, ASKED_IN)}"
    if all(row["memory"] for row in told):
        most = max(row["memory"]["alone"] for row in told)
        yield f"- {HELD_IN / 1e6:.0f} MB a process beside what is shared: {_judged(most, HELD_IN)}"


def _judged(value: float, most: float) -> str:
    return "reached" if value <= most else "missed"


def served(command: Sequence[str], processes: int) -> Iterator[dict[str, Any]]:
    """Have several processes answer at the same time; yield what each tells once all have answered."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                subprocess.Popen(
                    command,
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(processes)
        ]
        timings = [_line(server) for server in servers]
        memories = [_line(server) for server in servers]
        for timing, memory in zip(timings, memories, strict=True):
            yield timing | {"memory": memory}
        for server in servers:
            server.communicate()


def _line(server: subprocess.Popen[str]) -> dict[str, Any]:
    """Have a server go on; return what it says next."""
    assert server.stdin is not None
    assert server.stdout is not None
    print(file=server.stdin, flush=True)
    told: dict[str, Any] = json.loads(server.stdout.readline())
    return told


# One process


def _build(folder: Path, size: int) -> None:
    passages = corpus(size)
    asked = queries(passages)
    (folder / "queries.json").write_text(json.dumps(asked), "ascii")
    start = time.perf_counter()
    index = Bm25Index(passages)
    built = time.perf_counter()
    index_files.save(index, folder / "index")
    saved = time.perf_counter()
    bytes_ = sum(path.stat().st_size for path in folder.rglob("*.npy"))
    print(f"{size:,} passages, {bytes_ / 1e6:,.0f} MB; built in {built - start:.1f} s,", end=" ")
    print(f"written, verified and put in use in {saved - built:.1f} s", flush=True)


def _serve(folder: Path) -> None:
    asked = json.loads((folder / "queries.json").read_text("ascii"))
    input()
    start = time.perf_counter()
    index = index_files.load(folder / "index")
    opened = time.perf_counter() - start
    first, again = (percentiles(lambda query: index.search(query, BEST), asked) for _ in range(2))
    print(json.dumps({"open": opened, "first": first, "again": again}), flush=True)
    input()
    print(json.dumps(memory()), flush=True)
    sys.stdin.read()


def percentiles(answer: Callable[[Any], object], asked: Sequence[Any]) -> tuple[float, float, float]:
    """Return the median and the 99th percentile of what questions take, and the latter of processor time."""
    times, of_processor = [], []
    for query in asked:
        start, start_of_processor = time.perf_counter(), time.thread_time()
        answer(query)
        times.append(time.perf_counter() - start)
        of_processor.append(time.thread_time() - start_of_processor)
    return statistics.median(times), _p99(times), _p99(of_processor)


def _p99(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def memory() -> dict[str, int]:
    """Return how many bytes this process alone, and together with others, has in memory; on Linux only."""
    if not SMAPS.exists():
        return {}
    sizes = dict.fromkeys(("Private", "Shared"), 0)
    for line in SMAPS.read_text("ascii").splitlines()[1:]:
        kind = line.partition("_")[0]
        if kind in sizes and not line.startswith("Private_Hugetlb"):
            sizes[kind] += int(line.split()[1]) * 1024
    return {"alone": sizes["Private"], "shared": sizes["Shared"]}


if __name__ == "__main__":
    main()
