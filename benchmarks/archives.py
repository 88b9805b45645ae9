"""How fast a folder of documents is taken in, and that the memory of the process that does it stays flat.

python -m benchmarks.archives [--documents N]
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from knowledge.archives import Archive
from tests.knowledge.documents import BOOK, chapter, html, packed, page, pdf, word

ROOT = Path(__file__).parents[1]
SIZES = (500, 2_000)
FLAT = 1.1
"""How many times the memory of the smaller folder the larger one may take."""

DETAILS = {"publisher": "An archive", "url": "https://example.org/papers/", "published": "2018"}
WORDS = ("harbour", "grain", "flour", "ship", "port", "board", "storm", "silo", "valley", "pilot", "winter")


def main() -> None:
    """Print documents a second and the peak of memory for two sizes; each in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.archives", description=main.__doc__)
    parser.add_argument("--documents", type=int, default=SIZES[1], help="in the larger of the two folders")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.folder:
        print(*take_in(chosen.folder))
        return
    sizes = (chosen.documents // 4, chosen.documents)
    processes = os.cpu_count() or 1
    print(f"Documents of three paragraphs, a sixth of each format; {processes} processes read them.\n")
    print(
        "| documents | seconds | documents a second | again, nothing new: a second | peak of the parent, MB |"
    )
    print("| --: | --: | --: | --: | --: |")
    peaks = [measure(size) for size in sizes]
    reached = "flat" if peaks[1] <= FLAT * peaks[0] else "not flat"
    print(f"\nThe memory of the parent is {reached}: {peaks[1] / peaks[0]:.2f} times for 4 times as many.")


def measure(documents: int) -> float:
    """Take in a folder of so many documents, twice; print how it went; return the peak of memory in MB."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write(folder / "papers", documents)
        seconds, peak = in_a_process(folder, {"taken in": documents})
        again, _ = in_a_process(folder, {"unchanged": documents})
    each = f"{documents / seconds:.0f} | {documents / again:.0f}"
    print(f"| {documents:,} | {seconds:.1f} | {each} | {peak:.1f} |", flush=True)
    return peak


def in_a_process(folder: Path, wanted: Mapping[str, int]) -> tuple[float, float]:
    """Take in the documents of a folder in a new process; return its seconds and its peak of memory in MB."""
    command = [sys.executable, "-m", "benchmarks.archives", "--folder", str(folder)]
    told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\t")
    assert told[2].strip() == str(dict(wanted)), told
    return float(told[0]), float(told[1])


def take_in(folder: Path) -> tuple[str]:
    """Take in the documents of a folder; return the seconds, the peak of memory and what became of them."""
    start = time.perf_counter()
    archive = Archive(folder / "papers", folder / "data", defaults=DETAILS, processes=os.cpu_count() or 1)
    with archive:
        archive.walk()
        kinds = Counter(str(outcome.kind) for outcome in archive.outcomes())
    seconds = time.perf_counter() - start
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())  # of this program alone
    return (f"{seconds}\t{int(peak) / 1_024}\t{dict(kinds)}",)


def write(folder: Path, documents: int) -> None:
    """Write small documents of every format, always the same."""
    folder.mkdir()
    chance = random.Random(documents)
    for number in range(documents):
        suffix, made = list(FORMATS.items())[number % len(FORMATS)]
        texts = [f"{' '.join(chance.choices(WORDS, k=40))} {number}." for _ in range(3)]
        (folder / f"paper-{number}.{suffix}").write_bytes(made(texts))


def _book(texts: list[str]) -> bytes:
    return packed({**BOOK, "OEBPS/two.xhtml": chapter("".join(f"<p>{text}</p>" for text in texts))})


FORMATS: Mapping[str, Callable[[list[str]], bytes]] = {
    "pdf": lambda texts: pdf([page(texts)], "/Title (A paper)"),
    "html": html,
    "docx": word,
    "epub": _book,
    "md": lambda texts: "\n\n".join(("# A paper", *texts)).encode(),
    "htm": lambda texts: html(texts * 3),
}


if __name__ == "__main__":
    main()
