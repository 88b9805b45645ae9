"""The library: all content of the chosen collections, cross-referenced, as one immutable object."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from knowledge.actors import Actors
from knowledge.citations import LONGEST_SOURCE_ID, Citation
from knowledge.commands import shown_command
from knowledge.corrections import Correction
from knowledge.errors import CitationError, ContentError
from knowledge.exports import FigureTable
from knowledge.faq import FaqEntry
from knowledge.glossary import Glossaries
from knowledge.languages import gettext, translatable
from knowledge.people import Directory, Mentions, Person
from knowledge.periods import Period
from knowledge.sources import FOUNDING, PUBLIC_RECORD, Passage, Source
from knowledge.text import echo
from knowledge.timeline import Timeline
from knowledge.unknowns import KnownUnknown
from knowledge.vocabulary import Vocabulary

_NEAREST = 5


def _address(citation: Citation) -> tuple[str, str]:
    return citation.source, citation.ref.lower()


@dataclass(frozen=True)
class Library:
    """Sources by id, the tables built on them, and the vocabularies; `version` is a short hash of it all."""

    sources: Mapping[str, Source]
    timeline: Timeline
    exports: FigureTable
    assistance: FigureTable = field(default_factory=lambda: FigureTable((), ()))
    people: tuple[Person, ...] = ()
    faq: tuple[FaqEntry, ...] = ()
    unknowns: tuple[KnownUnknown, ...] = ()
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    corrections: tuple[Correction, ...] = ()
    glossaries: Glossaries = field(default_factory=Glossaries)
    version: str = ""

    def in_english(self, text: str) -> str:
        """Return what is typed for an option in English; as it is if its language cannot be read.

        The faults of a vocabulary are told by the reply to a question.
        """
        try:
            return self.glossaries.in_english(text)
        except ContentError:
            return text

    def passages(self) -> Iterator[tuple[Source, Passage]]:
        """Yield every passage with its source, in the order of the sources and of reading."""
        for source in self.sources.values():
            for passage in source.passages:
                yield source, passage

    @cached_property
    def _by_address(self) -> dict[tuple[str, str], tuple[Source, Passage]]:
        return {_address(source.citation(passage)): (source, passage) for source, passage in self.passages()}

    @cached_property
    def founding_dates(self) -> tuple[Period, ...]:
        """The dates of the events that rest on the founding documents: a bare month is one of these first."""
        return tuple(
            event.date
            for event in self.timeline.events
            if all(self.sources[citation.source].collection == FOUNDING for citation in event.citations)
        )

    @cached_property
    def founding_names(self) -> tuple[str, ...]:
        """The founding documents as a reader knows them: `Foreign Policy (2019)`."""
        founding = (source for source in self.sources.values() if source.collection == FOUNDING)
        return tuple(f"{s.publisher} ({s.published.year if s.published else 'undated'})" for s in founding)

    @cached_property
    def directory(self) -> Directory:
        """The people and organisations by their names; each is known by its id."""
        persons = (person for person in self.people if person.kind == "person")
        return Directory(
            {person.id: person.names for person in self.people},
            in_parts={person.id: person.name for person in persons},
        )

    @cached_property
    def actors(self) -> Actors:
        """Who acts in the timeline."""
        return Actors(self.timeline, self.people, self.directory)

    def person(self, id_: str) -> Person | None:
        """Return a person or an organisation by its id."""
        return next((person for person in self.people if person.id == id_), None)

    def mentions_of(self, person: Person) -> tuple[Citation, ...]:
        """Return the passages that name somebody, in reading order."""
        return tuple(
            source.citation(passage)
            for (source, passage), named in zip(self.passages(), self._named, strict=True)
            if person.id in named and not passage.retired
        )

    @cached_property
    def _named(self) -> tuple[frozenset[str], ...]:
        """Who is named in each passage, in its note or its original."""
        named = Mentions(self.people)
        return tuple(
            frozenset(named(f"{passage.note}\n{passage.original}")) for _, passage in self.passages()
        )

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
            gettext(
                "{source} has no paragraph “{paragraph}”. It has {others}, for example {example}.",
                source=source.id,
                paragraph=echo(citation.ref),
                others=source.extent,
                example=source.citation(source.passages[0]),
            )
        )

    def no_source(self, typed: str) -> str:
        """Say that there is no source of a name, with those whose id is nearest by spelling."""
        from rapidfuzz import fuzz, process

        wanted = typed[:LONGEST_SOURCE_ID].lower()
        near = process.extract(wanted, tuple(self.sources), scorer=fuzz.ratio, limit=_NEAREST)
        if not near:
            return gettext("There is no source “{source}”: the library holds none.", source=echo(typed))
        message = (
            translatable("There is no source “{source}”. The sources are {names}; {command} lists them.")
            if len(self.sources) <= _NEAREST
            else translatable(
                "There is no source “{source}”. The nearest by name are {names}; {command} lists them."
            )
        )
        names = ", ".join(id_ for id_, _, _ in near)
        return gettext(message, source=echo(typed), names=names, command=shown_command("/sources"))

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
        """Return a few lines on what the library holds, for the console; notes are only counted."""
        sources = [
            f"  {s.id}: {s.byline}, {len(s.passages)} passage{'s' * (len(s.passages) != 1)}"
            f"{', with originals' if any(p.is_original for p in s.passages) else ''}"
            for s in self.sources.values()
            if s.addressing == "paragraphs"
        ]
        if noted := [s for s in self.sources.values() if s.addressing == "notes"]:
            sources.append(f"  {len(noted)} more in notes, {sum(len(s.passages) for s in noted)} passages")
        asks = sum(len(passage.asks) for _, passage in self.passages())
        counts = (
            f"{len(self.timeline.events)} events",
            f"{len(self.timeline.disputes)} disputes",
            f"{len(self.exports.figures)} export figures",
            f"{len(self.assistance.figures)} assistance figures",
            f"{len(self.people)} people and organizations",
            f"{len(self.faq)} FAQ entries",
            f"{len(self.unknowns)} known unknowns",
            f"{len(self.corrections)} corrections",
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

        return replace(
            self,
            sources=kept,
            timeline=Timeline(
                tuple(e for e in self.timeline.events if stays(e.citations)),
                tuple(d for d in self.timeline.disputes if stays(d.citations)),
            ),
            exports=self.exports.where(kept, stays),
            assistance=self.assistance.where(kept, stays),
            people=tuple(
                replace(p, standings=tuple(s for s in p.standings if stays(s.citations)))
                for p in self.people
                if stays(p.citations)
            ),
            faq=tuple(e for e in self.faq if stays(e.citations)),
            unknowns=tuple(
                replace(
                    u,
                    told=tuple(c for c in u.told if c.source in kept),
                    see=u.see if PUBLIC_RECORD in collections else (),
                )
                for u in self.unknowns
                if stays(u.nearest)
            ),
            vocabulary=self.vocabulary.within(collections),
            corrections=tuple(c for c in self.corrections if stays(c.citations)),
            version=self.version if len(kept) == len(self.sources) else _version_of(self.version, kept),
        )


def _version_of(version: str, sources: Collection[str]) -> str:
    """Return the version of a part of a library, which answers otherwise than the whole."""
    return hashlib.sha256("\n".join((version, *sources)).encode()).hexdigest()[: len(version)]
