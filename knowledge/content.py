"""Content files: read, validated as a whole, and joined into a `Library`.

Every fault of every file is found before anything is refused, and each is named with its file and line.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from knowledge.citations import Citation
from knowledge.errors import CitationError, ContentError, Fault
from knowledge.exports import ExportTable, Figure, Series
from knowledge.faq import FaqEntry
from knowledge.library import Library
from knowledge.people import Person
from knowledge.sources import Source
from knowledge.timeline import Event, Timeline
from knowledge.unknowns import KnownUnknown
from knowledge.vocabulary import Vocabulary

SHIPPED = Path(__file__).parent / "data"
COLLECTIONS = ("core", "public_record", "local")

Place = tuple[str | int, ...]


class _Loader(yaml.CSafeLoader):
    """The safe loader, which refuses a mapping that has one key twice and leaves dates to the models."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (the base class declares it so)
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: Counter[str] = Counter()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(None, None, "a key must be a word", key.start_mark)
            seen[key.value] += 1
        for word, count in seen.items():
            if count > 1:
                problem = f"the key “{word}” occurs {count} times"
                raise yaml.MarkedYAMLError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep)


@dataclass(slots=True)
class _File:
    """One content file: its bytes, what YAML makes of them, and the faults met on the way."""

    path: Path
    name: str
    data: bytes
    raw: Any = None
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path, folder: Path) -> _File:
        """Read a file below `folder`, down to plain mappings, lists and words."""
        file = cls(path, path.relative_to(folder).as_posix(), path.read_bytes())
        try:
            file.raw = yaml.load(file.data, _Loader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            file.faults.append(Fault(file.name, line, "YAML", error.problem or "cannot be read"))
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            file.faults.append(Fault(file.name, 1, "YAML", (str(error) or "is too deep").splitlines()[0]))
        return file

    def one(self, type_: Any, raw: Any, place: Place = ()) -> Any:
        """Return a piece of the file as `type_`, or None after noting its faults."""
        try:
            return _adapter(type_).validate_python(raw)
        except ValidationError as error:
            for item in error.errors(include_url=False, include_context=False):
                self.fault((*place, *item["loc"]), item["msg"].removeprefix("Value error, "))
        return None

    def rows(self, type_: Any, raw: Any, place: Place = ()) -> dict[int, Any]:
        """Return the rows of a list by their position, without those that have faults."""
        if raw is None:
            return {}
        if not isinstance(raw, list):
            self.fault(place, "a list is wanted")
            return {}
        read = {position: self.one(type_, row, (*place, position)) for position, row in enumerate(raw)}
        return {position: row for position, row in read.items() if row is not None}

    def unique(self, values: Mapping[int, str], what: str, place: Place = ()) -> None:
        """Note a fault for every value that occurs again."""
        seen: set[str] = set()
        for position, value in values.items():
            if value in seen:
                self.fault((*place, position), f"the {what} “{value}” occurs twice")
            seen.add(value)

    def fault(self, place: Place, problem: str) -> None:
        """Note a fault at a place given as keys and positions from the top of the file."""
        line, words = _locate(self.data, place)
        self.faults.append(Fault(self.name, line, words, problem))


@cache
def _adapter(type_: Any) -> TypeAdapter[Any]:
    return TypeAdapter(type_)


def _locate(data: bytes, place: Place) -> tuple[int, str]:
    """Return the line of a place in a YAML file, and the place in words, with ids instead of positions."""
    node = yaml.compose(data, yaml.CSafeLoader)
    line, words = 1, []
    for step in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            words.append(_name_of(node, step))
        elif isinstance(node, yaml.MappingNode):
            entry = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            words.append(str(step))
            if entry is None:
                break
            line, node = entry[0].start_mark.line + 1, entry[1]
            continue
        else:
            break
        line = node.start_mark.line + 1
    return line, " › ".join(words) or "the whole file"


def _name_of(node: yaml.Node, position: int) -> str:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value in ("id", "ref", "period", "category"):
                return str(value.value)
    return f"item {position + 1}"


def read_content(folder: Path = SHIPPED, local: Path | None = None) -> Library:
    """Read all content files of `folder`, and what the operator ingested below `local`, into a library.

    Raises `ContentError` with every fault of every file, in the order of files and lines.
    """
    files = [_File.open(path, folder) for path in sorted(folder.rglob("*.yaml"))]
    originals: list[_File] = []
    if local is not None:
        files += [_File.open(path, local) for path in sorted((local / "sources").glob("*.yaml"))]
        originals = [_File.open(path, local) for path in sorted((local / "originals").glob("*.yaml"))]
    library = _Reader(files, originals).library()
    if faults := sorted(fault for file in (*files, *originals) for fault in file.faults):
        raise ContentError(tuple(faults))
    digest = hashlib.sha256()
    for file in (*files, *originals):
        digest.update(file.name.encode() + b"\0" + file.data + b"\0")
    return replace(library, version=digest.hexdigest()[:8])


class _Reader:
    """Reads the files one by one, then checks what refers from one to another."""

    def __init__(self, files: Sequence[_File], originals: Sequence[_File]) -> None:
        self._sources = [file for file in files if file.path.parent.name == "sources"]
        self._tables = {file.name: file for file in files if file not in self._sources}
        self._originals = originals
        self._unread: set[str] = set()

    def library(self) -> Library:
        """Join everything that could be read into a library; faults stay with their files."""
        sources = self._read_sources()
        library = Library(
            sources=sources,
            timeline=Timeline.of(self._timeline()),
            exports=self._exports(sources),
            people=self._people(),
            faq=self._faq(),
            unknowns=self._unknowns(),
            vocabulary=self._vocabulary(),
        )
        self._check_citations(library)
        return library

    def _read_sources(self) -> dict[str, Source]:
        """Read every source, laying the operator's originals over its passages."""
        found: dict[str, Source] = {}
        for file in self._sources:
            source = file.one(Source, file.raw) if not file.faults else None
            if source is None:
                self._unread.add(file.path.stem)
                continue
            if source.id in found:
                file.fault(("id",), f"the id “{source.id}” is taken by another source")
            if file.path.stem != source.id:
                file.fault(("id",), f"the file must be named {source.id}.yaml")
            if source.collection not in COLLECTIONS:
                file.fault(("collection",), f"unknown collection; there are {', '.join(COLLECTIONS)}")
            file.unique({n: passage.ref for n, passage in enumerate(source.passages)}, "ref", ("passages",))
            for position, passage in enumerate(source.passages):
                if not passage.text.strip():
                    file.fault(("passages", position), "has neither a note nor an original")
            found[source.id] = source
        for file in self._originals:
            texts: dict[str, str] = (not file.faults and file.one(dict[str, str], file.raw)) or {}
            known = found.get(file.path.stem)
            if known is None:
                file.fault((), f"there is no source “{file.path.stem}” whose original this could be")
                continue
            for ref in texts.keys() - {passage.ref for passage in known.passages}:
                file.fault((ref,), "no such passage")
            passages = tuple(replace(p, original=texts.get(p.ref, p.original)) for p in known.passages)
            found[known.id] = replace(known, passages=passages)
        return found

    def _timeline(self) -> Iterable[Event]:
        if (file := self._tables.get("timeline.yaml")) is None:
            return ()
        events: dict[int, Event] = file.rows(Event, file.raw)
        file.unique({n: event.id for n, event in events.items()}, "id")
        for position, event in events.items():
            if (event.basis == "inferred") != bool(event.inferred_from):
                file.fault((position,), "an inferred date, and only that, needs the words it came from")
        return events.values()

    def _exports(self, sources: Collection[str]) -> ExportTable:
        if (file := self._tables.get("exports.yaml")) is None or file.faults:
            return ExportTable((), ())
        raw: Mapping[str, Any] = file.one(dict[str, Any], file.raw) or {}
        for key in raw.keys() - {"series", "figures", "totals"}:
            file.fault((key,), "Unexpected keyword argument")
        series: dict[int, Series] = file.rows(Series, raw.get("series"), ("series",))
        figures: dict[int, Figure] = file.rows(Figure, raw.get("figures"), ("figures",))
        totals: dict[int, Figure] = file.rows(Figure, raw.get("totals"), ("totals",))
        file.unique({n: one.id for n, one in series.items()}, "id", ("series",))
        file.unique({n: f"{row.series} {row.period}" for n, row in figures.items()}, "row", ("figures",))
        for position, one in series.items():
            if one.source not in sources and one.source not in self._unread:
                file.fault(("series", position, "source"), f"there is no source “{one.source}”")
        ids = {one.id for one in series.values()}
        for section, rows in (("figures", figures), ("totals", totals)):
            for position, row in rows.items():
                for problem in _figure_problems(row, ids):
                    file.fault((section, position), problem)
        ordered = sorted(figures.values(), key=lambda f: (f.series, f.period.first, f.period.last))
        return ExportTable(tuple(series.values()), tuple(ordered), tuple(totals.values()))

    def _people(self) -> tuple[Person, ...]:
        """Read people, of whom no two may answer to one name."""
        if (file := self._tables.get("people.yaml")) is None:
            return ()
        people: dict[int, Person] = file.rows(Person, file.raw)
        file.unique({n: person.id for n, person in people.items()}, "id")
        taken: dict[str, str] = {}
        for position, person in people.items():
            for name in dict.fromkeys(name.casefold() for name in person.names):
                if name in taken:
                    file.fault((position,), f"the name “{name}” already belongs to {taken[name]}")
                taken.setdefault(name, person.id)
        return tuple(people.values())

    def _faq(self) -> tuple[FaqEntry, ...]:
        """Read FAQ entries, each cited or marked editorial, no wording used twice."""
        if (file := self._tables.get("faq.yaml")) is None:
            return ()
        faq: dict[int, FaqEntry] = file.rows(FaqEntry, file.raw)
        file.unique({n: entry.id for n, entry in faq.items()}, "id")
        seen: set[str] = set()
        for position, entry in faq.items():
            if bool(entry.citations) == entry.editorial:
                file.fault((position,), "needs either citations or the mark editorial")
            for wording in map(str.casefold, (entry.question, *entry.alternatives)):
                if wording in seen:
                    file.fault((position,), f"the wording “{wording}” is used twice")
                seen.add(wording)
        return tuple(faq.values())

    def _unknowns(self) -> tuple[KnownUnknown, ...]:
        if (file := self._tables.get("unknowns.yaml")) is None:
            return ()
        unknowns: dict[int, KnownUnknown] = file.rows(KnownUnknown, file.raw)
        file.unique({n: unknown.id for n, unknown in unknowns.items()}, "id")
        return tuple(unknowns.values())

    def _vocabulary(self) -> Vocabulary:
        if (file := self._tables.get("vocabulary.yaml")) is None or file.faults:
            return Vocabulary()
        return file.one(Vocabulary, file.raw) or Vocabulary()

    def _check_citations(self, library: Library) -> None:
        """Check that every citation in every table resolves, and that none is missing where one is due."""
        for file in self._tables.values():
            for place, value in _walk(file.raw, ()):
                if place[-1] not in ("citations", "nearest") or not isinstance(value, list):
                    continue
                if not value:
                    file.fault(place, "at least one citation is needed")
                for position, text in enumerate(value):
                    if self._leads_nowhere(str(text), library):
                        file.fault((*place, position), f"{text} leads to no passage")

    def _leads_nowhere(self, text: str, library: Library) -> bool:
        try:
            citation = Citation.parse(text)
        except CitationError:
            return False  # a fault of its own
        return citation not in library and citation.source not in self._unread


def _walk(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    if place:
        yield place, value
    children: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for step, child in children:
        yield from _walk(child, (*place, step))


def _figure_problems(figure: Figure, series: Collection[str]) -> Iterator[str]:
    rules = (
        (figure.series not in series, f"there is no series “{figure.series}”"),
        (not figure.unit.strip(), "has no unit"),
        (figure.value < 0, "is negative"),
        (
            (figure.precision == "reported zero") != (figure.value == 0),
            "a value of 0, and only that, has the precision “reported zero”",
        ),
        (
            (figure.basis == "inferred") != bool(figure.inferred_from),
            "an inferred period, and only that, needs the words it came from",
        ),
        (
            any((part.value is None) == (part.share is None) for part in figure.parts),
            "each part needs either a value or a share",
        ),
    )
    return (problem for broken, problem in rules if broken)
