"""Shards: read from text, with errors in words, and each server in exactly one of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.shards import Shards


@pytest.mark.parametrize(
    ("text", "shards"),
    [
        ("0-3/16", Shards(0, 3, 16)),
        ("0-0/3", Shards(0, 0, 3)),
        ("2/3", Shards(2, 2, 3)),
        (" 0 - 15 / 16 ", Shards(0, 15, 16)),
    ],
)
def test_shards_are_a_range_of_a_total(text: str, shards: Shards) -> None:
    assert Shards.parse(text) == shards
    assert Shards.parse(str(shards)) == shards


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "three/4",
            "a first and a last shard and how many there are in all, counted from 0, are wanted: 0-3/16",
        ),
        ("0-3", "are wanted: 0-3/16"),
        ("-1-3/16", "are wanted: 0-3/16"),
        ("0-3/16/2", "are wanted: 0-3/16"),
        ("٠-٣/١٦", "are wanted: 0-3/16"),
        ("", "are wanted: 0-3/16"),
        ("3-0/16", "the last shard comes before the first; did you mean 0-3/16?"),
        ("0-16/16", "of 16 shards, the last is 15, since they are counted from 0"),
        ("16/16", "of 16 shards, the last is 15"),
        ("5-3/4", "of 4 shards, the last is 3"),
        ("0-0/0", "there are 1 to 16384 shards in all"),
        ("0-3/100000", "there are 1 to 16384 shards in all"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        Shards.parse(text)
    assert said in str(caught.value)


@given(guild_id=st.integers(0, 2**63 - 1), total=st.integers(1, 40), data=st.data())
def test_each_server_is_in_one_part_of_the_shards(guild_id: int, total: int, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, total - 1)))) if total > 1 else []
    parts = [Shards(a, b - 1, total) for a, b in zip([0, *cuts], [*cuts, total], strict=True)]
    assert sum(part.have(guild_id) for part in parts) == 1
    assert [part.are_all for part in parts] == [len(parts) == 1] * len(parts)
