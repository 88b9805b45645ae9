"""Receipts as a text to keep: every computed value of a reply with all that it takes to check it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from knowledge.answers import Answer
from knowledge.exports import Figure, Receipt, Series
from knowledge.sources import Source
from knowledge.wording import computed_in_words, figure_date_in_words, figure_in_words, references


def receipt_text(answer: Answer, sources: Mapping[str, Source]) -> str:
    """Write the receipts of a reply: value, formula, rounding, rows, what is missing, series and version."""
    blocks = [f"Receipts for: {answer.question}\nLibrary version: {answer.version}"]
    for number, receipt in enumerate(answer.receipts, 1):
        blocks.append("\n".join(_receipt(number, receipt)))
    used = {row.series for receipt in answer.receipts for row in receipt.rows}
    series = [block.series for block in answer.figures if block.series.id in used]
    blocks.append("\n".join(("Series and vintages:", *(_series(one, sources) for one in series))))
    cited = dict.fromkeys(c.source for receipt in answer.receipts for c in receipt.citations)
    blocks.append("\n".join(("Sources:", *(_source(sources[id_]) for id_ in cited if id_ in sources))))
    return "\n\n".join(blocks) + "\n"


def _receipt(number: int, receipt: Receipt) -> Iterator[str]:
    yield f"{number}. {receipt.label}"
    yield f"   Value: {computed_in_words(receipt)}"
    yield f"   Formula: {receipt.formula}"
    yield f"   Rounding: {receipt.rounding}"
    yield f"   Limits: {receipt.caveat}"
    yield f"   Missing: {'; '.join(receipt.missing) or 'nothing'}"
    yield "   Rows:"
    for row in receipt.rows:
        yield f"   - {_row(row)}"


def _row(row: Figure) -> str:
    kind = f"{row.series}, {row.precision}"
    if row.qualifier != "as stated":
        kind = f"{kind}, {row.qualifier}"
    return f"{figure_date_in_words(row)}: {figure_in_words(row)} ({kind}) {references(row.citations)}"


def _series(series: Series, sources: Mapping[str, Source]) -> str:
    source = sources.get(series.source)
    vintage = f"; {source.id}, {source.byline}, revision {source.revision}" if source else ""
    return f"- {series.id}: {series.name}{vintage}"


def _source(source: Source) -> str:
    return f"- {source.id}: {source.title}. {source.byline} ({source.published_basis}). {source.url}"
