"""How long an answer takes: engine only, and as a whole process from a cold start.

python -m benchmarks.answering
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import yaml

from knowledge.content import read_content
from knowledge.engine import Engine

ROOT = Path(__file__).parents[1]
ROUNDS = 5


def main() -> None:
    """Print the time to open the library, to answer each golden question, and to run `bot.py ask` cold."""
    questions = [
        entry["question"]
        for name in ("questions", "paraphrases")
        for entry in yaml.safe_load((ROOT / "tests" / "golden" / f"{name}.yaml").read_text("utf-8"))
    ]
    start = time.perf_counter()
    engine = Engine(read_content())
    engine.warm_up()
    print(f"open the library: {_milliseconds(start):.0f} ms")
    times = []
    for question in questions * ROUNDS:
        start = time.perf_counter()
        engine.reply(question)
        times.append(_milliseconds(start))
    p50, p95, p99 = (statistics.quantiles(times, n=100)[point] for point in (49, 94, 98))
    print(f"answer, {len(times)} times: p50 {p50:.2f}, p95 {p95:.2f}, p99 {p99:.2f}, max {max(times):.2f} ms")
    cold = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "bot.py", "ask", "why did Pompeo limit aid?"],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        cold.append(_milliseconds(start))
    middle, longest = statistics.median(cold), max(cold)
    print(f"bot.py ask, whole process, {ROUNDS} times: median {middle:.0f}, max {longest:.0f} ms")


def _milliseconds(start: float) -> float:
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
