"""Pictures compared as the eye does: alike though not of the same bytes, as after an update of what draws."""

from __future__ import annotations

import io
from itertools import pairwise

from PIL import Image

ALIKE = 0.02
"""Pictures whose hashes differ in a smaller part of their bits look the same."""

_SIDE = 48


def difference_hash(picture: bytes) -> int:
    """Return a hash of a picture: for each of 48 × 48 spots, whether it is darker than the next to its right.

    Method: dHash, https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html
    """
    grey = Image.open(io.BytesIO(picture)).convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BOX)
    spots = grey.tobytes()
    rows = (spots[start : start + _SIDE + 1] for start in range(0, len(spots), _SIDE + 1))
    bits = "".join(str(int(a < b)) for row in rows for a, b in pairwise(row))
    return int(bits, 2)


def distance(one: bytes, other: bytes) -> float:
    """Return the part of their hashes in which two pictures differ: 0 for those that look the same."""
    differing = difference_hash(one) ^ difference_hash(other)
    return differing.bit_count() / _SIDE**2
