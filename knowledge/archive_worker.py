"""The process in which documents of an archive are read, with limits: `python -m knowledge.archive_worker`.

It answers requests, a line of JSON each, until its input ends. A document that needs more memory or time
than there is ends this process and nothing else; `archive_pool` starts another.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.content import MOST_PIECES, read_source
from knowledge.content_files import ContentFile
from knowledge.content_writing import as_yaml
from knowledge.errors import ContentError, IngestError
from knowledge.formats import Document, day, names, plain, read
from knowledge.ingest import GIVEN, content_of, faults_of, renewed, report_on
from knowledge.sources import LOCAL, Source

MOST_BYTES = 200_000_000
MOST_SIDECAR = 100_000
SIDECAR = ".meta.yaml"
DETAILS = ("title", "authors", "publisher", "published", "url", "credit", "kind")
REQUIRED = ("title", "publisher", "published", "url")

_DAYS = "write the day, month or year: 2020-03-31"


@dataclass(frozen=True, slots=True)
class Request:
    """A document to read: its file and the hash it must have, its id, and what was said of it already.

    `answers` go before what the file says, `defaults` after it; a sidecar file goes before all. `old` is the
    content file of the source that it was before, if it was one.
    """

    path: str
    place: str
    digest: str
    source: str
    answers: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    old: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a document: the content file to write, or why there is none.

    `missing` are the details that nobody has given, `found` those that there are.
    """

    content: str = ""
    reason: str = ""
    missing: Sequence[str] = ()
    found: Mapping[str, str] = field(default_factory=dict)
    report: str = ""


def reply_to(request: Request) -> Reply:
    """Read a document and lay it over what it was before."""
    try:
        file = Path(request.path)
        document = read(_unchanged(file, request.digest), Path(request.place))
        layers = (_sidecar(file), request.answers, _said(document), request.defaults)
        details = {name: next((layer[name] for layer in layers if layer.get(name)), "") for name in DETAILS}
        if missing := [name for name in REQUIRED if not details[name]]:
            return Reply(reason=_lacks(missing), missing=missing, found=details)
        by_hand = any(layer.get("published") for layer in layers[:2])
        old = _old(request.old)
        source = _source(request.source, details, document, bool(document.published) and not by_hand, old)
        content = as_yaml(content_of(source))
        read_source(f"{source.id}.yaml", content, MOST_PIECES)
    except IngestError as error:
        return Reply(reason=str(error).removeprefix(f"{request.place} "))
    except ContentError as error:
        return Reply(reason=f"cannot be kept as a source: {error.faults[0]}")
    except RecursionError:
        return Reply(reason="is nested too deeply")
    before = old.passages if old else ()
    report = report_on(source, before, Path(), written=source != old)
    kept = f"passages: {report.matched} kept ({report.renewed} with new words)"
    return Reply(
        content.decode(),
        found=details,
        report=f"{kept}, {report.added} added, {report.retired} retired",
    )


def _unchanged(file: Path, digest: str) -> bytes:
    """Read a document; raises `IngestError` if it is not the one that was met."""
    data = bytes_of(file, MOST_BYTES)
    if hashlib.sha256(data).hexdigest() != digest:
        raise IngestError("changes while it is read; try again when it is whole")
    return data


def sidecar_of(file: Path) -> Path | None:
    """Return the file with details beside a document, `a.pdf.meta.yaml` or `a.meta.yaml`, if any."""
    for name in (file.name, file.stem):
        if os.path.lexists(beside := file.with_name(f"{name}{SIDECAR}")):
            return beside
    return None


