"""A large archive behind the engine: building and opening it, whole answers, and the memory of two processes.

python -m benchmarks.archive_on_disk [--passages N]
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import yaml

from benchmarks import index_files
from benchmarks.retrieval import FLATTENING, LENGTH, SEED, WORDS
from knowledge.archive_building import write_archive
from knowledge.collecting import set_apart
from knowledge.content import read_content
from knowledge.engine import Engine
from knowledge.library import Library
from knowledge.retrieval import Retrieval
from knowledge.sources import LOCAL, Passage, Source
from knowledge.stored_archive import open_archive

ROOT = Path(__file__).parents[1]
PASSAGES = 1_000_000
A_DOCUMENT = 50
"""Passages of a document."""
A_SENTENCE = 12
"""Words of a sentence, function words not counted."""
BATCH = 20_000

QUERIES = 300
SHORTEST, LONGEST = 3, 12
WORDS_BETWEEN = ("the", "of", "and", "in", "to", "was", "for", "by")
OPENINGS = ("What did they say about", "Who", "How much", "Why was it that", "When did", "")
PROCESSES = 2


def main() -> None:
    """Build an archive, have two processes answer from it at once, and print what all of that took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.archive_on_disk", description=main.__doc__)
    parser.add_argument("--passages", type=int, default=PASSAGES)
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.build:
        build(chosen.build, chosen.passages)
        return
    if chosen.serve:
        serve(chosen.serve)
        return
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(_command("--build", name, "--passages", str(chosen.passages)), cwd=ROOT, check=True)
        told = list(index_files.served(_command("--serve", name), PROCESSES))
    for row in told:
        print(f"open {row['open'] * 1e3:.0f} ms{index_files.held(row['memory'])}")
        for of, (p50, p99, of_processor) in row["asked"].items():
            print(f"  {of}: p50 {p50 * 1e3:.2f}, p99 {p99 * 1e3:.2f}", end=" ")
            print(f"({of_processor * 1e3:.2f} of processor time) ms")
    for line in index_files.targets(told):
        print(line)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.archive_on_disk", *arguments]


# What is in it


def documents(passages: int, library: Library) -> Iterator[Source]:
    """Yield documents of Zipfian words, the most frequent of them the library's own; always the same."""
    names = vocabulary(library)
    chance = np.random.default_rng([SEED, passages, 2])
    shares = np.cumsum(1 / (np.arange(len(names)) + 1 + FLATTENING))
    made = 0
    while made < passages:
        size = min(BATCH, passages - made)
        lengths = np.maximum(1, chance.lognormal(*LENGTH, size)).astype(np.int64)
        ranks = np.searchsorted(shares, chance.random(lengths.sum()) * shares[-1])
        words = names[ranks].tolist()
        ends = np.cumsum(lengths).tolist()
        texts = [text(words[end - length : end]) for end, length in zip(ends, lengths.tolist(), strict=True)]
        for first in range(0, size, A_DOCUMENT):
            yield document(made + first, texts[first : first + A_DOCUMENT])
        made += size


def vocabulary(library: Library) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return words by their frequency: those of the library, then made-up ones."""
    ours = [word for word, _ in Retrieval(library).surfaces.most_common() if word.isalpha()]
    known = dict.fromkeys(word.lower() for word in ours)
    chance = random.Random(SEED)
    while len(known) < WORDS:
        known.setdefault(
            "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(4)), None
        )
    return np.array(list(known), object)


def text(words: Sequence[str]) -> str:
    """Return words as sentences, with function words between them."""
    parts = []
    for first in range(0, len(words), A_SENTENCE):
        sentence = [
            f"{WORDS_BETWEEN[len(word) % len(WORDS_BETWEEN)]} {word}" if place % 2 else word
            for place, word in enumerate(words[first : first + A_SENTENCE])
        ]
        parts.append(f"{' '.join(sentence).capitalize()}.")
    return " ".join(parts)


def document(number: int, texts: Sequence[str]) -> Source:
    """Return a document with some paragraphs."""
    return Source(
        id=f"paper-{number:09}",
        title=f"Paper {number}",
        publisher="An archive",
        published=date(1950 + number % 70, 1, 1),
        published_basis="stated in the file",
        published_precision="year",
        url=f"https://example.org/papers/{number}",
        kind="article",
        collection=LOCAL,
        passages=tuple(Passage(str(place), original=one) for place, one in enumerate(texts, 1)),
    )


def questions(sources: Sequence[Source]) -> list[str]:
    """Return questions, each of some words of a passage."""
    chance = random.Random(SEED)
    asked: list[str] = []
    while len(asked) < QUERIES:
        passage = chance.choice(chance.choice(sources).passages)
        words = [
            w for w in dict.fromkeys(passage.text.lower().replace(".", "").split()) if w not in WORDS_BETWEEN
        ]
        if len(words) >= SHORTEST:
            some = chance.sample(words, chance.randint(SHORTEST, min(LONGEST, len(words))))
            asked.append(f"{OPENINGS[len(asked) % len(OPENINGS)]} {' '.join(some)}?".strip())
    return asked


# One process


def build(folder: Path, passages: int) -> None:
    """Build an archive in a data folder; print what it took, and leave what is to be asked."""
    library = read_content()
    kept: list[Source] = []
    chance = random.Random(SEED)

    def some() -> Iterator[Source]:
        for source in documents(passages, library):
            if len(kept) < QUERIES or chance.random() < QUERIES * A_DOCUMENT / passages:
                kept.append(source)
            yield source

    start = time.perf_counter()
    write_archive(folder, some(), library.vocabulary)
    seconds = time.perf_counter() - start
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    (folder / "asked.json").write_text(json.dumps(questions(kept)), "utf-8")
    size = sum(path.stat().st_size for path in folder.rglob("*.*") if path.is_file())
    print(
        f"{passages:,} passages of {-(-passages // A_DOCUMENT):,} documents, {size / 1e6:,.0f} MB;", end=" "
    )
    print(
        f"built, verified and put in use in {seconds:.0f} s, {int(peak) / 1_024:.0f} MB at most", flush=True
    )


def serve(folder: Path) -> None:
    """Open an archive, answer questions of its own and of the library, and print what that took."""
    asked = json.loads((folder / "asked.json").read_text("utf-8"))
    golden = yaml.safe_load((ROOT / "tests" / "golden" / "questions.yaml").read_text("utf-8"))
    library = read_content()
    input()
    start = time.perf_counter()
    archive = open_archive(folder)
    opened = time.perf_counter() - start
    assert archive is not None
    engine = Engine(replace(library, archive=archive))
    engine.warm_up()
    set_apart()
    on_library = [row["question"] for row in golden]
    both = random.Random(SEED).sample([*asked, *on_library], len(asked) + len(on_library))
    rounds = {
        f"{len(both)} questions, {len(asked)} on the archive and {len(on_library)} on the library": both,
        "those on the archive, again": asked,
        "those on the library, again, some of them in several parts": on_library,
    }
    timings = {of: index_files.percentiles(engine.reply, some) for of, some in rounds.items()}
    first = next(iter(timings.values()))
    print(json.dumps({"open": opened, "asked": timings, "first": first}), flush=True)
    input()
    print(json.dumps(index_files.memory()), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
