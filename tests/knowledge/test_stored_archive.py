"""An archive on disk: what goes in comes out, whole or not at all, wherever a build ends."""

from __future__ import annotations

import logging
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import archive_building, index_files
from knowledge.archive_building import build_archive, write_archive
from knowledge.citations import Citation
from knowledge.content_writing import as_yaml, write_whole
from knowledge.index import Bm25Index
from knowledge.ingest import content_of
from knowledge.retrieval import Role, texts_of, unit_terms
from knowledge.sources import LOCAL, Passage, Source
from knowledge.stored_archive import BUILDS, DOCUMENTS, StoredArchive, archive_fault, hash_of, open_archive
from knowledge.text import terms
from knowledge.vocabulary import Vocabulary

PLAIN = Vocabulary(synonyms=(("grain", "rice"),))
WORDS = st.sampled_from(["grain", "rice", "port", "Dorvik", "2003", "the", "of", "평양", "naïve.", "Flour"])
TEXTS = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)


def passages_of(
    texts: st.SearchStrategy[str], most: int, ref: Callable[[int], str]
) -> st.SearchStrategy[tuple[Passage, ...]]:
    passage = st.builds(
        Passage,
        ref=st.just(""),
        original=texts,
        retired=st.booleans(),
        page=st.none() | st.integers(1, 999),
        asks=st.lists(texts, max_size=2).map(tuple),
        wrong_premises=st.lists(texts, max_size=1).map(tuple),
    )
    several = st.lists(passage, min_size=1, max_size=most)
    return several.map(lambda found: tuple(replace(p, ref=ref(n)) for n, p in enumerate(found)))


PASSAGES = passages_of(TEXTS, 6, lambda number: f"P{number}" if number % 3 else str(number))


def document(id_: str, passages: Sequence[Passage], **details: object) -> Source:
    about = {
        "title": "A paper",
        "publisher": "Dorvik Archive",
        "published": date(2003, 2, 1),
        "published_basis": "stated in the file",
        "url": f"https://example.org/{id_}",
        "kind": "article",
        "collection": LOCAL,
        **details,
    }
    return Source(id=id_, passages=tuple(passages), **about)  # type: ignore[arg-type]


DETAILS = st.fixed_dictionaries(
    {
        "published": st.none() | st.dates(date(1950, 1, 1), date(2026, 1, 1)),
        "published_precision": st.sampled_from(["day", "month", "year"]),
        "authors": st.lists(st.sampled_from(["Jan Sorel", "Mira Osten"]), max_size=2).map(tuple),
        "revision": st.integers(1, 9),
        "title": st.sampled_from(["A paper", "종이 “한 장”"]),
    }
)
DOCUMENTS_OF = st.dictionaries(
    st.sampled_from(["a", "a-b", "ab", "paper-1", "paper-10", "paper-2", "z"]),
    st.tuples(PASSAGES, DETAILS),
    max_size=5,
).map(lambda found: [document(id_, held, **about) for id_, (held, about) in sorted(found.items())])

OLD = [document(f"old-{n}", [Passage("1", original=f"Old grain came to port {n}.")]) for n in range(4)]
NEW = [document(f"new-{n}", [Passage("1", original=f"New flour left port {n}.")]) for n in range(3)]


@pytest.fixture(autouse=True, scope="module")
def _quick_disk() -> Iterator[None]:
    """Do not wait for the disk: what a process wrote survives it, if not the machine."""
    with patch.object(os, "fsync"):
        yield


def archive_of(folder: Path, documents: Sequence[Source]) -> StoredArchive:
    write_archive(folder, documents, PLAIN)
    archive = open_archive(folder)
    assert archive is not None
    return archive


def put(folder: Path, *documents: Source) -> None:
    for source in documents:
        write_whole(folder / DOCUMENTS / f"{source.id}.yaml", as_yaml(content_of(source)))