def bytes_of(file: Path, most: int) -> bytes:
    """Read an ordinary file, never through a link; raises `IngestError`."""
    try:
        flags = (
            os.O_RDONLY
            | getattr(os, "O_NOFOLLOW", 0)
            | getattr(os, "O_NONBLOCK", 0)
            | getattr(os, "O_BINARY", 0)
        )
        with os.fdopen(os.open(file, flags), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise IngestError("is not an ordinary file")
            data = stream.read(most + 1)
    except OSError as error:
        raise IngestError(f"cannot be read: {error.strerror}") from None
    if len(data) > most:
        raise IngestError(f"is larger than {most / 1e6:,.1f} MB")
    return data


def _sidecar(file: Path) -> dict[str, str]:
    """Return the details in the YAML file beside a document; raises `IngestError` if it cannot be read."""
    beside = sidecar_of(file)
    if beside is None:
        return {}
    read = ContentFile.of(beside.name, bytes_of(beside, MOST_SIDECAR), 1_000)
    if read.faults:
        raise IngestError(f"has details that cannot be read: {read.faults[0]}")
    if not isinstance(read.raw, dict) or (unknown := [key for key in read.raw if key not in DETAILS]):
        wrong = (
            f"there is no detail “{plain(str(unknown[0]))[:30]}”"
            if isinstance(read.raw, dict)
            else "no detail in it"
        )
        raise IngestError(
            f"has details that cannot be read: {beside.name}: {wrong}; there are {', '.join(DETAILS)}"
        )
    return {
        key: ";".join(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in read.raw.items()
        if value is not None
    }


def _said(document: Document) -> dict[str, str]:
    """Return what a document says of itself."""
    about = {name: getattr(document, name) for name in ("title", "publisher", "published", "url")}
    return about | {"authors": ";".join(document.authors)}


def _lacks(missing: Sequence[str]) -> str:
    called = {"published": "date of publication", "url": "web address"}
    words = ", ".join(called.get(name, name) for name in missing)
    return f"does not say its {' and '.join(words.rsplit(', ', 1))}"


def _source(
    id_: str, details: Mapping[str, str], document: Document, dated_by_file: bool, old: Source | None
) -> Source:
    """Return the source that a document is; raises `IngestError` with every detail that is wrong."""
    about: dict[str, Any] = {
        "title": plain(details["title"]),
        "publisher": plain(details["publisher"]),
        "credit": plain(details["credit"]),
        "kind": details["kind"].strip() or "article",
        "url": details["url"].strip(),
    }
    authors = tuple(map(plain, names(details["authors"])))
    written = details["published"].strip()
    faults = list(faults_of(id_, authors, about))
    published = _day(written)
    if published is None:
        faults.append(f"published: “{plain(written)[:50]}”: {_DAYS}")
    if faults:
        raise IngestError(f"has details that cannot be taken: {'; '.join(faults)}")
    basis = document.dated_by if dated_by_file else GIVEN
    precision = {4: "year", 7: "month"}.get(len(written), "day")
    about |= {
        "authors": authors,
        "published": published,
        "published_precision": precision,
        "published_basis": basis,
    }
    return renewed(id_, about, document.paragraphs, old)


def problem_with(name: str, value: str) -> str:
    """Return what is wrong with a detail, and what is accepted; nothing if it can be taken."""
    if name == "published":
        return "" if _day(value.strip()) else _DAYS
    faults = faults_of("x", (), {"kind": "x", "url": "", name: value})
    return next((fault.partition(": ")[2] for fault in faults if fault.startswith(f"{name}:")), "")


def _day(written: str) -> date | None:
    """Return the first day of a date in ISO form, which may be a month or a year."""
    with suppress(ValueError):
        if day(written) == written:
            return date.fromisoformat(f"{written}-01-01"[:10] if len(written) < 10 else written)
    return None


def _old(path: str) -> Source | None:
    """Return the source that a document was before; raises `IngestError` if its file has been damaged."""
    if not path or not Path(path).exists():
        return None
    file = Path(path)
    try:
        source = read_source(file.name, file.read_bytes(), MOST_PIECES)
    except (ContentError, OSError) as error:
        raise IngestError(f"cannot renew {path}, which cannot be read: {error}") from None
    if source.collection != LOCAL:
        raise IngestError(f"cannot renew {path}, which is not of the collection local")
    return source


# The process


def limit(memory: int, seconds: int) -> None:
    """Limit this process to an amount of memory, and to some seconds of work from now on."""
    try:
        import resource
    except ImportError:  # Windows: only the clock of the pool limits it there
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    for kind, wanted in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, spent + seconds + 1),
    ):
        hard = resource.getrlimit(kind)[1]
        lowest = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):  # macOS does not limit memory so
            resource.setrlimit(kind, (lowest, hard))


def main(memory: int, seconds: int) -> None:
    """Answer requests until the input ends; what libraries print goes nowhere."""
    replies = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    for line in sys.stdin:
        limit(memory, seconds)
        try:
            reply = reply_to(Request(**json.loads(line)))
        except MemoryError:
            reply = Reply(reason=f"needs more than {memory // 1_000_000:,} MB of memory")
        except Exception as error:  # a parser that trips over a document must not stop the others
            reply = Reply(reason=f"cannot be read: the parser failed ({type(error).__name__})")
        replies.write(json.dumps(asdict(reply)) + "\n")
        replies.flush()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
