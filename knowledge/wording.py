"""Figures, dates and citations in plain words, the same in every surface; no markup."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from knowledge.citations import Citation
from knowledge.exports import Figure, Part, Receipt, amount
from knowledge.timeline import Event

_SYMBOLS = {"USD": "US$"}


def quantity(value: Decimal, unit: str) -> str:
    """Write a value with its unit: `US$120,000`, `45.8 %`."""
    if unit == "percent":
        return f"{value.normalize():f} %"
    symbol = _SYMBOLS.get(unit)
    return f"{symbol}{amount(value)}" if symbol else f"{amount(value)} {unit}"


def figure_in_words(figure: Figure) -> str:
    """Write a figure with its qualifier: `about US$68,000`, `nothing sent (a reported zero)`."""
    if figure.precision == "reported zero":
        return "nothing sent (a reported zero)"
    return _qualified(quantity(figure.value, figure.unit), figure.qualifier)


def part_in_words(part: Part) -> str:
    """Write a category of a figure as its source does: `about US$55,000 “immunological products”`."""
    size = quantity(part.value, part.unit) if part.value is not None else f"{part.share} %"
    return f"{_qualified(size, part.qualifier)} “{part.category}”"


def _qualified(words: str, qualifier: str) -> str:
    return words if qualifier == "as stated" else f"{qualifier} {words}"


def receipt_in_words(receipt: Receipt) -> str:
    """Write a computed value with its formula and its limits on one line."""
    value = quantity(receipt.value, receipt.unit)
    mark = "≈ " if receipt.approximate else ""
    return f"{receipt.label}: {mark}{value} (computed: {receipt.formula}). {receipt.caveat}"


def date_in_words(event: Event, brief: bool = False) -> str:
    """Write the date of an event with its basis: `June 2018 (inferred from “last June”)`.

    In brief the words it was inferred from are left out.
    """
    words = event.date.label()
    if event.basis == "explicit":
        return words
    return f"{words} (inferred)" if brief else f"{words} (inferred from “{event.inferred_from}”)"


def headline(event: Event) -> str:
    """Write the title of an event, marked if a source only expects it."""
    return f"Expected: {event.title}" if event.status == "expected" else event.title


def references(citations: Iterable[Citation]) -> str:
    """Write citations as they follow a statement: `[fp-2019¶6] [rfa-2024¶13]`."""
    return " ".join(f"[{citation}]" for citation in citations)