class TestWhatIsInIt:
    @settings(max_examples=60)
    @given(DOCUMENTS_OF)
    def test_is_what_went_in(self, documents: list[Source]) -> None:
        with TemporaryDirectory() as name:
            archive = archive_of(Path(name), documents)
            assert list(archive.ids()) == [source.id for source in documents]
            assert [archive.source(source.id) for source in documents] == documents
            assert archive.contents.documents == len(archive) == len(documents)
            assert archive.contents.passages == sum(len(source.passages) for source in documents)
            assert archive.source("nothing") is None

    @settings(max_examples=60)
    @given(DOCUMENTS_OF)
    def test_opens_at_each_citation_with_what_is_before_and_after(self, documents: list[Source]) -> None:
        with TemporaryDirectory() as name:
            archive = archive_of(Path(name), documents)
            for source in documents:
                for place, passage in enumerate(source.passages):
                    row = archive.find(Citation(source.id, passage.ref.lower()))
                    assert row is not None
                    assert (archive.passage(row), archive.source_of(row)) == (passage, source)
                    beside = [archive.passage(n) if n is not None else None for n in archive.neighbours(row)]
                    around = [None, *source.passages, None]
                    assert beside == [around[place], around[place + 2]]
                assert archive.find(Citation(source.id, "999")) is None
            assert archive.find(Citation("nothing", "1")) is None

    @settings(max_examples=60)
    @given(DOCUMENTS_OF, st.integers(1, 30))
    def test_is_indexed_as_in_memory_in_however_many_runs(self, documents: list[Source], run: int) -> None:
        def units(passage: Passage) -> list[tuple[Role, list[str]]]:
            return [(role, unit_terms(PLAIN, role, text, terms(text))) for role, text in texts_of(passage)]

        passages = [passage for source in documents for passage in source.passages]
        corpus = [[word for _, unit in units(passage) for word in unit] for passage in passages]
        built = Bm25Index(corpus)
        for row in reversed(range(len(passages))):
            if passages[row].retired:
                built.remove(row)
        with TemporaryDirectory() as name, patch.object(archive_building, "_RUN", run):
            archive = archive_of(Path(name), documents)
            for words in corpus:
                assert archive.index.search(words, 99) == built.search(words, 99)
            assert len(archive.index) == len(built)
            for row, passage in enumerate(passages):
                expected = [
                    (list(Role).index(role), list(dict.fromkeys(unit))) for role, unit in units(passage)
                ]
                assert archive.with_units(row) == (passage, expected)

    def test_ids_near_what_is_typed_are_found_without_looking_at_all(self, tmp_path: Path) -> None:
        archive = archive_of(
            tmp_path, [document(f"paper-{n:02}", [Passage("1", original="x")]) for n in range(30)]
        )
        assert list(archive.ids_from("paper-1", 2)) == ["paper-10", "paper-11"]
        assert list(archive.ids_before("paper-1", 2)) == ["paper-09", "paper-08"]
        assert list(archive.ids_from("z", 2)) == []


class TestBuilding:
    def test_is_made_of_the_documents_taken_in_and_only_when_they_change(self, tmp_path: Path) -> None:
        assert build_archive(tmp_path, PLAIN) is None
        put(tmp_path, *OLD)
        first = build_archive(tmp_path, PLAIN)
        assert first and first.is_new
        again = build_archive(tmp_path, PLAIN)
        assert again == replace(first, is_new=False)
        put(tmp_path, *NEW)
        changed = build_archive(tmp_path, PLAIN)
        assert changed and changed.is_new
        assert changed.contents.documents == len(OLD) + len(NEW)
        assert "holds 7 documents with 7 passages.\nA running bot answers from it within seconds." in str(
            changed
        )

    def test_says_what_is_gone_and_what_cannot_be_read(self, tmp_path: Path) -> None:
        put(tmp_path, *OLD)
        build_archive(tmp_path, PLAIN)
        (tmp_path / DOCUMENTS / "old-0.yaml").unlink()
        (tmp_path / DOCUMENTS / "old-1.yaml").write_text("id: [", "utf-8")
        report = build_archive(tmp_path, PLAIN)
        assert report is not None
        first, last, *_ = str(report).splitlines()
        assert first.startswith("archive/documents/old-1.yaml cannot be read: old-1.yaml:")
        assert first.endswith("; it is left out until it is deleted and ingest run again")
        assert last == "The archive holds 2 documents with 2 passages; 1 that was in it was deleted."

    def test_another_vocabulary_builds_it_anew(self, tmp_path: Path) -> None:
        put(tmp_path, *OLD)
        build_archive(tmp_path, PLAIN)
        report = build_archive(tmp_path, Vocabulary())
        assert report and report.is_new
        assert report.contents.vocabulary == hash_of(Vocabulary()) != hash_of(PLAIN)

    def test_dates_of_its_documents_are_known_as_far_as_they_are(self, tmp_path: Path) -> None:
        dated = [
            replace(OLD[0], published=date(1998, 3, 1), published_precision="month"),
            replace(OLD[1], published=None),
            OLD[2],
        ]
        contents = archive_of(tmp_path, dated).contents
        assert (contents.first, contents.last) == ("1998-03", "2003-02-01")


