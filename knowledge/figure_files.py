"""The figure tables in content files: series, figures and totals, joined with the datasets of the library."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from knowledge.content_files import ContentFile
from knowledge.datasets import Column, Dataset
from knowledge.exports import Figure, FigureTable, OtherReport, Series

_SECTIONS: Mapping[str, type] = {
    "series": Series,
    "figures": Figure,
    "totals": Figure,
    "other_reports": OtherReport,
}


def read_table(
    file: ContentFile,
    datasets: Sequence[Dataset],
    sources: Collection[str],
    unread: Collection[str],
) -> FigureTable:
    """Read a table from its file and from the columns of `datasets` that belong to it.

    Of several vintages of a column the newest counts. `sources` are the ids there are, `unread` those whose
    files have faults. Faults are noted in `file`.
    """
    if file.faults:
        return FigureTable((), ())
    raw: Mapping[str, Any] = file.one(dict[str, Any], file.raw) or {}
    for key in raw.keys() - _SECTIONS.keys():
        file.fault((key,), f"this key is not known; there are {', '.join(_SECTIONS)}")
    read = {name: file.rows(type_, raw.get(name), (name,)) for name, type_ in _SECTIONS.items()}
    newest = _newest(datasets, file.path.stem)
    held = tuple(dataset.series(file.path.stem) for dataset, _ in newest.values())
    columns = {one.id: one for several in held for one in several if newest[one.id][0].id == one.source}
    ids = {one.id for one in read["series"].values()} | columns.keys()
    file.unique({n: one.id for n, one in read["series"].items()}, "id", ("series",))
    file.unique({n: f"{f.series} {f.period}" for n, f in read["figures"].items()}, "row", ("figures",))
    for position, one in read["series"].items():
        if one.id in columns:
            file.fault(
                ("series", position), f"the id “{one.id}” is taken by a column of {columns[one.id].source}"
            )
        if one.source and one.source not in (*sources, *unread):
            file.fault(("series", position, "source"), f"there is no source “{one.source}”")
    for section in ("figures", "totals", "other_reports"):
        for position, row in read[section].items():
            for problem in _problems(row, ids, certain=not unread):
                file.fault((section, position), problem)
    figures = [*read["figures"].values(), *(f for d, c in newest.values() for f in d.figures(c))]
    return FigureTable(
        (*read["series"].values(), *columns.values()),
        tuple(sorted(figures, key=lambda f: (f.series, f.period.first, f.period.last))),
        tuple(read["totals"].values()),
        tuple(absence for dataset, column in newest.values() for absence in dataset.absences(column)),
        tuple(read["other_reports"].values()),
        tuple(_older(datasets, newest, file.path.stem)),
    )


def _older(
    datasets: Iterable[Dataset], newest: Mapping[str, tuple[Dataset, Column]], table: str
) -> Iterator[FigureTable]:
    """Yield a table for each dataset with columns of which there is a newer vintage."""
    for dataset in datasets:
        columns = [c for c in dataset.columns if c.table == table and newest[c.id][0].id != dataset.id]
        if columns:
            ids = {column.id for column in columns}
            yield FigureTable(
                tuple(one for one in dataset.series(table) if one.id in ids),
                tuple(f for c in columns for f in sorted(dataset.figures(c), key=lambda f: f.period)),
                absences=tuple(absence for c in columns for absence in dataset.absences(c)),
            )


def _newest(datasets: Iterable[Dataset], table: str) -> dict[str, tuple[Dataset, Column]]:
    """Return each column of a table with the newest dataset that has it."""
    newest: dict[str, tuple[Dataset, Column]] = {}
    for dataset in sorted(datasets, key=lambda one: (one.published, one.id)):
        newest |= {column.id: (dataset, column) for column in dataset.columns if column.table == table}
    return newest


def _problems(row: Figure | OtherReport, series: Collection[str], certain: bool) -> Iterator[str]:
    """Yield what is wrong with a row; a series may be in a file that could not be read, unless `certain`."""
    if row.series not in series and certain:
        yield f"there is no series “{row.series}”"
    if isinstance(row, OtherReport):
        if (row.value is None) != bool(row.says):
            yield "needs either a value or, in says, words"
        return
    rules = (
        (row.value < 0, "is negative"),
        (
            (row.precision in ("reported zero", "recorded zero")) != (row.value == 0),
            "a value of 0, and only that, has the precision “reported zero” or “recorded zero”",
        ),
        (
            (row.basis == "inferred") != bool(row.inferred_from),
            "an inferred period, and only that, needs the words it came from",
        ),
        (
            any((part.value is None) == (part.share is None) for part in row.parts),
            "each part needs either a value or a share",
        ),
    )
    yield from (problem for broken, problem in rules if broken)
