"""Receipts as a text to keep: every computed value of a reply with all that it takes to check it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from knowledge.answers import Answer
from knowledge.exports import Figure, Receipt, Series
from knowledge.languages import gettext
from knowledge.sources import Source
from knowledge.wording import computed_in_words, figure_date_in_words, figure_in_words, references


def receipt_text(answer: Answer, sources: Mapping[str, Source]) -> str:
    """Write the receipts of a reply: value, formula, rounding, rows, what is missing, series and version."""
    blocks = [
        gettext(
            "Receipts for: {question}\nLibrary version: {version}",
            question=answer.question,
            version=answer.version,
        )
    ]
    for number, receipt in enumerate(answer.receipts, 1):
        blocks.append("\n".join(_receipt(number, receipt)))
    used = {row.series for receipt in answer.receipts for row in receipt.rows}
    series = [block.series for block in answer.figures if block.series.id in used]
    blocks.append("\n".join((gettext("Series and vintages:"), *(_series(one, sources) for one in series))))
    cited = dict.fromkeys(c.source for receipt in answer.receipts for c in receipt.citations)
    blocks.append(
        "\n".join((gettext("Sources:"), *(_source(sources[id_]) for id_ in cited if id_ in sources)))
    )
    return "\n\n".join(blocks) + "\n"


def _receipt(number: int, receipt: Receipt) -> Iterator[str]:
    yield f"{number}. {receipt.label}"
    missing = "; ".join(receipt.missing) or gettext("nothing")
    yield from (
        f"   {line}"
        for line in (
            gettext("Value: {value}", value=computed_in_words(receipt)),
            gettext("Formula: {formula}", formula=receipt.formula),
            gettext("Rounding: {rounding}", rounding=gettext(receipt.rounding)),
            gettext("Limits: {limits}", limits=receipt.caveat),
            gettext("Missing: {periods}", periods=missing),
            gettext("Rows:"),
            *(f"- {_row(row)}" for row in receipt.rows),
        )
    )


def _row(row: Figure) -> str:
    kinds = [gettext(row.series), gettext(row.precision)]
    if row.qualifier != "as stated":
        kinds.append(gettext(row.qualifier))
    words = f"{figure_date_in_words(row)}: {figure_in_words(row)}"
    return f"{words} ({', '.join(kinds)}) {references(row.citations)}"


def _series(series: Series, sources: Mapping[str, Source]) -> str:
    source = sources.get(series.source)
    if source is None:
        return f"- {series.id}: {series.name}"
    return gettext(
        "- {id}: {series}; {source}, {byline}, revision {revision}",
        id=series.id,
        series=series.name,
        source=source.id,
        byline=source.byline,
        revision=source.revision,
    )


def _source(source: Source) -> str:
    return f"- {source.id}: {source.title}. {source.byline} ({source.published_basis}). {source.url}"
