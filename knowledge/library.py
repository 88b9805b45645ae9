"""The library: all content of the chosen collections, cross-referenced, as one immutable object."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from knowledge.citations import LONGEST_SOURCE_ID, Citation
from knowledge.errors import CitationError
from knowledge.exports import ExportTable
from knowledge.faq import FaqEntry
from knowledge.people import Person
from knowledge.sources import Passage, Source
from knowledge.text import echo
from knowledge.timeline import Timeline
from knowledge.unknowns import KnownUnknown
from knowledge.vocabulary import Vocabulary

_NEAREST = 5


def _address(citation: Citation) -> tuple[str, str]:
    return citation.source, citation.ref.lower()


@dataclass(frozen=True)
class Library:
    """Sources by id, the tables built on them, and the vocabulary; `version` is a short hash of it all."""

    sources: Mapping[str, Source]
    timeline: Timeline
    exports: ExportTable
    people: tuple[Person, ...] = ()
    faq: tuple[FaqEntry, ...] = ()
    unknowns: tuple[KnownUnknown, ...] = ()
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    version: str = ""

    def passages(self) -> Iterator[tuple[Source, Passage]]:
        """Yield every passage with its source, in the order of the sources and of reading."""
        for source in self.sources.values():
            for passage in source.passages:
                yield source, passage

    @cached_property
    def _by_address(self) -> dict[tuple[str, str], tuple[Source, Passage]]:
        return {_address(source.citation(passage)): (source, passage) for source, passage in self.passages()}

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The address of every passage, in reading order."""
        return tuple(source.citation(passage) for source, passage in self.passages())

    def __contains__(self, citation: Citation) -> bool:
        """Whether a citation resolves, in whatever case its ref is typed."""
        return _address(citation) in self._by_address

    def resolve(self, citation: Citation) -> tuple[Source, Passage]:
        """Return the source and the passage at a citation, in whatever case its ref is typed.

        Raises `CitationError`, which says what there is instead, when it leads nowhere.
        """
        try:
            return self._by_address[_address(citation)]
        except KeyError:
            pass
        source = self.sources.get(citation.source)
        if source is None:
            raise CitationError(self.no_source(citation.source))
        raise CitationError(
            f"{source.id} has no paragraph “{echo(citation.ref)}”. It has {source.extent}, "
            f"for example {source.id}¶{source.passages[0].ref}."
        )

    def no_source(self, typed: str) -> str:
        """Say that there is no source of a name, with those whose id is nearest by spelling."""
        from rapidfuzz import fuzz, process

        wanted = typed[:LONGEST_SOURCE_ID].lower()
        near = process.extract(wanted, tuple(self.sources), scorer=fuzz.ratio, limit=_NEAREST)
        if not near:
            return f"There is no source “{echo(typed)}”: the library holds none."
        which = "The sources are" if len(self.sources) <= _NEAREST else "The nearest by name are"
        names = ", ".join(id_ for id_, _, _ in near)
        return f"There is no source “{echo(typed)}”. {which} {names}; /sources lists them."

    def neighbours(self, citation: Citation) -> tuple[Citation | None, Citation | None]:
        """Return the citations before and after one in its source; None at either end."""
        source, passage = self.resolve(citation)
        position = source.passages.index(passage)
        before = source.passages[position - 1] if position else None
        after = source.passages[position + 1] if position + 1 < len(source.passages) else None
        return (
            source.citation(before) if before else None,
            source.citation(after) if after else None,
        )

    def summary(self) -> str:
        """Return a few lines on what the library holds, for the console."""
        sources = [
            f"  {s.id}: {s.byline}, {len(s.passages)} passages"
            f"{', with originals' if any(p.is_original for p in s.passages) else ''}"
            for s in self.sources.values()
        ]
        asks = sum(len(passage.asks) for _, passage in self.passages())
        counts = (
            f"{len(self.timeline.events)} events",
            f"{len(self.exports.figures)} export figures",
            f"{len(self.people)} people and organisations",
            f"{len(self.faq)} FAQ entries",
            f"{len(self.unknowns)} known unknowns",
            f"{asks} asks",
        )
        return "\n".join(
            (f"The library is sound (version {self.version}).", *sources, f"  {', '.join(counts)}")
        )

    def only(self, collections: Collection[str]) -> Library:
        """Return the library reduced to some collections, without whatever cites a source outside them."""
        kept = {id_: s for id_, s in self.sources.items() if s.collection in collections}

        def stays(citations: tuple[Citation, ...]) -> bool:
            return all(c.source in kept for c in citations)

        table = self.exports
        return replace(
            self,
            sources=kept,
            timeline=Timeline(tuple(e for e in self.timeline.events if stays(e.citations))),
            exports=ExportTable(
                tuple(s for s in table.series if s.source in kept),
                tuple(f for f in table.figures if stays(f.citations)),
                tuple(t for t in table.totals if stays(t.citations)),
            ),
            people=tuple(p for p in self.people if stays(p.citations)),
            faq=tuple(e for e in self.faq if stays(e.citations)),
            unknowns=tuple(u for u in self.unknowns if stays(u.nearest)),
        )
