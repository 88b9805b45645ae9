"""The library: all content of the chosen collections, cross-referenced, as one immutable object."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

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
from knowledge.sources import FOUNDING, LOCAL, PUBLIC_RECORD, Passage, Source
from knowledge.text import echo
from knowledge.timeline import Timeline
from knowledge.unknowns import KnownUnknown
from knowledge.vocabulary import Vocabulary

if TYPE_CHECKING:
    from knowledge.stored_archive import StoredArchive

_NEAREST = 5
_DAMAGED = translatable(
    "{citation} is damaged on the disk. Whoever runs the bot finds in its log what to do."
)

_log = logging.getLogger(__name__)


def _address(citation: Citation) -> tuple[str, str]:
    return citation.source, citation.ref.lower()


@dataclass(frozen=True)
class Library:
    """Sources by id, the tables built on them, and the vocabularies; `version` is a short hash of it all.

    The operator's `archive` lies on the disk: its documents can be looked up, cited and found by questions,
    and are nowhere gone through.
    """

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
    archive: StoredArchive | None = None

    @cached_property
    def catalogue(self) -> Mapping[str, Source]:
        """Every source by its id, those of the archive too, which are read from the disk: to be looked up.

        `sources` are those of the library proper, to be gone through.
        """
        if self.archive is None:
            return self.sources
        from knowledge.stored_archive import Catalogue

        return Catalogue(self.sources, self.archive)

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

    @property
    def passage_count(self) -> int:
        """How many passages there are, with those of the archive."""
        archived = self.archive.contents.passages if self.archive else 0
        return archived + sum(len(source.passages) for source in self.sources.values())

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
        """Return the passages that name somebody, in reading order, but for those of the archive."""
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
        return _address(citation) in self._by_address or self._in_archive(citation) is not None

    def resolve(self, citation: Citation) -> tuple[Source, Passage]:
        """Return the source and the passage at a citation, in whatever case its ref is typed.

        Raises `CitationError`, which says what there is instead, when it leads nowhere.
        """
        try:
            return self._by_address[_address(citation)]
        except KeyError:
            pass
        if found := self._archived(citation):
            return found
        source = self.catalogue.get(citation.source)
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

    def _archived(self, citation: Citation) -> tuple[Source, Passage] | None:
        if self.archive is None:
            return None
        from knowledge.index_files import IndexFilesError

        try:
            if (row := self._in_archive(citation)) is None:
                return None
            return self.archive.source_of(row), self.archive.passage(row)
        except IndexFilesError as error:
            _log.error("%s", error)
            raise CitationError(gettext(_DAMAGED, citation=citation)) from error

    def _in_archive(self, citation: Citation) -> int | None:
        """Return the number of a passage of the archive; None where the library has a source of its id."""
        if self.archive is None or citation.source in self.sources:
            return None
        return self.archive.find(citation)

    def no_source(self, typed: str) -> str:
        """Say that there is no source of a name, with those whose id is nearest by spelling."""
        from rapidfuzz import fuzz, process

        wanted = typed[:LONGEST_SOURCE_ID].lower()
        known = tuple(self.sources)
        if self.archive:  # of many, those that begin alike
            known += (*self.archive.ids_before(wanted, _NEAREST), *self.archive.ids_from(wanted, _NEAREST))
        near = process.extract(wanted, known, scorer=fuzz.ratio, limit=_NEAREST)
        if not near:
            return gettext("There is no source “{source}”: the library holds none.", source=echo(typed))
        message = (
            translatable("There is no source “{source}”. The sources are {names}; {command} lists them.")
            if len(known) <= _NEAREST
            else translatable(
                "There is no source “{source}”. The nearest by name are {names}; {command} lists them."
            )
        )
        names = ", ".join(id_ for id_, _, _ in near)
        return gettext(message, source=echo(typed), names=names, command=shown_command("/sources"))

    def neighbours(self, citation: Citation) -> tuple[Citation | None, Citation | None]:
        """Return the citations before and after one in its source; None at either end."""
        source, passage = self.resolve(citation)
        if self.archive and (row := self._in_archive(citation)) is not None:
            first, second = self.archive.neighbours(row)
            return self._citation_of(first), self._citation_of(second)
        position = source.passages.index(passage)
        before = source.passages[position - 1] if position else None
        after = source.passages[position + 1] if position + 1 < len(source.passages) else None
        return (
            source.citation(before) if before else None,
            source.citation(after) if after else None,
        )

    def _citation_of(self, row: int | None) -> Citation | None:
        """Return the citation of a passage of the archive, if there is one that can be read."""
        if self.archive is None or row is None:
            return None
        from knowledge.index_files import IndexFilesError

        try:
            return self.archive.source_of(row).citation(self.archive.passage(row))
        except IndexFilesError as error:
            _log.error("%s", error)
            return None

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
        if self.archive:
            held = self.archive.contents
            sources.append(f"  {held.documents:,} in the archive, {held.passages:,} passages")
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
        keeps_archive = LOCAL in collections
        is_whole = len(kept) == len(self.sources) and (keeps_archive or self.archive is None)

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
            version=self.version if is_whole else _version_of(self.version, kept),
            archive=self.archive if keeps_archive else None,
        )


def _version_of(version: str, sources: Collection[str]) -> str:
    """Return the version of a part of a library, which answers otherwise than the whole."""
    return hashlib.sha256("\n".join((version, *sources)).encode()).hexdigest()[: len(version)]
