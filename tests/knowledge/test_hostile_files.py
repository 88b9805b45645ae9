"""Files that are meant to do harm: refused in words, soon, and with nothing written."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from knowledge.entry_files import read_entries
from knowledge.errors import ContentError, IngestError
from knowledge.ingest import ingest_file
from knowledge.library import Library

LAUGHS = "- id: x\n  alternatives: &b0 [lol]\n" + "".join(
    f"  k{n}: &b{n} [{','.join([f'*b{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
BOMBS: dict[str, str | bytes] = {
    "a thousand million laughs.yaml": LAUGHS,
    "merges.yaml": "- &a {id: x}\n- {<<: [*a, *a]}\n",
    "a list of itself.yaml": "&a [*a, *a]",
    "deep lists.json": "[" * 499_000 + "]" * 499_000,
    "deep maps.json": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "deep items.yaml": "- " * 400_000,
    "many entries.yaml": "- {}\n" * 190_000,
    "many keys.json": "[{" + ",".join(f'"k{n}":1' for n in range(80_000)) + "}]",
    "a long number.json": '[{"id": ' + "9" * 900_000 + "}]",
    "a number of minutes.yaml": "- 1" + ":59" * 300_000,
    "a long key.yaml": "- {? " + "a" * 900_000 + " : 1}",
    "an open quotation.yaml": '"' + "\\x41" * 200_000,
    "a command.yaml": "- !!python/object/apply:os.system ['touch pwned']",
    "an object.yaml": "- !!python/name:os.system ''",
    "other bytes.yaml": b"\xff\xfe" + b"a\0" * 400_000,
    "nothing but nulls.json": b"\0" * 900_000,
    "too much.yaml": "#" * 1_000_001,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_words_and_soon(
    library: Library, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data, started = BOMBS[name], time.process_time()
    with pytest.raises(ContentError) as refused:
        read_entries(data.encode() if isinstance(data, str) else data, name, library)
    assert time.process_time() - started < 10
    assert 1 <= len(refused.value.faults) <= 1_100
    assert len(str(refused.value.faults[0])) < 500
    assert list(tmp_path.iterdir()) == []


SOMEWHERE = {
    "title": "Field report",
    "publisher": "An aid group",
    "published": "2020-05-01",
    "url": "https://example.org/report",
}


@pytest.mark.parametrize(
    "source",
    [
        "../evil",
        "..",
        "/etc/cron.d/evil",
        "a/b",
        "a\\b",
        "evil.yaml",
        "evil\0",
        "EVIL",
        ".hidden",
        "a" * 200,
        "",
    ],
)
@pytest.mark.parametrize("details", [SOMEWHERE, {}], ids=["new document", "copy"])
def test_the_id_of_a_source_is_no_path(
    library: Library, tmp_path: Path, source: str, details: dict[str, str]
) -> None:
    file, data = tmp_path / "report.md", tmp_path / "deep" / "data"
    file.write_text("Quorn was shipped to Wonsan.\n\nZinc followed in May.", "utf-8")
    with pytest.raises(IngestError):
        ingest_file(library, file, source, data, **details)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["report.md"]


@pytest.mark.parametrize("name", ["no such file", ".", "\0", "/dev/zero", "/proc/self/mem"])
def test_what_is_no_document_is_not_read_for_ever(library: Library, tmp_path: Path, name: str) -> None:
    with pytest.raises(IngestError):
        ingest_file(library, tmp_path / name, "fp-2019", tmp_path / "data")
    assert list(tmp_path.iterdir()) == []
