"""The JSON-lines contract for scripts: one question or command a line in, one reply a line out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from knowledge.answers import Answer, SeriesFigures
from knowledge.citations import Citation
from knowledge.engine import Engine
from knowledge.exports import Absence, Figure
from knowledge.languages import gettext, speaking
from knowledge.plaintext import plain_text
from knowledge.timeline import Event

EXAMPLE = '{"id": "1", "input": "/exports 2023-11"}'


def replies(engine: Engine, lines: Iterable[str]) -> Iterator[str]:
    """Answer each line in order; a line that is not an object with an `input` gets an error with id null."""
    for line in lines:
        identifier, typed = _read(line)
        with speaking(engine.language_of(typed or "")):
            if typed is None:
                answer = engine.unreadable(
                    gettext("This line is not JSON of the form {example}.", example=EXAMPLE)
                )
            else:
                answer = engine.reply(typed)
            reply = as_dict(answer)
        try:
            yield json.dumps({**reply, "id": identifier}, ensure_ascii=False, allow_nan=False)
        except ValueError:  # an id such as 1e999, which Python reads and JSON cannot hold
            yield json.dumps(reply, ensure_ascii=False)


def _read(line: str) -> tuple[Any, str | None]:
    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(item, dict) or not isinstance(item.get("input"), str):
        return (item.get("id") if isinstance(item, dict) else None), None
    return item.get("id"), item["input"]


def as_dict(answer: Answer, identifier: Any = None) -> dict[str, Any]:
    """Return a reply as the contract has it; amounts are decimal strings, a gap has the value null."""
    return {
        "id": identifier,
        "status": answer.status.value,
        "kind": answer.kind.value,
        "text": plain_text(answer),
        "citations": [{"source": c.source, "paragraph": c.ref} for c in answer.citations],
        "rows": [row for block in answer.figures for row in _figure_rows(block)]
        + [_event_row(event) for event in answer.events],
    }


def _figure_rows(block: SeriesFigures) -> list[dict[str, Any]]:
    return [
        {
            "period": str(period),
            "value": f"{row.value:f}" if isinstance(row, Figure) else None,
            "unit": row.unit if isinstance(row, Figure) else None,
            "qualifier": _qualifier(row),
            "series": block.series.id,
            "citations": [] if row is None else _strings(row.citations),
        }
        for period, row in block.rows
    ]


def _qualifier(row: Figure | Absence | None) -> str | None:
    """Return the qualifier of a figure, and what it means that a dataset has no row."""
    if isinstance(row, Absence):
        return row.meaning
    return row.qualifier if row else None


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "date": str(event.date),
        "precision": event.date.precision.value,
        "basis": event.basis,
        "title": event.title,
        "citations": _strings(event.citations),
    }


def _strings(citations: Iterable[Citation]) -> list[str]:
    return [str(citation) for citation in citations]
