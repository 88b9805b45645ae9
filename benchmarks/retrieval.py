"""The index beside its peers: the same terms, the same questions, each engine in a process of its own.

python -m benchmarks.retrieval [--quick]
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from itertools import chain, product
from pathlib import Path

import numpy as np

from benchmarks.peers import BEST, ENGINES, OURS, CannotAddError, Engine, Ours, Passage, Passages, RankBm25
from knowledge.index import Bm25Index

ROOT = Path(__file__).parents[1]
SIZES = (100, 10_000, 100_000, 1_000_000)
QUICK_SIZES = (100, 10_000)

SEED = 2024
WORDS = 200_000
"""Size of the vocabulary from which passages are drawn, by Zipf and Mandelbrot's law."""
FLATTENING = 1.5
"""With it, the most frequent word stands in six passages of ten, as “north” does in the library."""
LENGTH = 3.08, 0.36
"""Mean and deviation of the logarithm of a passage's number of terms, as in the library: mostly 11 to 50."""

QUERIES = 300
SHORTEST, LONGEST = 3, 12
ROUNDS = 7
ADDED = 21
AGREEING = 100
NOT_INSTALLED = 3
PATIENCE = 15.0
"""Seconds after which no query is asked again, and, if it must be, no further one is asked."""

LEAD = ("rank_bm25", "rank-bm25-rs", "bm25s numpy", "SQLite FTS5")
NEAR = ("tantivy", "bm25s numba")
NEAR_ENOUGH = 2.0
ADD_AT, ADD_IN = 100_000, 100e-6

BYTES_PER_POSTING = 8
"""The least that is read of a passage that holds a term: its number and what it adds to the score."""


@dataclass(frozen=True, slots=True)
class Built:
    """What building an index took, in seconds, and how much larger the process became, in bytes."""

    seconds: float
    memory: int


@dataclass(frozen=True, slots=True)
class Served:
    """What an index took that was loaded from disk, in seconds; without an add, it has none."""

    load: float
    memory: int
    first_p50: float
    p50: float
    p99: float
    asked: int
    add: float | None
    after_add: float | None


@dataclass(frozen=True, slots=True)
class Measured:
    """One engine at one size."""

    engine: str
    size: int
    built: Built
    served: Served


# What is searched and asked


def corpus(size: int) -> Passages:
    """Return passages of Zipfian terms, always the same."""
    random = np.random.default_rng([SEED, size])
    lengths = np.maximum(1, random.lognormal(*LENGTH, size)).astype(np.int64)
    shares = np.cumsum(1 / (np.arange(WORDS) + 1 + FLATTENING))
    ranks = np.searchsorted(shares, random.random(lengths.sum()) * shares[-1])
    names = np.array([f"w{rank}" for rank in range(WORDS)], object)
    terms = names[ranks].tolist()
    ends = np.cumsum(lengths).tolist()
    return [terms[end - length : end] for end, length in zip(ends, lengths.tolist(), strict=True)]


def queries(passages: Passages) -> list[Passage]:
    """Return queries of some different terms of a passage each, always the same."""
    random = np.random.default_rng([SEED, len(passages), 1])
    asked: list[Passage] = []
    while len(asked) < QUERIES:
        passage = list(dict.fromkeys(passages[random.integers(len(passages))]))
        if len(passage) >= SHORTEST:
            count = random.integers(SHORTEST, min(LONGEST, len(passage)) + 1)
            asked.append([passage[place] for place in random.permutation(len(passage))[:count]])
    return asked


# One engine, in its process


def build(engine: Engine, size: int, folder: Path) -> Built:
    """Build an engine's index, save it, and leave beside it what the one who loads it asks and adds."""
    passages = corpus(size)
    asked = queries(passages)
    if isinstance(engine, Ours) and size <= max(QUICK_SIZES):
        assert_agreement(passages, asked)
    folder.joinpath("queries.json").write_text(json.dumps(asked), "ascii")
    folder.joinpath("new.json").write_text(json.dumps(corpus(ADDED + 1)), "ascii")
    before = _memory()
    start = time.perf_counter()
    engine.build(passages, folder)
    seconds = time.perf_counter() - start
    built = Built(seconds, _memory() - before)
    engine.save(folder)
    return built


