"""Turn the founding documents into the hashes that `tests/knowledge/test_notes.py` compares our words with.

The documents themselves must not be in the repository, so this keeps only ten hex digits of the SHA-256 of
every run of eight words in them, from which no text can be read back. To make the file anew from copies:

    python tests/make_shingles.py fp-2019.txt rfa-2024.txt > tests/data/founding_shingles.txt
"""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

RUN = 8
"""How many words in a row count as copied."""

_INSIDE_WORDS = re.compile(r"['’‘]|(?<=\b[a-z])\.|(?<=[0-9]),(?=[0-9])")
_WORD = re.compile(r"[^\W_]+")


def plain_words(text: str) -> list[str]:
    """Return the words of a text without case or punctuation: `U.S.` is `us`, `it’s` is `its`."""
    return _WORD.findall(_INSIDE_WORDS.sub("", unicodedata.normalize("NFKC", text).lower()))


def runs(text: str) -> Iterator[str]:
    """Yield every run of eight words of a text."""
    words = plain_words(text)
    for start in range(len(words) - RUN + 1):
        yield " ".join(words[start : start + RUN])


def shingle(run: str) -> str:
    """Return the hash by which a run of words is known."""
    return hashlib.sha256(run.encode()).hexdigest()[:10]


if __name__ == "__main__":
    paragraphs = [line for name in sys.argv[1:] for line in Path(name).read_text("utf-8").splitlines()]
    print(*sorted({shingle(run) for paragraph in paragraphs for run in runs(paragraph)}), sep="\n")
