"""Content files one by one: read from YAML into rows, each fault with its line and in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from knowledge.citations import SOURCE_ID
from knowledge.collecting import collector_resting
from knowledge.errors import Fault
from knowledge.languages import gettext, number, translatable
from knowledge.text import echo

Place = tuple[str | int, ...]

DEEPEST = 50
LONGEST_NUMBER = 40

WHOLE = translatable("the whole file")
_TEXT = translatable("text is wanted; put it in quotation marks")
_NUMBER = translatable("a number is wanted, without separators: 120000")
_WHOLE_NUMBER = translatable("a whole number is wanted")
_YES_OR_NO = translatable("true or false is wanted")
_DAY = translatable("a day is wanted, as year-month-day: 2024-05-30")
_LIST = translatable("a list is wanted")
_KEYS = translatable("keys with values are wanted, as in id: letter-2003")
_PLAINLY = {
    "missing": translatable("is missing"),
    "string_type": _TEXT,
    "tuple_type": _LIST,
    "dict_type": _KEYS,
    "mapping_type": _KEYS,
    "dataclass_type": _KEYS,
    "bool_type": _YES_OR_NO,
    "bool_parsing": _YES_OR_NO,
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
}
"""What the kinds of fault that pydantic knows are called here, in English."""


_TAG = "tag:yaml.org,2002:"
_SCALARS = yaml.constructor.SafeConstructor()
_PLAIN: Mapping[str, Callable[[yaml.ScalarNode], Any]] = {
    f"{_TAG}null": _SCALARS.construct_yaml_null,
    f"{_TAG}bool": _SCALARS.construct_yaml_bool,
    f"{_TAG}int": _SCALARS.construct_yaml_int,
    f"{_TAG}float": _SCALARS.construct_yaml_float,
}
"""What a word without quotation marks may be besides text; dates are left to the models."""


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been reached; of a mapping, the key read last and all so far."""

    value: list[Any] | dict[Any, Any]
    mark: yaml.Mark | None
    key: Any = None
    has_key: bool = False
    seen: dict[str, int] = field(default_factory=dict)

    def add(self, value: Any, word: str | None, event: Any) -> None:
        """Add what an event brings: an item, a key, or the value of the key read last.

        `word` is a value as it is written, if it is no list or mapping.
        """
        if event.tag is not None:
            tag = echo(event.tag.replace(_TAG, "!!"))
            raise _fault(gettext("leave out the tag “{tag}”", tag=tag), event.start_mark)
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.has_key:
            self.value[self.key], self.has_key = value, False
        elif word is None:
            raise _fault(gettext("a key must be a word"), event.start_mark)
        else:
            self.key, self.has_key = value, True
            self.seen[word] = self.seen.get(word, 0) + 1

    def close(self) -> None:
        """Refuse a mapping that has one key twice."""
        for word, count in self.seen.items():
            if count > 1:
                problem = gettext("the key “{key}” occurs {number} times", key=echo(word), number=count)
                raise _fault(problem, self.mark)


