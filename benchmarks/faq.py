"""How long the desk takes where a server has many entries of its own: loading, adding, asking, completing.

python -m benchmarks.faq
"""

from __future__ import annotations

import asyncio
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml

from knowledge import drafts, suggestions
from knowledge.content import read_content
from knowledge.database_files import url_of_file
from knowledge.desk import Desk
from knowledge.engine import Engine
from knowledge.entries import Action, Draft, Revision, State
from knowledge.library import Library
from knowledge.own_entries import OwnEntries
from knowledge.store import Store

ROOT = Path(__file__).parents[1]
ENTRIES = 10_000
ADDED = 500
GUILD, MODERATOR = 1, 2
NOW = datetime(2026, 1, 31, tzinfo=UTC)


def main() -> None:
    """Print how long everything takes with as many entries in one server as it may have."""
    print(f"{ENTRIES:,} entries of one server, each with four alternative wordings and sixty words of answer")
    asyncio.run(measure())


async def measure() -> None:
    """Fill a database, then measure the desk on it."""
    engine = Engine(read_content())
    engine.warm_up()
    writer = Writer(engine.library)
    with tempfile.TemporaryDirectory() as folder:
        async with await Store.open(url_of_file(Path(folder) / "bot.db")) as store:
            await store.import_entries(GUILD, list(writer.revisions(ENTRIES)))
            desk = Desk(engine, store, lambda: NOW)
            await loading(desk)
            await adding(desk, engine, writer)
            own = desk.own(GUILD)
            assert own is not None
            asking(engine, own)
            completing(engine.library, own)


class Writer:
    """Writes entries out of the words of the library and as many that it does not have, always the same."""

    def __init__(self, library: Library) -> None:
        """Take the library that the entries cite."""
        self._library = library
        self._dice = random.Random("entries")
        words = {word.strip(".,;:“”?!()").lower() for _, p in library.passages() for word in p.text.split()}
        self._words = sorted(filter(str.isalpha, words))
        self._words += ["".join(self._dice.choices("bdgklmnprstvzaeiou", k=7)) for _ in self._words]

    def typed(self) -> dict[str, str]:
        """Return what is typed for an entry that can be published."""
        return {
            "question": self._question(),
            "alternatives": "\n".join(self._question() for _ in range(4)),
            "answer": " ".join(self._dice.choices(self._words, k=60)),
            "citations": str(self._dice.choice(self._library.citations)),
        }

    def revisions(self, count: int) -> Iterator[tuple[str, Revision]]:
        """Yield the ids and first revisions of some entries."""
        for number in range(count):
            content = drafts.read(self.typed(), self._library)
            yield f"entry-{number}", Revision(1, Action.ADD, State.PUBLISHED, content, MODERATOR, NOW)

    def _question(self) -> str:
        opening = self._dice.choice(("how does", "why did", "when was", "who is", "what about"))
        return f"{opening} {' '.join(self._dice.sample(self._words, self._dice.randint(4, 9)))}?"


async def loading(desk: Desk) -> None:
    """Measure how long loading takes, what it keeps in memory, and for how long it holds up others."""
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            start = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - start - 0.001)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.05)
    before, start = _memory(), time.perf_counter()
    await desk.load()
    seconds = time.perf_counter() - start
    watching.cancel()
    print(
        f"load: {seconds:.1f} s, {_memory() - before:.0f} MB at most; others held up {longest * 1000:.0f} ms"
    )


async def adding(desk: Desk, engine: Engine, writer: Writer) -> None:
    """Measure the time from publishing a draft until the next question finds its entry."""
    times = []
    for _ in range(ADDED):
        draft = await desk.keep(Draft(GUILD, MODERATOR, writer.typed()))
        start = time.perf_counter()
        entry = await desk.publish(draft, MODERATOR)
        answer = engine.reply(draft.typed["question"], desk.own(GUILD))
        times.append(time.perf_counter() - start)
        assert entry.id in answer.notes[0]
    _print("add to findable (20 ms at most)", times)


def asking(engine: Engine, own: OwnEntries) -> None:
    """Measure replies to what people ask of the library, and to the wordings of entries, exact and not."""
    golden = [
        item["question"]
        for name in ("questions", "paraphrases")
        for item in yaml.safe_load((ROOT / "tests" / "golden" / f"{name}.yaml").read_text("utf-8"))
    ]
    exact = [entry.question for entry in own.entries[:: ENTRIES // 500]]
    loose = [" ".join(reversed(question.split()[1:])) for question in exact]
    for name, questions in (("the library", golden), ("an entry", exact), ("in other words", loose)):
        _print(f"/ask, {name} (10 ms at most)", _timed(questions, lambda asked: engine.reply(asked, own)))


def completing(library: Library, own: OwnEntries) -> None:
    """Measure the suggestions at every key of a question that is typed."""
    typed = [entry.question[:end] for entry in own.entries[:: ENTRIES // 10] for end in range(0, 40, 2)]
    typed += [" ".join(one.split()[::-1]) for one in typed]
    times = _timed(typed, lambda one: suggestions.faq_entries(library, one, own=own))
    _print("autocomplete (50 ms at most)", times)


def _timed(inputs: Iterable[str], act: Callable[[str], object]) -> list[float]:
    times = []
    for one in inputs:
        start = time.perf_counter()
        act(one)
        times.append(time.perf_counter() - start)
    return times


def _print(what: str, times: Sequence[float]) -> None:
    p50, p95, p99 = (statistics.quantiles(times, n=100)[point] * 1000 for point in (49, 94, 98))
    most = max(times) * 1000
    print(
        f"{what:38} {len(times):5} times: p50 {p50:5.2f}, p95 {p95:5.2f}, p99 {p99:5.2f}, max {most:5.2f} ms"
    )


def _memory() -> float:
    """Return the most memory that the process has had so far, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()
