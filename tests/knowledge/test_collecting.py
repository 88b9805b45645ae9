"""Python's collector: it rests while much is read, and no library needs it to be forgotten."""

from __future__ import annotations

import gc
import weakref

import pytest

from knowledge.collecting import collector_resting
from knowledge.content import read_content
from knowledge.engine import Engine


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
