"""Content files: read, validated as a whole, and joined into a `Library`.

Every fault of every file is found before anything is refused, and each is named with its file and line.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
from knowledge.rows import Row
from knowledge.sources import Source
from knowledge.timeline import Event, Timeline
from knowledge.unknowns import KnownUnknown
from knowledge.vocabulary import Vocabulary

SHIPPED = Path(__file__).parent / "data"
COLLECTIONS = ("core", "public_record", "local")

Place = tuple[str | int, ...]


class _Loader(yaml.CSafeLoader):
    """The safe loader, which also refuses a mapping that has one key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = Counter(key.value for key, _ in node.value)
        for key, count in keys.items():
            if count > 1:
                problem = f"the key “{key}” occurs {count} times"
                raise yaml.MarkedYAMLError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep)


@dataclass(frozen=True, slots=True)
class _Exports(Row):
    series: tuple[Series, ...]
    figures: tuple[Figure, ...]
    totals: tuple[Figure, ...] = ()


@dataclass(slots=True)
class _File:
    """One content file: its bytes, what was read from it, and the faults met on the way."""

    path: Path
    name: str
    data: bytes
    faults: list[Fault] = field(default_factory=list)
    raw: Any = None

    def read(self, type_: Any, empty: Any) -> Any:
        """Return the content as `type_`, or `empty` after noting the faults."""
        try:
            self.raw = yaml.load(self.data, _Loader)
            return _adapter(type_).validate_python(self.raw)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.faults.append(Fault(self.name, line, "YAML", error.problem or "cannot be read"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            self.faults.append(Fault(self.name, 1, "YAML", str(error).splitlines()[0]))
        except ValidationError as error:
            for item in error.errors(include_url=False, include_context=False):
                self.fault(item["loc"], item["msg"].removeprefix("Value error, "))
        return empty

    def fault(self, place: Place, problem: str) -> None:
        """Note a fault at a place given as keys and positions from the top of the file."""
        line, words = _locate(self.data, place)
        self.faults.append(Fault(self.name, line, words, problem))


@cache
def _adapter(type_: Any) -> TypeAdapter[Any]:
    return TypeAdapter(type_)


def _locate(data: bytes, place: Place) -> tuple[int, str]:
    """Return the line of a place in a YAML file, and the place in words, with ids instead of positions."""
    node = yaml.compose(data, yaml.SafeLoader)
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
    files = {path: _open(path, folder) for path in sorted(folder.rglob("*.yaml"))}
    if local is not None:
        files |= {path: _open(path, local) for path in sorted((local / "sources").glob("*.yaml"))}
        originals = {path: _open(path, local) for path in sorted((local / "originals").glob("*.yaml"))}
    else:
        originals = {}
    reader = _Reader(folder, files)
    library = reader.library(originals)
    faults = tuple(sorted(fault for file in (*files.values(), *originals.values()) for fault in file.faults))
    if faults:
        raise ContentError(faults)
    digest = hashlib.sha256()
    for file in (*files.values(), *originals.values()):
        digest.update(file.name.encode() + b"\0" + file.data + b"\0")
    return replace(library, version=digest.hexdigest()[:8])


def _open(path: Path, folder: Path) -> _File:
    return _File(path, path.relative_to(folder).as_posix(), path.read_bytes())


class _Reader:
    """Reads the files one by one, then checks what refers from one to another."""

    def __init__(self, folder: Path, files: Mapping[Path, _File]) -> None:
        self.folder = folder
        self.files = files

    def library(self, originals: Mapping[Path, _File]) -> Library:
        """Join everything that could be read into a library; faults stay with their files."""
        sources = self.sources(originals)
        exports: _Exports = self.one("exports", _Exports, _Exports((), ()))
        events: tuple[Event, ...] = self.one("timeline", tuple[Event, ...], ())
        people: tuple[Person, ...] = self.one("people", tuple[Person, ...], ())
        faq: tuple[FaqEntry, ...] = self.one("faq", tuple[FaqEntry, ...], ())
        unknowns: tuple[KnownUnknown, ...] = self.one("unknowns", tuple[KnownUnknown, ...], ())
        library = Library(
            sources={source.id: source for source in sources.values()},
            timeline=Timeline.of(events),
            exports=ExportTable(
                exports.series, tuple(sorted(exports.figures, key=_figure_order)), exports.totals
            ),
            people=people,
            faq=faq,
            unknowns=unknowns,
            vocabulary=self.one("vocabulary", Vocabulary, Vocabulary()),
        )
        self.check_tables(library, exports, events)
        self.check_names(people)
        self.check_faq(faq)
        self.check_unknowns(unknowns)
        self.check_citations(library)
        return library

    def one(self, name: str, type_: Any, empty: Any) -> Any:
        """Read the one file of that name in the shipped folder."""
        file = self.files.get(self.folder / f"{name}.yaml")
        return empty if file is None else file.read(type_, empty)

    def sources(self, originals: Mapping[Path, _File]) -> dict[Path, Source]:
        """Read every source, laying the operator's originals over its passages."""
        found: dict[Path, Source] = {}
        for path, file in self.files.items():
            if path.parent.name != "sources":
                continue
            source = file.read(Source, None)
            if source is None:
                continue
            if source.id in {s.id for s in found.values()}:
                file.fault(("id",), f"the id “{source.id}” is taken by another source")
            if path.stem != source.id:
                file.fault(("id",), f"the file must be named {source.id}.yaml")
            if source.collection not in COLLECTIONS:
                file.fault(("collection",), f"unknown collection; there are {', '.join(COLLECTIONS)}")
            _unique(file, ("passages",), [p.ref for p in source.passages], "ref")
            for position, passage in enumerate(source.passages):
                if not passage.text.strip():
                    file.fault(("passages", position), "has neither a note nor an original")
            found[path] = source
        for file in originals.values():
            texts: dict[str, str] = file.read(dict[str, str], {})
            of = next((path for path, source in found.items() if source.id == file.path.stem), None)
            if of is None:
                file.fault((), f"there is no source “{file.path.stem}” whose original this could be")
                continue
            for ref in texts.keys() - {passage.ref for passage in found[of].passages}:
                file.fault((ref,), "no such passage")
            passages = tuple(replace(p, original=texts.get(p.ref, p.original)) for p in found[of].passages)
            found[of] = replace(found[of], passages=passages)
        return found

    def check_tables(self, library: Library, exports: _Exports, events: Sequence[Event]) -> None:
        """Check that rows are unique, that their series exist and that values are what they may be."""
        if file := self.files.get(self.folder / "timeline.yaml"):
            _unique(file, (), [event.id for event in events], "id")
            for position, event in enumerate(events):
                if (event.basis == "inferred") != bool(event.inferred_from):
                    file.fault((position,), "an inferred date, and only that, needs the words it came from")
        if file := self.files.get(self.folder / "exports.yaml"):
            series = {s.id: s for s in exports.series}
            _unique(file, ("series",), [s.id for s in exports.series], "id")
            _unique(file, ("figures",), [f"{f.series} {f.period}" for f in exports.figures], "row")
            for position, one in enumerate(exports.series):
                if one.source not in library.sources:
                    file.fault(("series", position, "source"), f"there is no source “{one.source}”")
            for section, rows in (("figures", exports.figures), ("totals", exports.totals)):
                for position, row in enumerate(rows):
                    for problem in _figure_problems(row, series):
                        file.fault((section, position), problem)

    def check_names(self, people: Sequence[Person]) -> None:
        """Check that no two people or organisations answer to one name."""
        if file := self.files.get(self.folder / "people.yaml"):
            _unique(file, (), [person.id for person in people], "id")
            taken: dict[str, str] = {}
            for position, person in enumerate(people):
                for name in dict.fromkeys(n.casefold() for n in person.names):
                    if name in taken:
                        file.fault((position,), f"the name “{name}” already belongs to {taken[name]}")
                    taken[name] = person.id

    def check_faq(self, faq: Sequence[FaqEntry]) -> None:
        """Check that an entry is cited or marked editorial, and that no wording is used twice."""
        if file := self.files.get(self.folder / "faq.yaml"):
            _unique(file, (), [entry.id for entry in faq], "id")
            for position, entry in enumerate(faq):
                if bool(entry.citations) == entry.editorial:
                    file.fault((position,), "needs either citations or the mark editorial")
            wordings = [(p, w.casefold()) for p, e in enumerate(faq) for w in (e.question, *e.alternatives)]
            seen: set[str] = set()
            for position, wording in wordings:
                if wording in seen:
                    file.fault((position,), f"the wording “{wording}” is used twice")
                seen.add(wording)

    def check_unknowns(self, unknowns: Sequence[KnownUnknown]) -> None:
        """Check that ids are unique."""
        if file := self.files.get(self.folder / "unknowns.yaml"):
            _unique(file, (), [unknown.id for unknown in unknowns], "id")

    def check_citations(self, library: Library) -> None:
        """Check that every citation in every file resolves, and that none is missing where one is due."""
        for path, file in self.files.items():
            if path.parent.name == "sources":
                continue
            for place, value in _walk(file.raw, ()):
                if place[-1] in ("citations", "nearest") and isinstance(value, list):
                    if not value:
                        file.fault(place, "at least one citation is needed")
                    for position, text in enumerate(value):
                        if _leads_nowhere(text, library):
                            file.fault((*place, position), f"{text} leads to no passage")


def _leads_nowhere(text: object, library: Library) -> bool:
    try:
        return Citation.parse(str(text)) not in library
    except CitationError:
        return False  # already a fault of its own


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


def _unique(file: _File, place: Place, values: Collection[str], what: str) -> None:
    seen: set[str] = set()
    for position, value in enumerate(values):
        if value in seen:
            file.fault((*place, position), f"the {what} “{value}” occurs twice")
        seen.add(value)


def _figure_order(figure: Figure) -> tuple[str, Any, Any]:
    return figure.series, figure.period.first, figure.period.last


def _figure_problems(figure: Figure, series: Mapping[str, Series]) -> Iterator[str]:
    rules: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: figure.series not in series, f"there is no series “{figure.series}”"),
        (lambda: not figure.unit.strip(), "has no unit"),
        (lambda: figure.value < 0, "is negative"),
        (
            lambda: (figure.precision == "reported zero") != (figure.value == 0),
            "a value of 0, and only that, has the precision “reported zero”",
        ),
        (
            lambda: (figure.basis == "inferred") != bool(figure.inferred_from),
            "an inferred period, and only that, needs the words it came from",
        ),
        (
            lambda: any((part.value is None) == (part.share is None) for part in figure.parts),
            "each part needs either a value or a share",
        ),
    )
    return (problem for broken, problem in rules if broken())
