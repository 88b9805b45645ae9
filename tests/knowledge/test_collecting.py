"""Python's collector: it rests while much is read, and no library needs it to be forgotten."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.archive_building import write_archive
from knowledge.collecting import collector_resting
from knowledge.content import read_content
from knowledge.engine import Engine
from knowledge.sources import Passage
from knowledge.stored_archive import open_archive
from tests.knowledge.test_stored_archive import document


def test_it_goes_on_afterwards_also_after_a_fault() -> None:
    with pytest.raises(ValueError, match="a fault"), collector_resting():
        assert not gc.isenabled()
        raise ValueError("a fault")
    assert gc.isenabled()


def test_one_that_was_off_stays_off() -> None:
    with collector_resting():
        with collector_resting():
            pass
        assert not gc.isenabled()


def test_a_library_that_is_replaced_needs_no_collector_to_be_forgotten() -> None:
    with collector_resting():
        engine = Engine(read_content())
        engine.warm_up()
        engine.reply("who is Jung Pak")
        library = weakref.ref(engine.library)
        del engine
        assert library() is None


def test_an_archive_that_is_replaced_needs_none_either(tmp_path: Path) -> None:
    passages = [Passage(str(n), original=f"Quorn number {n} came to Larnow by rail.") for n in range(1, 9)]
    with collector_resting():
        library = read_content()
        write_archive(tmp_path, [document("harbour", passages)], library.vocabulary)
        archive = open_archive(tmp_path)
        assert archive is not None
        engine = Engine(replace(library, archive=archive))
        engine.warm_up()
        assert "harbour" in str(engine.reply("how did quorn number 3 come to Larnow?").citations)
        assert engine.reply("/sources harbour").sources[0].passages[2] == passages[2]
        held = [weakref.ref(one) for one in (archive, archive.index)]
        del library, archive, engine
        assert [one() for one in held] == [None, None]
