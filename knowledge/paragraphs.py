"""Paragraphs: a text file as people save it, cut into the paragraphs of its document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from pathlib import Path

from knowledge.errors import IngestError

MOST_BYTES = 5_000_000
WRAPPED_AT_MOST = 100
"""A line longer than this is a paragraph, not a line of hard-wrapped text."""

_DAY = (
    r"((mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
    r"([a-z]{3,9}\.? \d{1,2}, \d{4}|\d{1,2} [a-z]{3,9}\.? \d{4}|\d{4}[-.]\d\d[-.]\d\d)"
)
_TIME = r"([, ]*(at )?\d{1,2}[:.]\d\d ?([ap]\.?m\.?)?( [a-z]{2,4})?)"
_FURNITURE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"trending now.{0,40}",
        r"(sponsored|promoted|paid) (links?|content|stories|posts?)( by .{1,40})?",
        r"by (taboola|outbrain)",
        r"(read )?(more|also) (from|on|in) [^.!?]{1,40}",
        r"(related|recommended|see also|read (more|next|also))( (stories|articles|content))?(: .{1,150})?:?",
        r"(most (popular|read|viewed)|you may also like|editors?['’]s? picks?|continue reading)[^.!?]{0,40}",
        r"(advertisement|(story|article) continues below|skip to|back to top)[^.!?]{0,40}",
        r"(share|tweet|print|e-?mail|save|comments?|copy link)( (this|on|via|to|by|with)\b[^.!?]{0,40})?",
        r"(follow|like|join) us on .{1,60}",
        r"(sign up|subscribe)( (now|today|here|to|for)\b.{0,100})?[.!]?",
        rf"(first |last )?(published|updated|posted)( on| at)?:? {_DAY}{_TIME}?",
        rf"{_DAY}{_TIME}",
        r"(©|\(c\) \d|copyright ©?\d).{0,120}|all rights reserved\.?",
        r"\d+ min(ute)?s? read",
    )
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
FRONT_MATTER = re.compile(r"\A---\n.*?\n(---|\.\.\.)\n", re.DOTALL)
_RULE = re.compile(r"\s{0,3}([-*_=] ?){3,}\s*")
_HEADING_OR_ITEM = re.compile(r"\s{0,3}(#{1,6}|[-*+])\s+")
_UNPAIRED = r"\1\2"
"""What is left of a pair of marks: what they enclose, or else all that was looked through for the second."""


def _emphasis(mark: str, before: str, after: str) -> tuple[str, str]:
    """Match a pair of marks; with no second one, all that follows, which is not to be searched again."""
    opens = rf"(?<![\\{before}]){mark}(?=[^\s{mark[-1]}])"
    closes = rf"(?<=[^\s{mark[-1]}\\]){mark}(?!{after})"
    return rf"{opens}(.+?){closes}|({opens}.*)", _UNPAIRED


_MARKDOWN = tuple(
    (re.compile(pattern), kept)
    for pattern, kept in (
        (r"<!--.*?-->|(<!--.*)", r"\1"),
        (
            r"!?\[([^\]]*)\]\((?:[^)\s\]]|\](?!\())*(?:\s+\"[^\"]*\")?\)|(\[[^\]]*(?:\]|\Z))",
            _UNPAIRED,
        ),
        *(_emphasis(r"\*" * length, "*", r"\*") for length in (3, 2, 1)),
        *(_emphasis("_" * length, r"\w", r"\w") for length in (3, 2, 1)),
        (r"(?<!\\)`([^`]+)`", r"\1"),
        (r"(?<!\s)\s+#+$", ""),
        (r"\\([\\`*_{}\[\]()#+.!<>-])", r"\1"),
    )
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a file, and the line and the page it begins at, as far as there are such."""

    text: str
    line: int = 0
    page: int | None = None


def read_paragraphs(file: Path, labels: Sequence[str] = ()) -> tuple[tuple[Paragraph, ...], tuple[str, ...]]:
    """Return the paragraphs of a UTF-8 text or Markdown file, and the lines left out as not part of the text.

    Blank lines part paragraphs, and so do single line ends unless the text is hard-wrapped. Left out are page
    furniture, `labels` (publisher, author, date) alone or in a byline, and a paragraph that repeats the one
    before it. Raises `IngestError`.
    """
    return cut(_read(file), file, labels)


def cut(data: bytes, file: Path, labels: Sequence[str] = ()) -> tuple[tuple[Paragraph, ...], tuple[str, ...]]:
    """Do what `read_paragraphs` does with what has been read of a file already."""
    text = INVISIBLE.sub("", decoded(data, file))
    markdown = file.suffix.lower() == ".md"
    paragraphs: list[Paragraph] = []
    dropped: list[str] = []
    for found in _cut(_markdown_lines(text) if markdown else enumerate(text.splitlines(), 1)):
        paragraph = replace(found, text=_plain(found.text)) if markdown else found
        line = " ".join(paragraph.text.split())
        doubled = bool(paragraphs) and paragraph.text == paragraphs[-1].text
        if doubled or _is_furniture(line, labels):
            dropped.append(line)
        elif line:
            paragraphs.append(paragraph)
    if not paragraphs:
        raise IngestError(f"{file} has no paragraphs of text. Check that the article itself is in the file.")
    return tuple(paragraphs), tuple(dropped)


