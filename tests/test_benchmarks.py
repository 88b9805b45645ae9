"""The benchmarks: that they can be run, and that results are written wholly or not at all."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import load, retrieval
from benchmarks.peers import OURS, RankBm25


def test_each_benchmark_is_found_and_says_what_it_is() -> None:
    known = {
        "answering",
        "archive_on_disk",
        "archives",
        "faq",
        "index_files",
        "kills",
        "levers",
        "load",
        "processes",
        "retrieval",
        "scaling",
        "fleet",
    }
    assert known <= set(benchmarks.names())
    assert "peers" not in benchmarks.names()


def test_a_section_has_what_the_benchmark_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (folder / "one.py").write_text('"""How long it takes."""\nprint("1 ms")\n\n\ndef main(): ...\n', "utf-8")
    monkeypatch.setattr(benchmarks, "FOLDER", folder)
    assert benchmarks.names() == ["one"]
    written = benchmarks.section("one")
    assert written.startswith("## one\n\nHow long it takes. `python -m benchmarks.one`\n\n```\n1 ms\n```\n")
    assert "load average" in written


def test_a_benchmark_that_fails_leaves_the_results_as_they_were(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (folder / "bad.py").write_text("raise SystemExit(1)\n\n\ndef main(): ...\n", "utf-8")
    monkeypatch.setattr(benchmarks, "FOLDER", folder)
    monkeypatch.setattr(sys, "argv", ["benchmarks"])
    before = benchmarks.RESULTS.read_bytes() if benchmarks.RESULTS.exists() else None
    with pytest.raises(SystemExit, match="bad failed"):
        benchmarks.main()
    assert before == (benchmarks.RESULTS.read_bytes() if benchmarks.RESULTS.exists() else None)


def test_results_are_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    benchmarks.write("old", file)
    benchmarks.write("new", file)
    assert file.read_text("utf-8") == "new"
    assert list(tmp_path.iterdir()) == [file]


def test_the_results_name_versions_and_no_place() -> None:
    told = benchmarks.machine()
    assert "Python 3." in told
    assert "numpy " in told
    assert str(Path.home()) not in told


def test_archives_of_two_sizes_are_taken_in_whole_and_then_again() -> None:
    told = benchmarks.run("archives", ["--documents", "48"])
    assert [row.split(" | ")[0] for row in told.splitlines() if row.startswith("| ")] == [
        *("| documents", "| --:"),
        *("| 12", "| 48"),
    ]
    assert "times for 4 times as many" in told


def test_an_archive_on_disk_is_built_opened_and_answers_whole_questions() -> None:
    told = benchmarks.run("archive_on_disk", ["--passages", "600"]).splitlines()
    assert re.match(
        r"600 passages of 12 documents, \d+ MB; built, verified and put in use in \d+ s, ", told[0]
    )
    assert sum(line.startswith("open ") for line in told) == 2
    assert sum("questions, 300 on the archive and " in line for line in told) == 2
    assert [line.rpartition(": ")[0] for line in told[-3:]] == [
        "- opened in 300 ms",
        "- asked for the first time in 15 ms, by p99",
        "- 400 MB a process beside what is shared",
    ]


class TestRetrieval:
    def test_the_corpus_and_its_queries_are_always_the_same(self) -> None:
        passages = retrieval.corpus(100)
        assert passages == retrieval.corpus(100)
        asked = retrieval.queries(passages)
        assert asked == retrieval.queries(passages)
        assert all(retrieval.SHORTEST <= len(set(one)) == len(one) <= retrieval.LONGEST for one in asked)

    def test_the_index_agrees_with_the_package(self) -> None:
        passages = retrieval.corpus(300)
        retrieval.assert_agreement(passages, retrieval.queries(passages))

    def test_what_cannot_be_done_has_a_dash(self, tmp_path: Path) -> None:
        engine = RankBm25()
        engine.prepare()
        built = retrieval.build(engine, 100, tmp_path)
        served = retrieval.serve(engine, tmp_path)
        assert (served.add, served.after_add) == (None, None)
        row = retrieval.Measured("rank_bm25", 100, built, served)
        assert retrieval._line(row, None, 1e-6).endswith("| — | — |")

    def test_a_run_prints_a_row_and_the_targets(self) -> None:
        command = [sys.executable, "-m", "benchmarks.retrieval", "--size", "100", "--engine", OURS]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert "| 100 | this index |" in done.stdout
        for measure in ("p50", "p99"):
            assert f"faster than rank_bm25 at every size, by {measure}: not measured" in done.stdout


# Under load

SOUND = load.Result(
    asked=1000,
    lost=0,
    late=0,
    held_back=0,
    p50=0.002,
    p99=0.02,
    slowest=0.1,
    cpu=0.003,
    rss_warm=170_000,
    rss_after=171_000,
    blocked=(),
)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"lost": 2}, ["2 interactions were lost"]),
        ({"late": 1}, ["1 were answered after 3 s"]),
        ({"held_back": 3}, ["3 were held back by limits"]),
        ({"blocked": [(0.06, "search")]}, ["the event loop was blocked 1 times"]),
        ({"rss_after": 190_000}, ["memory grew by 20,000 kB"]),
        ({}, []),
    ],
)
def test_a_promise_that_is_not_kept_is_named(changed: dict[str, Any], said: list[str]) -> None:
    assert replace(SOUND, **changed).broken() == said


def test_the_load_says_how_many_were_lost_or_late_and_by_how_much_memory_grew() -> None:
    told = str(replace(SOUND, lost=2, late=1))
    assert "1,000 interactions, 2 lost, 1 answered after 3 s" in told
    assert "171,000 kB in the end, +1,000 kB" in told


def test_a_promise_that_is_not_kept_fails_the_run() -> None:
    load.fail_if_broken(SOUND)
    with pytest.raises(SystemExit, match=r"Not kept: 1 interactions were lost, 2 were answered after 3 s\."):
        load.fail_if_broken(replace(SOUND, lost=1, late=2))
