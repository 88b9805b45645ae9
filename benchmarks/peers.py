"""The index and its peers behind one door, so that each is measured alike; every peer set up for its best.

A peer is imported when it is measured, in a process of its own; `pip install -e '.[benchmarks]'` brings all.
"""

from __future__ import annotations

import pickle
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from knowledge import index_files
from knowledge.index import Bm25Index

Passage = list[str]
Passages = list[Passage]

BEST = 10
"""How many passages a query returns."""


class CannotAddError(Exception):
    """An engine that takes no new passage once it is built."""


class Engine(ABC):
    """A search engine over passages given as terms: built, saved, loaded, asked, added to."""

    setup: ClassVar[str]
    """How it is set up, for the reader of the results."""

    def prepare(self) -> None:
        """Import what is needed, so that no measurement includes it."""
        return

    @abstractmethod
    def build(self, passages: Passages, folder: Path) -> None:
        """Index some passages, numbered from 0; an engine that lives on disk does so in the folder."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Leave in the folder what `load` needs."""

    @abstractmethod
    def load(self, folder: Path) -> None:
        """Become what was saved."""

    @abstractmethod
    def search(self, query: Passage) -> Sequence[Any]:
        """Return the numbers and the scores of the best passages that match, best first."""

    def add(self, passage: Passage) -> None:
        """Add a passage; the next search finds it. Raises `CannotAddError` if there is no such thing."""
        raise CannotAddError


class Ours(Engine):
    """The index of this project."""

    setup = "arrays on disk, memory-mapped; Lucene's idf; exact in float64"

    def build(self, passages: Passages, folder: Path) -> None:  # noqa: D102
        self.index = Bm25Index(passages)

    def save(self, folder: Path) -> None:  # noqa: D102
        index_files.save(self.index, folder / "index")

    def load(self, folder: Path) -> None:  # noqa: D102
        self.index = index_files.load(folder / "index")

    def search(self, query: Passage) -> Sequence[Any]:  # noqa: D102
        return self.index.search(query, BEST)

    def add(self, passage: Passage) -> None:  # noqa: D102
        self.index.add(passage)


def _matching(docs: NDArray[Any], scores: NDArray[Any]) -> list[tuple[int, float]]:
    found = zip(docs.tolist(), scores.tolist(), strict=True)
    return [(doc, score) for doc, score in found if score > 0]


class _Pickled(Engine):
    """An engine of the interface of `rank_bm25`: scores of all passages, of which the best are picked."""

    package: ClassVar[str]

    def prepare(self) -> None:
        self.module: Any = import_module(self.package)

    def build(self, passages: Passages, folder: Path) -> None:
        self.index = self.module.BM25Okapi(passages)

    def save(self, folder: Path) -> None:
        with (folder / "pickle").open("wb") as file:
            pickle.dump(self.index, file, protocol=5)

    def load(self, folder: Path) -> None:
        with (folder / "pickle").open("rb") as file:
            self.index = pickle.load(file)

    def search(self, query: Passage) -> Sequence[Any]:
        scores = self.index.get_scores(query)
        if scores.size <= 1_000:
            best = np.argsort(-scores)[:BEST]
        else:
            best = np.argpartition(scores, -BEST)[-BEST:]
            best = best[np.argsort(-scores[best])]
        return _matching(best, scores[best])


class RankBm25(_Pickled):
    """The package that defines the scores."""

    package = "rank_bm25"
    setup = "BM25Okapi, pickled; the best of get_scores by numpy, which is faster than get_top_n"


class RankBm25Rs(_Pickled):
    """The same in Rust."""

    package = "rank_bm25_rs"
    setup = "as rank_bm25"


class Bm25s(Engine):
    """Scores computed beforehand, in a sparse matrix."""

    backend: ClassVar[str] = "numpy"
    setup = 'method "lucene", float32, backend "numpy"; saved as arrays, loaded into memory; one thread'

    def prepare(self) -> None:  # noqa: D102
        self.module: Any = import_module("bm25s")

    def build(self, passages: Passages, folder: Path) -> None:  # noqa: D102
        self.index = self.module.BM25(method="lucene", k1=1.5, b=0.75, backend=self.backend)
        self._compile()
        self.index.index(passages, show_progress=False)

    def save(self, folder: Path) -> None:  # noqa: D102
        self.index.save(folder / "index", show_progress=False)

    def load(self, folder: Path) -> None:  # noqa: D102
        self.index = self.module.BM25.load(folder / "index", load_corpus=False, show_progress=False)
        self.index.backend = self.backend
        self._compile()

    def _compile(self) -> None:
        return

    def search(self, query: Passage) -> Sequence[Any]:  # noqa: D102
        found = self.index.retrieve([query], k=BEST, show_progress=False, n_threads=0)
        return _matching(found.documents[0], found.scores[0])


