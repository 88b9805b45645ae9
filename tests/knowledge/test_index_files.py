"""Indexes on disk: what is loaded is what was built, and wherever a build ends, an index is whole."""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import index_files
from knowledge.index import Bm25Index
from knowledge.index_files import IndexFilesError, StoredTerms, built_from, current, load, opened, save
from knowledge.store.holding import Hold

WORDS = st.sampled_from([*"abcdefgh", "", "é", "line\nbreak", "\ud800", "평양"])
DOCUMENTS = st.lists(WORDS, max_size=8)
CORPORA = st.lists(DOCUMENTS, max_size=12)
QUERIES = st.lists(WORDS | st.just("unknown"), max_size=6)

Corpus = list[list[str]]

OLD: Corpus = [["old", "aid", "ban"], ["old"]]
NEW: Corpus = [["new", "aid"], ["new", "note"], ["new"]]


@pytest.fixture(autouse=True, scope="module")
def _quick_disk() -> Iterator[None]:
    """Do not wait for the disk: what a process wrote survives it, if not the machine."""
    with patch.object(os, "fsync"):
        yield


def searched(folder: Path) -> str:
    """Open an index, and say which it is, if it answers as that does in everything."""
    index = load(folder)
    for name, corpus in (("old", OLD), ("new", NEW)):
        built = Bm25Index(corpus)
        if name in index:
            for word in ("old", "new", "aid", "ban", "note"):
                assert index.search([word, "aid"], 9) == built.search([word, "aid"], 9)
            assert index.weight("aid") == built.weight("aid")
            return name
    raise AssertionError("it is neither")


class TestWhatIsLoaded:
    @given(corpus=CORPORA, late=CORPORA, query=QUERIES, idf=st.sampled_from(["lucene", "okapi"]))
    def test_is_what_was_saved_however_it_goes_on(
        self, corpus: Corpus, late: Corpus, query: list[str], idf: str
    ) -> None:
        index = Bm25Index(corpus, idf=idf)  # type: ignore[arg-type]
        with TemporaryDirectory() as name:
            folder = Path(name)
            save(index, folder)
            for changes in (late, late[:3]):
                loaded = load(folder)
                assert loaded.search(query, 99) == index.search(query, 99)
                assert loaded.get_scores(query).tolist() == index.get_scores(query).tolist()
                assert [loaded.weight(word) for word in query] == [index.weight(word) for word in query]
                assert [word in loaded for word in query] == [word in index for word in query]
                for changing in (index, loaded):
                    for document in changes:
                        number = changing.add(document)
                    if changes:
                        changing.remove(number)
                assert loaded.search(query, 99) == index.search(query, 99)
                save(loaded, folder)

    def test_large_ones_are_searched_alike(self, tmp_path: Path) -> None:
        words = np.random.default_rng(7).zipf(1.3, (5_000, 9)) % 400
        corpus = [[f"w{word}" for word in document] for document in words]
        with patch.multiple("knowledge.index", _TINY=0, _LARGE=0):
            index = Bm25Index(corpus, k1=1.2)
            save(index, tmp_path)
            loaded = load(tmp_path)
            assert loaded.k1 == 1.2
            for query in corpus[:50]:
                assert loaded.search(query, 10) == index.search(query, 10)

    def test_changes_stay_in_memory_until_saved(self, tmp_path: Path) -> None:
        save(Bm25Index(OLD), tmp_path)
        changed = load(tmp_path)
        changed.remove(0)
        changed.add(["late"])
        assert searched(tmp_path) == "old"

    @given(st.lists(st.text(st.characters(exclude_categories=()), max_size=5), unique=True), st.text())
    def test_terms_keep_their_numbers_though_checksums_collide(self, terms: list[str], other: str) -> None:
        for checksum in (zlib.crc32, len):  # by their lengths, many collide
            with patch.object(zlib, "crc32", checksum):
                stored = StoredTerms(**index_files._arrays_of_terms(terms))
                assert list(stored) == terms
                assert [stored.get(term) for term in terms] == list(range(len(terms)))
                assert (stored.get(other) is None) == (other not in stored) == (other not in terms)
                expected = terms.index(other) if other in terms else len(terms)
                assert stored.setdefault(other, len(stored)) == expected == stored.get(other)
                assert list(stored) == list(dict.fromkeys([*terms, other]))
                assert len(stored) == len({*terms, other})


