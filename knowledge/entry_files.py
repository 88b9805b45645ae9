"""Files of entries: a server's entries as YAML to take away, and entries read from such a file or JSON."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from itertools import chain, islice
from textwrap import indent
from typing import Any, Literal

from knowledge.content_files import WHOLE, ContentFile
from knowledge.drafts import EDITORIAL, LONGEST_ID, FieldFault, Written, check, is_entry_id, no_id, tidy_lines
from knowledge.entries import Content, Entry, State
from knowledge.entry_differences import Difference, differences, in_words
from knowledge.errors import ContentError, Fault
from knowledge.languages import gettext, ngettext, number
from knowledge.library import Library
from knowledge.text import echo

_BLANK: Mapping[str, Any] = {
    one.name: one.default if one.default_factory is MISSING else one.default_factory()
    for one in fields(Written)
}

MOST_BYTES = 1_000_000
MOST_ENTRIES = 10_000

MOST_PIECES = 60
"""How many mappings, lists and words there are for each entry that a file may have; no entry needs more."""

MOST_FAULTS = 1_000
"""As many faults as anybody wants to read; about so many are named."""

_ENDLESS = 100
_UNWRITABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What YAML wants escaped beside that which JSON does."""
_FOLDED = re.compile(r"(.{1,100})(?: |\Z)")

_ESCAPE = re.compile(rb"\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|.)", re.IGNORECASE | re.DOTALL)
"""Whatever is escaped in JSON; the two halves in which it may write one character are groups."""


@dataclass(frozen=True, slots=True)
class ImportedEntry:
    """An entry as a file has it, its content checked against the library."""

    id: str
    content: Content
    state: State


@dataclass(frozen=True, slots=True)
class ImportedChange:
    """An entry that an import would change, and what it would be from then on."""

    entry: Entry
    imported: ImportedEntry

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What would differ in what it says."""
        return differences(self.entry.content, self.imported.content)

    def in_words(self) -> str:
        """Say what would differ, below the id of the entry; no markup."""
        named = self.entry.id
        if self.entry.state is not self.imported.state:
            retires = self.imported.state is State.RETIRED
            named = (
                gettext("{entry} (published now, retired after this)", entry=named)
                if retires
                else gettext("{entry} (retired now, published after this)", entry=named)
            )
        return "\n".join(filter(None, (named, indent(in_words(self.differences), "  "))))


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do: a dry run. `overrides` are the ids, among those added, of shipped entries."""

    added: tuple[ImportedEntry, ...]
    changed: tuple[ImportedChange, ...]
    unchanged: tuple[ImportedEntry, ...]
    overrides: frozenset[str] = frozenset()

    def in_words(self, most: int = 20) -> str:
        """Say what would be added and changed, naming `most` of each, and what is unchanged; no markup."""
        parts = (
            (self.added, _to_be_added, map(self._named, self.added)),
            (self.changed, _to_be_changed, (change.in_words() for change in self.changed)),
            (self.unchanged, _left_unchanged, iter(())),
        )
        lines = (
            _listed(len(ones), say(len(ones)), islice(names, most)) for ones, say, names in parts if ones
        )
        return "\n".join(chain.from_iterable(lines))

    @property
    def counts(self) -> str:
        """How many entries it adds, changes and leaves as they are; nothing is said of none."""
        counts = (
            gettext("{number} added", number=number(len(self.added))) if self.added else "",
            gettext("{number} changed", number=number(len(self.changed))) if self.changed else "",
            gettext("{number} unchanged", number=number(len(self.unchanged))) if self.unchanged else "",
        )
        return ", ".join(filter(None, counts))

    @property
    def mark(self) -> str:
        """A short mark: of plans for one file it tells apart those that would do different things."""
        added, unchanged = ([one.id for one in ones] for ones in (self.added, self.unchanged))
        changed = [(change.entry.id, change.entry.change) for change in self.changed]
        written = json.dumps((added, changed, unchanged))
        return hashlib.blake2b(written.encode(), digest_size=8).hexdigest()

    def _named(self, one: ImportedEntry) -> str:
        named = gettext("{entry} (retired)", entry=one.id) if one.state is State.RETIRED else one.id
        if one.id not in self.overrides:
            return named
        return gettext("{entry}, in place of the shipped entry", entry=named)