def serve(engine: Engine, folder: Path) -> Served:
    """Load what was built; ask, each query several times, of which the quickest counts; then add."""
    asked = json.loads(folder.joinpath("queries.json").read_text("ascii"))
    new = json.loads(folder.joinpath("new.json").read_text("ascii"))
    before = _memory()
    load = _seconds(lambda: (engine.load(folder), engine.search(asked[0])))
    end = time.monotonic() + PATIENCE
    first = []
    for query in asked:
        first.append(_seconds(engine.search, query))
        if time.monotonic() > end:
            break
    quickest = first
    for _ in range(ROUNDS - 1):
        if time.monotonic() > end:
            break
        again = [_seconds(engine.search, query) for query in asked[: len(first)]]
        quickest = list(map(min, quickest, again))
    memory = _memory() - before
    add, after_add = _added(engine, new, asked)
    p50, p99 = statistics.median(quickest), float(np.percentile(quickest, 99))
    return Served(load, memory, statistics.median(first), p50, p99, len(first), add, after_add)


def _added(engine: Engine, new: Passages, asked: list[Passage]) -> tuple[float | None, float | None]:
    """Return what it takes to add a passage, and to answer the next query, each the median of several."""
    try:
        engine.add(new.pop())
    except CannotAddError:
        return None, None
    adds, afters = [], []
    for passage, query in zip(new, asked, strict=False):
        adds.append(_seconds(engine.add, passage))
        afters.append(_seconds(engine.search, query))
    return statistics.median(adds), statistics.median(afters)


def assert_agreement(passages: Passages, asked: list[Passage]) -> None:
    """Assert that the index, with the weights of `rank_bm25`, finds what that finds, scores and all."""
    oracle = RankBm25()
    oracle.prepare()
    package, index = oracle.module.BM25Okapi(passages), Bm25Index(passages, idf="okapi")
    for query in asked[:AGREEING]:
        scores = package.get_scores(query)
        best = np.lexsort((np.arange(scores.size), -scores))[:BEST]
        expected = [(int(doc), float(scores[doc])) for doc in best if scores[doc] > 0]
        assert list(map(tuple, index.search(query, BEST)))[: len(expected)] == expected, query


def _seconds(act: Callable[..., object], *arguments: object) -> float:
    start = time.perf_counter()
    act(*arguments)
    return time.perf_counter() - start


def _memory() -> int:
    """Return what the process holds in memory, in bytes; not on Linux, the most it ever held."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def bandwidth() -> float:
    """Return how many bytes the machine reads from memory in a second, in one thread."""
    much = np.ones(32 * 2**20)
    much.max()
    return much.nbytes / min(_seconds(much.max) for _ in range(ROUNDS))


# All engines, one after the other


def measure(name: str, size: int) -> Measured | None:
    """Measure an engine, in one process that builds and one that serves; None if it is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.retrieval", "--engine", name]
        command += ["--size", str(size), "--folder", folder]
        told = []
        for phase in ("build", "serve"):
            done = subprocess.run(
                [*command, "--phase", phase], cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True
            )
            if done.returncode == NOT_INSTALLED:
                return None
            done.check_returncode()
            told.append(json.loads(done.stdout))
        return Measured(name, size, Built(**told[0]), Served(**told[1]))


def _work(name: str, phase: str, size: int, folder: Path) -> None:
    engine = ENGINES[name]()
    try:
        engine.prepare()
    except ModuleNotFoundError:
        raise SystemExit(NOT_INSTALLED) from None
    print(json.dumps(asdict(build(engine, size, folder) if phase == "build" else serve(engine, folder))))