def which(folder: Path) -> str:
    """Open an archive, and say which it is, if it has all of that and nothing else."""
    archive = open_archive(folder)
    assert archive is not None
    for name, documents in (("old", OLD), ("new", NEW)):
        if [archive.source(id_) for id_ in archive.ids()] == documents:
            hits = archive.index.search(["port"], 9)
            assert [archive.passage(hit.doc).original.split()[0].lower() for hit in hits] == [name] * len(
                documents
            )
            return name
    raise AssertionError("it is neither")


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not copied there")
def test_a_build_killed_at_any_moment_leaves_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    moments = random.Random(2026)
    archive_of(tmp_path, OLD)
    seen: set[str] = set()
    unfinished, longest = 0, 0.08
    for killed in range(200):
        if killed >= 60:
            if unfinished and seen == {"old", "new"}:
                break
            longest *= 1.05  # a machine so slow builds nothing in that time
        builder = multiprocessing.get_context("fork").Process(target=_build_for_ever, args=(tmp_path,))
        builder.start()
        time.sleep(moments.uniform(0, longest))
        builder.kill()
        builder.join()
        seen.add(which(tmp_path))
        unfinished += any(path.name.startswith("unfinished-") for path in (tmp_path / BUILDS).iterdir())
    assert seen == {"old", "new"}
    assert unfinished
    archive_of(tmp_path, NEW)
    assert which(tmp_path) == "new"
    left = {path.name for path in (tmp_path / BUILDS).iterdir()}
    assert left == {index_files.current(tmp_path / BUILDS), "current", "building.lock"}


def _build_for_ever(folder: Path) -> None:
    while True:
        write_archive(folder, NEW, PLAIN)
        write_archive(folder, OLD, PLAIN)


def test_who_reads_from_the_old_one_goes_on_while_others_open_the_new_one(tmp_path: Path) -> None:
    old = archive_of(tmp_path, OLD)
    with ThreadPoolExecutor(1) as builder:
        builds = builder.submit(
            lambda: [write_archive(tmp_path, (NEW, OLD)[n % 2], PLAIN) for n in range(12)]
        )
        seen = set()
        while not builds.done():
            seen.add(which(tmp_path))
            assert [old.source(id_) for id_ in old.ids()] == OLD
        builds.result()
    assert seen == {"old", "new"}


class TestDamage:
    @pytest.mark.parametrize(
        "file", sorted(["docs.npy", "text.npy", "ids_text.npy", "ref_sums.npy", "manifest.json"])
    )
    def test_it_is_left_out_with_the_reason_and_built_anew(
        self, tmp_path: Path, file: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        put(tmp_path, *OLD)
        build_archive(tmp_path, PLAIN)
        self.spoil(tmp_path, file)
        with caplog.at_level(logging.ERROR):
            assert open_archive(tmp_path) is None
        assert f"{file} is not as it was written" in caplog.text
        assert "run ingest for its folder again" in caplog.text
        assert file in archive_fault(tmp_path)
        report = build_archive(tmp_path, PLAIN)
        assert report and report.is_new
        assert which(tmp_path) == "old"
        assert archive_fault(tmp_path) == ""

    @pytest.mark.parametrize("file", ["passages.bin", "sources.bin"])
    def test_a_damaged_record_is_never_shown(self, tmp_path: Path, file: str) -> None:
        archive_of(tmp_path, OLD)
        self.spoil(tmp_path, file)
        archive = open_archive(tmp_path)
        assert archive is not None
        with pytest.raises(index_files.IndexFilesError, match=rf"{file} is damaged: record 3"):
            assert [archive.source_of(row) and archive.passage(row) for row in range(4)]
        assert file in archive_fault(tmp_path)

    def test_one_that_is_cut_off_is_left_out(self, tmp_path: Path) -> None:
        archive_of(tmp_path, OLD)
        (file,) = (tmp_path / BUILDS).glob("*/passages.bin")
        file.write_bytes(file.read_bytes()[:-1])
        assert open_archive(tmp_path) is None

    @staticmethod
    def spoil(folder: Path, file: str) -> None:
        (path,) = (folder / BUILDS).glob(f"*/{file}")
        content = path.read_bytes()
        path.write_bytes(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