def plan(imported: Iterable[ImportedEntry], entries: Iterable[Entry], library: Library) -> ImportPlan:
    """Compare what a file has with the entries of a server; those that the file lacks are not touched."""
    current = {entry.id: entry for entry in entries}
    added, changed, unchanged = [], [], []
    for one in imported:
        entry = current.get(one.id)
        if entry is None:
            added.append(one)
        elif _same(one, entry):
            unchanged.append(one)
        else:
            changed.append(ImportedChange(entry, one))
    overrides = frozenset(one.id for one in added) & frozenset(one.id for one in library.faq)
    return ImportPlan(tuple(added), tuple(changed), tuple(unchanged), overrides)


def _same(one: ImportedEntry, entry: Entry) -> bool:
    """Whether an entry says what a file has, though it may be written against other words of a passage."""
    return one.state is entry.state and replace(one.content, cited=entry.content.cited) == entry.content


def _to_be_added(count: int) -> str:
    return ngettext(
        "{number} entry would be added:", "{number} entries would be added:", count, number=number(count)
    )


def _to_be_changed(count: int) -> str:
    return ngettext(
        "{number} entry would be changed:", "{number} entries would be changed:", count, number=number(count)
    )


def _left_unchanged(count: int) -> str:
    return ngettext("{number} entry unchanged.", "{number} entries unchanged.", count, number=number(count))


def _listed(count: int, heading: str, names: Iterable[str]) -> Iterator[str]:
    shown = list(names)
    yield heading
    yield from (indent(name, "  ") for name in shown)
    if shown and count > len(shown):
        yield f"  {gettext('… and {number} more', number=number(count - len(shown)))}"


def export(entries: Iterable[Entry]) -> bytes:
    """Return entries as a YAML file, in the order of their ids; `read_entries` reads them back.

    Keys that would be empty are left out, and so is the state of what is published. So an entry can be pasted
    into `faq.yaml`, which knows no states, no review dates and not `cited`: the digests of the passages that
    the entry was written against, by which one that is stale is so again where it is read back.
    """
    kept = sorted(entries, key=lambda entry: entry.id)
    return ("\n".join("\n".join(_lines(entry)) + "\n" for entry in kept) or "[]\n").encode()


def _lines(entry: Entry) -> Iterator[str]:
    content = entry.content
    yield f"- id: {_quoted(entry.id)}"
    yield f"  question: {_quoted(content.question)}"
    if content.alternatives:
        yield "  alternatives:"
        yield from (f"    - {_quoted(wording)}" for wording in content.alternatives)
    yield f"  answer: {_block(content.answer)}"
    if content.citations:
        yield f"  citations: {_quoted([str(citation) for citation in content.citations])}"
        yield from _digests(content)
    if content.editorial:
        yield "  editorial: true"
    if content.tags:
        yield f"  tags: {_quoted(content.tags)}"
    if content.review_on:
        yield f"  review_on: {_quoted(str(content.review_on))}"
    if entry.state is not State.PUBLISHED:
        yield f"  state: {entry.state}"


def _digests(content: Content) -> Iterator[str]:
    digests = dict(zip(map(str, content.citations), content.cited, strict=False))
    if digests:
        yield f"  cited: {_quoted(digests)}"


def _quoted(value: str | Sequence[str] | Mapping[str, str]) -> str:
    """Write texts as YAML in quotation marks, which is JSON but for a few characters more to escape."""
    return _UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _block(text: str) -> str:
    """Write a text as YAML in lines of its own, folded if it is one paragraph; what is not tidy, quoted."""
    if text != tidy_lines(text) or "\t" in text or "  " in text or _UNWRITABLE.search(text):
        return _quoted(text)
    if "\n" in text:
        return "|-\n" + indent(text, "    ")
    return ">-\n    " + _FOLDED.sub("\\1\n    ", text).rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row(Written):
    """An entry as it stands in a file."""

    id: str
    state: Literal["published", "retired"] = "published"