class TestSwapping:
    def test_replaces_and_leaves_nothing_behind(self, tmp_path: Path) -> None:
        first, second = save(Bm25Index(OLD), tmp_path), save(Bm25Index(NEW), tmp_path)
        assert searched(tmp_path) == "new"
        assert first != second == current(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {second, "current", "building.lock"}

    def test_the_same_content_has_the_same_name(self, tmp_path: Path) -> None:
        assert save(Bm25Index(OLD), tmp_path) == save(Bm25Index(OLD), tmp_path)
        assert searched(tmp_path) == "old"

    def test_who_answers_from_the_old_one_goes_on(self, tmp_path: Path) -> None:
        save(Bm25Index(OLD), tmp_path)
        index = load(tmp_path)
        save(Bm25Index(NEW), tmp_path)
        assert index.search(["old"], 9) == Bm25Index(OLD).search(["old"], 9)

    def test_what_is_loaded_meanwhile_is_one_or_the_other(self, tmp_path: Path) -> None:
        save(Bm25Index(OLD), tmp_path)
        with ThreadPoolExecutor(1) as builder:
            builds = builder.submit(lambda: [save(Bm25Index((NEW, OLD)[n % 2]), tmp_path) for n in range(30)])
            seen = set()
            while not builds.done():
                seen.add(searched(tmp_path))
            builds.result()
        assert seen == {"old", "new"}

    def test_other_folders_beside_the_builds_are_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "notes").mkdir()
        save(Bm25Index(OLD), tmp_path)
        save(Bm25Index(NEW), tmp_path)
        assert (tmp_path / "notes").exists()

    def test_two_do_not_build_at_once(self, tmp_path: Path) -> None:
        save(Bm25Index(OLD), tmp_path)
        with (
            Hold(tmp_path / "building", alone=True),
            pytest.raises(IndexFilesError, match=r"Another process is building the index in .* Wait for it"),
        ):
            save(Bm25Index(NEW), tmp_path)
        assert searched(tmp_path) == "old"

    @pytest.mark.parametrize("step", ["_write", "_verified", "_put", "_point"])
    def test_one_that_fails_leaves_the_old_one(self, tmp_path: Path, step: str) -> None:
        save(Bm25Index(OLD), tmp_path)
        with (
            patch.object(index_files, step, side_effect=OSError("the disk is full")),
            pytest.raises(OSError, match="full"),
        ):
            save(Bm25Index(NEW), tmp_path)
        assert searched(tmp_path) == "old"
        assert {path.name for path in tmp_path.iterdir()} == {current(tmp_path), "current", "building.lock"}

    def test_what_was_written_wrong_is_not_put_in_use(self, tmp_path: Path) -> None:
        save(Bm25Index(OLD), tmp_path)
        flush = index_files._sync_folder

        def spoil(folder: Path) -> None:
            flush(folder)
            if folder.name.startswith("unfinished-"):
                (folder / "docs.npy").write_bytes(b"something else")

        with (
            patch.object(index_files, "_sync_folder", spoil),
            pytest.raises(IndexFilesError, match=r"docs\.npy is not as it was written"),
        ):
            save(Bm25Index(NEW), tmp_path)
        assert searched(tmp_path) == "old"


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not copied there")
def test_a_build_killed_at_any_moment_leaves_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    moments = random.Random(2024)
    save(Bm25Index(OLD), tmp_path)
    seen, unfinished = set(), 0
    for _ in range(60):
        builder = multiprocessing.get_context("fork").Process(target=_build_for_ever, args=(tmp_path,))
        builder.start()
        time.sleep(moments.uniform(0, 0.04))
        builder.kill()
        builder.join()
        seen.add(searched(tmp_path))
        unfinished += any(path.name.startswith("unfinished-") for path in tmp_path.iterdir())
    assert seen == {"old", "new"}
    assert unfinished
    save(Bm25Index(NEW), tmp_path)
    assert searched(tmp_path) == "new"
    assert {path.name for path in tmp_path.iterdir()} <= {
        *(current(tmp_path), "current", "building.lock"),
    }