def _is_furniture(line: str, labels: Sequence[str]) -> bool:
    """Whether a line belongs to the page: a label alone, a byline with one, or what surrounds any text."""
    folded, known = line.casefold(), [label.casefold() for label in labels if label]
    byline = folded.startswith("by ") and len(line) < 120 and line[-1] not in ".!?…”"
    if folded in known or (byline and any(label in folded for label in known)):
        return True
    return any(furniture.fullmatch(line) for furniture in _FURNITURE)


def _read(file: Path) -> bytes:
    if file.is_dir():
        raise IngestError(
            f"{file} is a folder. Name one .txt or .md file, or leave out --source to take in all."
        )
    if file.suffix.lower() not in (".txt", ".md"):
        raise IngestError(f"{file} is not a .txt or .md file. Save the document as plain text first.")
    try:
        if file.exists() and not file.is_file():
            raise IngestError(f"{file} is not an ordinary file. Name a .txt or .md file.")
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise IngestError(f"There is no file {file}. Check the path.") from None
    except (OSError, ValueError) as error:
        raise IngestError(f"{file} cannot be read: {error}. Check the path and its permissions.") from None


def decoded(data: bytes, file: Path) -> str:
    """Return what a UTF-8 text file says; raises `IngestError`, which calls it `file`."""
    if len(data) > MOST_BYTES:
        raise IngestError(
            f"{file} is larger than {MOST_BYTES // 1_000_000} MB. Cut it into several documents."
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise IngestError(_not_utf8(file, "it begins like UTF-16", "UTF-16"))
    if _CONTROL.search(data):
        raise IngestError(f"{file} is not plain text but binary. Save the document as a UTF-8 text file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise IngestError(_not_utf8(file, f"line {line} cannot be read", "WINDOWS-1252")) from None


def _not_utf8(file: Path, why: str, guess: str) -> str:
    return (
        f"{file} is not UTF-8 text: {why}. Save it again as UTF-8, or convert it, for example with\n"
        f"    iconv -f {guess} -t UTF-8 {file.name} > {file.stem}-utf8{file.suffix}"
    )


def _markdown_lines(text: str) -> Iterator[tuple[int, str]]:
    """Number the lines, without front matter, rules and marks, a blank line where Markdown has a border."""
    lines = FRONT_MATTER.sub(lambda match: "\n" * match[0].count("\n"), "\n".join(text.splitlines()))
    for number, quoted in enumerate(lines.split("\n"), 1):
        line = re.sub(r"^\s{0,3}(>\s?)+", "", quoted)
        start = _HEADING_OR_ITEM.match(line)
        if start:
            yield number, ""
        yield number, "" if _RULE.fullmatch(line) else line[start.end() if start else 0 :]
        if start and "#" in start[0]:
            yield number, ""


def _plain(text: str) -> str:
    for mark, kept in _MARKDOWN:
        text = mark.sub(kept, text)
    return text.strip()


def _cut(numbered: Iterable[tuple[int, str]]) -> Iterator[Paragraph]:
    """Cut lines into paragraphs, joining those where the next one's first word had no room on the line."""
    lines = [(number, re.sub(r"[ \t\f\v]+", " ", line).strip()) for number, line in numbered]
    runs_on = _wrapping([line for _, line in lines])
    begun: Paragraph | None = None
    before = ""
    for number, line in lines:
        if begun and before and line and runs_on(before, line):
            gap = "" if re.search(r"\w[-—]$", before) and line[0].isalnum() else " "
            begun = replace(begun, text=begun.text + gap + line)
        elif line:
            if begun:
                yield begun
            begun = Paragraph(line, number)
        before = line
    if begun:
        yield begun


def _wrapping(lines: Sequence[str]) -> Callable[[str, str], bool]:
    """Return how to tell that a line runs on to the next: in a hard-wrapped text, by its being full."""
    long = [len(line) > WRAPPED_AT_MOST for line in lines if " " in line]
    width = max((len(line) for line in lines if " " in line and len(line) <= WRAPPED_AT_MOST), default=inf)

    def full(line: str, after: str) -> bool:
        room = 0.85 * width - len(line)  # not every program fills its lines
        return room < 1 + len(after.split(maxsplit=1)[0]) and len(line) <= WRAPPED_AT_MOST and line != after

    borders = [(line, after) for line, after in pairwise(lines) if line and after]
    ends = [line[-1] in '.!?…:"”’)' for line, after in borders if full(line, after)]
    wrapped = 10 * sum(long) <= len(long) and 2 * sum(ends) < len(ends) and len(borders) <= 4 * len(ends)
    return full if wrapped else lambda line, after: False