def read_entries(
    data: bytes,
    name: str,
    library: Library,
    *,
    most_bytes: int = MOST_BYTES,
    most_entries: int = MOST_ENTRIES,
) -> tuple[ImportedEntry, ...]:
    """Read a file of entries as `export` writes it, in YAML or, if `name` ends in .json, in JSON.

    A review date may have passed: the entry is then due for review, here as where it came from.

    Raises `ContentError` with every fault and its line; nothing of the file should be imported then.
    """
    if len(data) > most_bytes:
        problem = gettext(
            "has {number} bytes; {most} at most are accepted",
            number=number(len(data)),
            most=number(most_bytes),
        )
        raise _refused(name, problem)
    whole = _joined_halves(data) if name.lower().endswith(".json") else data
    file = ContentFile.of(name, whole, MOST_PIECES * most_entries)
    if not isinstance(file.raw, list):
        if file.faults:
            raise ContentError(tuple(file.faults))
        raise _refused(name, gettext("a list of entries is wanted"))
    if len(file.raw) > most_entries:
        problem = gettext(
            "has {number} entries; {most} at most are accepted",
            number=number(len(file.raw)),
            most=number(most_entries),
        )
        raise _refused(name, problem)
    imported: list[ImportedEntry] = []
    for position, raw in enumerate(file.raw):
        if len(file.faults) > MOST_FAULTS:
            file.fault(
                (position,), gettext("this was not read, nor what follows: too many faults stand before it")
            )
            break
        imported += _entry(file, position, raw, library)
    ids = {n: raw.get("id") for n, raw in enumerate(file.raw) if isinstance(raw, dict)}
    file.unique({n: id_ for n, id_ in ids.items() if isinstance(id_, str)}, "id")
    if file.faults:
        raise ContentError(tuple(sorted(file.faults)))
    return tuple(imported)


def _entry(file: ContentFile, position: int, raw: Any, library: Library) -> Iterator[ImportedEntry]:
    """Yield the entry at a position of a file, if it is one; note all its faults."""
    pieces = (raw, *raw.values()) if isinstance(raw, dict) else ()
    if any(isinstance(piece, dict | list) and len(piece) > _ENDLESS for piece in pieces):
        problem = gettext(
            "has more than {most} keys, or under one of them more than {most} items", most=_ENDLESS
        )
        file.fault((position,), problem)
        return
    slip = _slip_in_citations(raw)
    if slip:
        file.fault((position, "citations"), slip)
        raw = {**raw, "citations": []}
    row: _Row | None = file.one(_Row, raw, (position,))
    if row is not None:
        content, faults = check(row, library)
        if len(row.id) > LONGEST_ID:
            faults += (FieldFault("id", no_id(row.id)),)
        yield ImportedEntry(row.id, content, State(row.state))
    else:
        faults = tuple(_other_faults(raw, library)) if isinstance(raw, dict) else ()
    for fault in faults if not slip else (fault for fault in faults if fault.field != "citations"):
        item = () if fault.item is None else (fault.item,)
        file.fault((position, fault.field, *item), fault.problem)


def _slip_in_citations(raw: Any) -> str:
    """Say what to write if the citations of a row are written as in a form; nothing if they are not."""
    cited = raw.get("citations") if isinstance(raw, dict) else None
    references = [cited] if isinstance(cited, str) else cited if isinstance(cited, list) else []
    if any(isinstance(one, str) and one.strip().lower() == EDITORIAL for one in references):
        return gettext(
            "in a file, an entry without citations has the line {line} instead of this one",
            line="editorial: true",
        )
    if isinstance(cited, str):
        parts = [part.strip() for part in re.split(r"[,;\n]", cited) if part.strip()]
        return gettext("a list is wanted: {list}", list=echo(_quoted(parts)))
    return ""


def _other_faults(raw: Mapping[str, Any], library: Library) -> Iterator[FieldFault]:
    """Yield what else is wrong in those keys of a row that can be read, where others cannot."""
    given = {key: raw[key] for key in _BLANK if key in raw}
    readable = {key: value for key, value in given.items() if _fits(value, _BLANK[key])}
    unread = given.keys() - readable.keys()
    _, faults = check(Written(**readable), library)
    for fault in faults:
        if fault.field not in unread and not (fault.field == "citations" and "editorial" in unread):
            yield fault
    if isinstance(raw.get("id"), str) and not is_entry_id(raw["id"]):
        yield FieldFault("id", no_id(raw["id"]))


def _fits(value: object, blank: object) -> bool:
    if isinstance(blank, dict):
        return isinstance(value, dict) and all(isinstance(one, str) for pair in value.items() for one in pair)
    if isinstance(blank, tuple):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, type(blank))


def _refused(name: str, problem: str) -> ContentError:
    return ContentError((Fault(echo(name), 1, gettext(WHOLE), problem),))


def _joined_halves(data: bytes) -> bytes:
    """Return JSON as the YAML that it is, but for characters written as two halves, which YAML refuses."""

    def joined(escape: re.Match[bytes]) -> bytes:
        if not escape[1]:
            return escape[0]
        return bytes.fromhex((escape[1] + escape[2]).decode()).decode("utf-16-be").encode()

    return _ESCAPE.sub(joined, data)