def _build_for_ever(folder: Path) -> None:
    while True:
        save(Bm25Index(NEW), folder)
        save(Bm25Index(OLD), folder)


class TestDamage:
    def test_no_index_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(IndexFilesError, match=r"no index in .*nowhere\. Build one"):
            load(tmp_path / "nowhere")

    @pytest.mark.parametrize("content", [b"", b"../elsewhere", b"\xff", b"0123456789abcdef"])
    def test_a_name_that_leads_nowhere_is_told_and_replaced(self, tmp_path: Path, content: bytes) -> None:
        save(Bm25Index(OLD), tmp_path)
        (tmp_path / "current").write_bytes(content)
        with pytest.raises(IndexFilesError, match=r"cannot be used: .* Build it anew"):
            load(tmp_path)
        save(Bm25Index(OLD), tmp_path)
        assert searched(tmp_path) == "old"

    @pytest.mark.parametrize("file", ["manifest.json", *(f"{name}.npy" for name in index_files._POSTINGS)])
    @pytest.mark.parametrize("damage", ["gone", "empty", "short", "noise", "one bit"])
    def test_a_damaged_file_is_told_and_built_anew(self, tmp_path: Path, file: str, damage: str) -> None:
        save(Bm25Index(OLD), tmp_path, "the old one")
        self.damage(tmp_path / current(tmp_path) / file, damage)
        with pytest.raises(IndexFilesError, match=rf"cannot be used: {file} .* Build it anew") as told:
            load(tmp_path)
        assert str(tmp_path) in str(told.value)
        index = opened(tmp_path, "the old one", lambda: OLD)
        assert index.search(["old"], 9) == Bm25Index(OLD).search(["old"], 9)
        assert searched(tmp_path) == "old"

    @pytest.mark.parametrize("file", [f"{name}.npy" for name in index_files._TERMS])
    def test_so_is_one_of_the_terms(self, tmp_path: Path, file: str) -> None:
        save(Bm25Index(OLD), tmp_path)
        self.damage(tmp_path / current(tmp_path) / file, "one bit")
        with pytest.raises(IndexFilesError, match=file):
            load(tmp_path)

    @staticmethod
    def damage(file: Path, damage: str) -> None:
        content = file.read_bytes()
        flipped = content[:-3] + bytes([content[-3] ^ 1]) + content[-2:]
        damaged = {"empty": b"", "short": content[:-5], "noise": b"PK\x03\x04" + content, "one bit": flipped}
        if damage == "gone":
            file.unlink()
        else:
            file.write_bytes(damaged[damage])

    def test_another_version_of_the_format_is_told(self, tmp_path: Path) -> None:
        with patch.object(index_files, "FORMAT", 2):
            save(Bm25Index(OLD), tmp_path)
        with pytest.raises(IndexFilesError, match=r"its format is 2, and .* reads 4\. Build it anew"):
            load(tmp_path)


class TestOpened:
    def test_is_built_once(self, tmp_path: Path) -> None:
        opened(tmp_path / "deep" / "index", "the old one", lambda: OLD)
        opened(tmp_path / "deep" / "index", "the old one", lambda: pytest.fail("built again"))
        assert searched(tmp_path / "deep" / "index") == "old"

    def test_is_built_again_when_it_is_made_from_something_else(self, tmp_path: Path) -> None:
        opened(tmp_path, "the old one", lambda: OLD)
        opened(tmp_path, "the new one", lambda: NEW)
        assert searched(tmp_path) == "new"
        assert built_from(tmp_path) == "the new one"