def _fault(problem: str, mark: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(None, None, problem, mark)


def _read(data: bytes, most_pieces: int | None = None) -> Any:
    """Return the plain mappings, lists and words of a YAML file, built in one pass.

    Raises `yaml.YAMLError` for what is no YAML, and for what nobody writes and reading might not survive:
    aliases, tags, nesting beyond `DEEPEST`, a key that is no word or that occurs twice, and more mappings,
    lists and words than `most_pieces`, behind which nothing is read.
    """
    root: list[Any] = []
    stack = [_Open(root, None)]
    pieces = 0
    events: Iterator[Any] = yaml.parse(data, yaml.CSafeLoader)
    for event in events:
        kind, here = type(event), stack[-1]
        pieces += isinstance(event, yaml.NodeEvent)
        if most_pieces is not None and pieces > most_pieces:
            most = number(most_pieces)
            problem = gettext("has more than {most} values up to here; no more are read", most=most)
            raise _fault(problem, event.start_mark)
        if kind is yaml.ScalarEvent:
            here.add(_scalar(event), event.value, event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            value: Any = {} if kind is yaml.MappingStartEvent else []
            here.add(value, None, event)
            stack.append(_Open(value, event.start_mark))
            if len(stack) - 1 > DEEPEST:
                raise _fault(gettext("is too deep"), event.start_mark)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            stack.pop().close()
        elif kind is yaml.AliasEvent:
            problem = gettext(
                "write the text out instead of the alias “{alias}”", alias=f"*{echo(event.anchor)}"
            )
            raise _fault(problem, event.start_mark)
        elif kind is yaml.DocumentStartEvent and root:
            raise _fault(gettext("there is a second document in the file"), event.start_mark)
    return root[0] if root else None


def _scalar(event: yaml.ScalarEvent) -> Any:
    """Return a word: a text, or, without quotation marks, the number, yes, no or nothing that it means."""
    text: str = event.value
    if event.implicit[0]:
        for tag, pattern in yaml.CSafeLoader.yaml_implicit_resolvers.get(text[:1], ()):
            if tag in _PLAIN and pattern.match(text):
                return _plain(tag, event)
    return text


def _plain(tag: str, event: yaml.ScalarEvent) -> Any:
    """Read a word, but no number that would take minutes: YAML knows those to the base of 60, as 1:30:00."""
    try:
        if len(event.value) <= LONGEST_NUMBER:
            return _PLAIN[tag](yaml.ScalarNode(tag, event.value))
    except (ValueError, OverflowError):
        pass
    raise _fault(gettext("this number cannot be read"), event.start_mark)


@dataclass(slots=True, eq=False)
class ContentFile:
    """One content file: its bytes, what YAML makes of them, and the faults met on the way."""

    path: Path
    name: str
    data: bytes = b""
    raw: Any = None
    faults: list[Fault] = field(default_factory=list)
    nodes: yaml.Node | None = None

    @classmethod
    def broken(cls, path: Path, folder: Path, problem: str) -> ContentFile:
        """Return a file that has nothing in it but a fault."""
        name = path.relative_to(folder).as_posix()
        return cls(path, name, faults=[Fault(name, 1, WHOLE, problem)])

    @classmethod
    def open(cls, path: Path, folder: Path) -> ContentFile:
        """Read a file below `folder`, down to plain mappings, lists and words."""
        try:
            return cls(path, path.relative_to(folder).as_posix(), path.read_bytes())._parsed()
        except FileNotFoundError:
            return cls.broken(path, folder, "is missing" if not path.is_symlink() else "leads to no file")
        except OSError as error:
            return cls.broken(path, folder, f"cannot be read: {error.strerror}")

    @classmethod
    def of(cls, name: str, data: bytes, most_pieces: int) -> ContentFile:
        """Read what did not come from a disk, as `open` does, if it is not made of too many pieces."""
        return cls(Path(name), echo(name), data)._parsed(most_pieces)

    def _parsed(self, most_pieces: int | None = None) -> ContentFile:
        try:
            self.data.decode()
            with collector_resting():  # it would miss nothing: without aliases there are no cycles
                self.raw = _read(self.data, most_pieces)
        except UnicodeDecodeError as error:
            problem = gettext("is not in UTF-8; save it with that encoding")
            return self._unreadable(self._line_at(error.start), problem)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            return self._unreadable(line, error.problem or gettext("cannot be read"))
        except yaml.reader.ReaderError as error:
            return self._unreadable(self._line_at(error.position), error.reason)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            return self._unreadable(1, (str(error) or gettext("is too deep")).splitlines()[0])
        if self.raw is None:
            self.fault((), gettext("is empty"))
        return self

    def _line_at(self, byte: int) -> int:
        return self.data.count(b"\n", 0, byte) + 1

    def _unreadable(self, line: int, problem: str) -> ContentFile:
        language = "JSON" if self.path.suffix.lower() == ".json" else "YAML"
        self.faults.append(Fault(self.name, line, language, problem))
        return self

    def one(self, type_: Any, raw: Any, place: Place = ()) -> Any:
        """Return a piece of the file as `type_`, or None after noting its faults."""
        try:
            row = _adapter(type_).validate_python(raw)
        except ValidationError as error:
            for item in error.errors(include_url=False):
                self.fault((*place, *item["loc"]), _plainly(type_, item))
            return None
        for key, problem in _slips(row):
            self.fault((*place, key), problem)
        return row

    def rows(self, type_: Any, raw: Any, place: Place = ()) -> dict[int, Any]:
        """Return the rows of a list by their position, without those that have faults."""
        if raw is None:
            return {}
        if not isinstance(raw, list):
            self.fault(place, gettext(_LIST))
            return {}
        read = {position: self.one(type_, row, (*place, position)) for position, row in enumerate(raw)}
        return {position: row for position, row in read.items() if row is not None}

    def unique(self, values: Mapping[int, str], what: str, place: Place = ()) -> None:
        """Note a fault for every value that occurs again."""
        seen: set[str] = set()
        for position, value in values.items():
            if value in seen:
                problem = gettext("the {key} “{value}” occurs twice", key=what, value=echo(value))
                self.fault((*place, position), problem)
            seen.add(value)

    def fault(self, place: Place, problem: str) -> None:
        """Note a fault at a place given as keys and positions from the top of the file."""
        if self.nodes is None:
            with collector_resting():
                self.nodes = yaml.compose(self.data, yaml.CSafeLoader)
        line, words = _locate(self.nodes, place)
        self.faults.append(Fault(self.name, line, words, problem))


@cache
def _adapter(type_: Any) -> TypeAdapter[Any]:
    return TypeAdapter(type_)


def _plainly(type_: Any, item: ErrorDetails) -> str:
    """Return a fault that pydantic found in plain words; those of our own types are plain already."""
    kind = item["type"]
    if kind == "unexpected_keyword_argument":
        from rapidfuzz import fuzz, process

        *outer, key = item["loc"]
        known = _keys(type_, outer)
        near = process.extractOne(str(key), known, scorer=fuzz.ratio, score_cutoff=70)
        if near:
            return gettext("this key is not known; did you mean {key}?", key=near[0])
        return gettext("this key is not known; there are {keys}", keys=", ".join(known))
    if kind == "literal_error":
        return gettext("this is not one of {values}", values=item["ctx"]["expected"])
    return gettext(_PLAINLY[kind]) if kind in _PLAINLY else item["msg"].removeprefix("Value error, ")


def _keys(type_: Any, place: Sequence[str | int]) -> list[str]:
    """Return the keys that a row at a place within `type_` can have."""
    for step in place:
        type_ = get_type_hints(type_)[str(step)] if is_dataclass(type_) else get_args(type_)[0]
    return [one.name for one in fields(type_)]


def _slips(row: Any) -> Iterator[tuple[str, str]]:
    """Yield the keys of a row with a value that is blank where one is needed, or no id."""
    for one in fields(row) if is_dataclass(row) else ():
        value = getattr(row, one.name)
        if not isinstance(value, str):
            continue
        if not value.strip() and one.default is MISSING:
            yield one.name, gettext("is empty")
        elif one.name == "id" and not re.fullmatch(SOURCE_ID, value):
            wanted = gettext(
                "“{typed}” is no id: write lower-case letters, digits and single hyphens", typed=echo(value)
            )
            yield "id", wanted


def _locate(node: yaml.Node | None, place: Place) -> tuple[int, str]:
    """Return the line of a place in a YAML file, and the place in words, with ids instead of positions."""
    line, words = 1, []
    for step in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            words.append(_name_of(node, step))
        elif isinstance(node, yaml.MappingNode):
            entry = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            words.append(echo(str(step)))
            if entry is None:
                break
            line, node = entry[0].start_mark.line + 1, entry[1]
            continue
        else:
            break
        line = node.start_mark.line + 1
    return line, " › ".join(words) or gettext(WHOLE)


def _name_of(node: yaml.Node, position: int) -> str:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value in ("id", "ref", "period", "category") and isinstance(value, yaml.ScalarNode):
                return echo(value.value) or "“”"
    return gettext("item {number}", number=position + 1)