class Bm25sNumba(Bm25s):
    """The same, compiled while it runs."""

    backend = "numba"
    setup = 'as bm25s, backend "numba"; it compiles at the first query, which is part of loading'

    def _compile(self) -> None:
        self.index.compile()


class Tantivy(Engine):
    """A search engine in Rust."""

    setup = "terms as they are, frequencies and no positions; one thread, one segment where it merges to one"

    def prepare(self) -> None:  # noqa: D102
        self.module: Any = import_module("tantivy")

    def _open(self, folder: Path) -> None:
        tantivy = self.module
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("body", tokenizer_name="terms", index_option="freq")
        self.schema = builder.build()
        place = folder / "tantivy"
        place.mkdir(exist_ok=True)
        self.index = tantivy.Index(self.schema, path=str(place))
        terms = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self.index.register_tokenizer("terms", terms)
        self.index.config_reader("manual")
        self.writer: Any = None

    def build(self, passages: Passages, folder: Path) -> None:  # noqa: D102
        self._open(folder)
        writer = self.index.writer(512_000_000, 1)
        for passage in passages:
            writer.add_document(self.module.Document(body=" ".join(passage)))
        writer.commit()
        writer.wait_merging_threads()

    def save(self, folder: Path) -> None:  # noqa: D102
        return  # it is on disk

    def load(self, folder: Path) -> None:  # noqa: D102
        self._open(folder)
        self._refresh()

    def _refresh(self) -> None:
        self.index.reload()
        self.searcher = self.index.searcher()

    def search(self, query: Passage) -> Sequence[Any]:  # noqa: D102
        if self.writer is not None:
            self._refresh()
        should, term_query = self.module.Occur.Should, self.module.Query.term_query
        clauses = [(should, term_query(self.schema, "body", term, "freq")) for term in query]
        asked = self.module.Query.boolean_query(clauses)
        return self.searcher.search(asked, BEST, count=False).hits  # type: ignore[no-any-return]

    def add(self, passage: Passage) -> None:  # noqa: D102
        if self.writer is None:
            self.writer = self.index.writer(15_000_000, 1)
        self.writer.add_document(self.module.Document(body=" ".join(passage)))
        self.writer.commit()


class Fts5(Engine):
    """The search of SQLite."""

    setup = "contentless table, optimised after building; journal in a WAL, synchronous normal"

    def _open(self, folder: Path) -> None:
        self.database = sqlite3.connect(folder / "fts.db", isolation_level=None)
        self.database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")

    def build(self, passages: Passages, folder: Path) -> None:  # noqa: D102
        self._open(folder)
        self.database.execute("CREATE VIRTUAL TABLE passages USING fts5(body, content='')")
        self.database.execute("BEGIN")
        rows = ((number, " ".join(passage)) for number, passage in enumerate(passages))
        self.database.executemany("INSERT INTO passages(rowid, body) VALUES (?, ?)", rows)
        self.database.execute("INSERT INTO passages(passages) VALUES ('optimize')")
        self.database.execute("COMMIT")

    def save(self, folder: Path) -> None:  # noqa: D102
        self.database.close()

    def load(self, folder: Path) -> None:  # noqa: D102
        self._open(folder)

    def search(self, query: Passage) -> Sequence[Any]:  # noqa: D102
        asked = " OR ".join(f'"{term}"' for term in query)
        sql = "SELECT rowid, rank FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?"
        return self.database.execute(sql, (asked, BEST)).fetchall()

    def add(self, passage: Passage) -> None:  # noqa: D102
        self.database.execute("INSERT INTO passages(body) VALUES (?)", (" ".join(passage),))


OURS = "this index"
ENGINES: dict[str, type[Engine]] = {
    OURS: Ours,
    "rank_bm25": RankBm25,
    "rank-bm25-rs": RankBm25Rs,
    "bm25s numpy": Bm25s,
    "bm25s numba": Bm25sNumba,
    "tantivy": Tantivy,
    "SQLite FTS5": Fts5,
}
