"""Python's collector of garbage, which searches all that there is, and stops everything else meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_resting() -> Iterator[None]:
    """Rest the collector while much is made that stays: it would search all of it again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def set_apart() -> None:
    """Take what there is by now out of every later search; what nobody refers to any more still goes.

    Only cycles among it would stay for good. A library, its index and its archive have none.
    """
    gc.freeze()