def floor(size: int, speed: float) -> float:
    """Return the median of the seconds in which the postings of a query can be read from memory once."""
    passages = corpus(size)
    holders = Counter(chain.from_iterable(map(set, passages)))
    postings = [sum(holders[term] for term in query) for query in queries(passages)]
    return statistics.median(postings) * BYTES_PER_POSTING / speed


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one table of all engines at all sizes, how each is set up, and which targets are met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="the small sizes only")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="measure these only")
    parser.add_argument("--size", type=int, choices=SIZES, action="append", help="at these sizes only")
    parser.add_argument("--phase", choices=("build", "serve"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.phase:
        _work(chosen.engine[0], chosen.phase, chosen.size[0], chosen.folder)
        return
    sizes = chosen.size or (QUICK_SIZES if chosen.quick else SIZES)
    _explain(chosen.engine or list(ENGINES))
    speed = bandwidth()
    print(
        f"\nMemory is read at {speed / 1e9:.1f} GB/s. The floor is the time to read the postings of a query"
    )
    print(f"once, {BYTES_PER_POSTING} bytes each; an engine that skips postings may be below it.\n")
    print(_HEAD)
    table = []
    for size in sizes:
        least = floor(size, speed)
        rows = [row for name in chosen.engine or ENGINES if (row := measure(name, size))]
        ours = next((row for row in rows if row.engine == OURS), None)
        for row in rows:
            print(_line(row, ours, least), flush=True)
        table += rows
    print()
    for target in _targets(table):
        print(target)


_EXPLANATION = f"""\
Passages of terms drawn from {WORDS:,} by Zipf's law, of 23 terms in the mean; {QUERIES} queries, each of
{SHORTEST} to {LONGEST} terms of a passage. Wanted are the numbers and scores of the best {BEST} that match.
Every engine has two processes of its own: one builds the index, the other loads what that left on disk, and
answers.

- build: in memory or on disk, whichever it does; load: until the first answer is there
- MB built, MB loaded: by how much the process grew, building, and loading and answering
- first: the median of queries when they are asked for the first time
- p50, p99: over the queries, of each the quickest of up to {ROUNDS} times
- add, after: the median time to add a passage, and to answer the first query after that; —: it cannot
- this index finds what rank_bm25 finds, with that package's idf, to the last bit of the scores: asserted for
  {AGREEING} queries at {QUICK_SIZES[0]} and at {QUICK_SIZES[1]:,} passages

How each is set up:
"""


def _explain(names: list[str]) -> None:
    print(_EXPLANATION)
    for name in names:
        print(f"- {name}{_version(name)}: {ENGINES[name].setup}")


def _version(name: str) -> str:
    try:
        return f" {metadata.version(name.partition(' ')[0])}"
    except metadata.PackageNotFoundError:
        return f" {sqlite3.sqlite_version}" if name == "SQLite FTS5" else ""


_COLUMNS = (
    *("passages", "engine", "build s", "load ms", "MB built", "MB loaded", "first µs", "p50 µs", "p99 µs"),
    *("p50 ÷ this", "p50 ÷ floor", "add µs", "after µs"),
)
_HEAD = f"| {' | '.join(_COLUMNS)} |\n|{' --: | :-- |' + ' --: |' * (len(_COLUMNS) - 2)}"


def _line(row: Measured, ours: Measured | None, least: float) -> str:
    served = row.served
    asked = "" if served.asked == QUERIES else f" (measured on {served.asked} queries)"
    cells = [
        *(f"{row.size:,}", f"{row.engine}{asked}", f"{row.built.seconds:,.3f}", f"{served.load * 1e3:,.1f}"),
        *(f"{max(0, row.built.memory) / 1e6:,.0f}", f"{served.memory / 1e6:,.0f}"),
        *(_microseconds(value) for value in (served.first_p50, served.p50, served.p99)),
        f"{served.p50 / ours.served.p50:.2f}" if ours else "—",
        f"{served.p50 / least:,.1f}",
        *(_microseconds(value) for value in (served.add, served.after_add)),
    ]
    return f"| {' | '.join(cells)} |"


def _microseconds(value: float | None) -> str:
    return "—" if value is None else f"{value * 1e6:,.{0 if value > 100e-6 else 1}f}"


def _targets(table: list[Measured]) -> Iterator[str]:
    """Yield what was aimed at, and whether it is reached, with the numbers if it is not."""
    p50 = {(row.engine, row.size): row.served.p50 for row in table}
    p99 = {(row.engine, row.size): row.served.p99 for row in table}
    sizes = [row.size for row in table if row.engine == OURS]
    aims = [(name, 1.0, "faster than") for name in LEAD]
    aims += [(name, NEAR_ENOUGH, f"at most {NEAR_ENOUGH:g} times the time of") for name in NEAR]
    for (measure, times), (name, factor, aim) in product((("p50", p50), ("p99", p99)), aims):
        ratios = {size: times[OURS, size] / times[name, size] for size in sizes if (name, size) in times}
        missed = [
            f"{ratio:.2f} times its time at {size:,}" for size, ratio in ratios.items() if ratio > factor
        ]
        told = f"missed, {', '.join(missed)}" if missed else "reached" if ratios else "not measured"
        yield f"- {aim} {name} at every size, by {measure}: {told}"
    for row in table:
        if row.engine == OURS and row.size == ADD_AT and row.served.add is not None:
            told = "reached" if row.served.add <= ADD_IN else "missed"
            took = _microseconds(row.served.add)
            yield f"- a passage added in {ADD_IN * 1e6:.0f} µs at {ADD_AT:,}: {told}, in {took} µs"


if __name__ == "__main__":
    main()
