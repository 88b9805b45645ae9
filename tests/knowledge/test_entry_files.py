"""Files of entries: taken away as YAML and read back unchanged, or refused with every fault and its line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import process_time
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge.citations import Citation
from knowledge.content import SHIPPED
from knowledge.drafts import read, typed
from knowledge.entries import Content, Entry, State
from knowledge.entry_files import ImportedEntry, export, plan, read_entries
from knowledge.entry_reviews import Cause, stale_citations
from knowledge.errors import ContentError, Fault
from knowledge.library import Library
from tests.knowledge.entry_samples import DRAFT, SNARES, TEXTS, drafts, entry
from tests.knowledge.small_content import ContentFolder

FILE = """\
- id: permit-time
  question: "How long does a permit take?"
  alternatives:
    - "permit waiting time"
  answer: >-
    Sixty days or more,
    says the report.
  citations: ["fp-2019¶6"]
  tags: ["permits"]
  review_on: "2026-01-31"

- id: who-moderates
  question: "Who moderates?"
  answer: "We do."
  editorial: true
  state: retired
"""


def faults(library: Library, data: str | bytes, name: str = "faq.yaml", **limits: int) -> list[Fault]:
    """Return the faults for which a file is refused; none if it is read."""
    try:
        read_entries(data.encode() if isinstance(data, str) else data, name, library, **limits)
    except ContentError as error:
        assert all(fault.file == name for fault in error.faults)
        return list(error.faults)
    return []


def as_imported(entry: Entry) -> ImportedEntry:
    return ImportedEntry(entry.id, entry.content, entry.state)


# Out


def test_entries_are_written_as_people_write_them_in_the_order_of_their_ids(library: Library) -> None:
    answer = "\n\n".join(
        ("A permit takes sixty days or more, " + "as the report says " * 5 + "🍚", "- so *wait*")
    )
    entries = [
        entry("who-moderates", read({**DRAFT, "answer": "We do.", "citations": "editorial"}, library)),
        entry("permit-time", read({**DRAFT, "answer": answer}, library), State.RETIRED),
    ]
    said = "as the report says " * 5
    assert export(entries).decode() == (
        '- id: "permit-time"\n'
        '  question: "How long does a permit take?"\n'
        "  alternatives:\n"
        '    - "permit waiting time"\n'
        '    - "how soon is a permit given"\n'
        "  answer: |-\n"
        f"    A permit takes sixty days or more, {said}🍚\n"
        "\n"
        "    - so *wait*\n"
        '  citations: ["fp-2019¶6"]\n'
        f'  cited: {{"fp-2019¶6": "{entries[1].content.cited[0]}"}}\n'
        '  tags: ["permits"]\n'
        '  review_on: "2026-01-31"\n'
        "  state: retired\n"
        "\n"
        '- id: "who-moderates"\n'
        '  question: "How long does a permit take?"\n'
        "  alternatives:\n"
        '    - "permit waiting time"\n'
        '    - "how soon is a permit given"\n'
        "  answer: >-\n"
        "    We do.\n"
        "  editorial: true\n"
        '  tags: ["permits"]\n'
        '  review_on: "2026-01-31"\n'
    )


def test_the_order_in_which_they_are_given_does_not_matter(library: Library) -> None:
    content = read(DRAFT, library)
    entries = [entry(id_, content) for id_ in ("b", "a", "a-2")]
    assert export(entries) == export(reversed(entries))


def test_a_long_answer_is_folded(library: Library) -> None:
    answer = "A permit takes sixty days or more. " * 20
    data = export([entry("a", read({**DRAFT, "answer": answer}, library))])
    assert max(map(len, data.decode().splitlines())) <= 104
    assert read_entries(data, "faq.yaml", library)[0].content.answer == answer.strip()


def test_an_entry_can_be_pasted_into_the_shipped_file(folder: ContentFolder) -> None:
    draft = {"question": "Is grain rice?", "answer": "Yes.\n\nOften.", "citations": "paper-2001 2"}
    content = read(draft, folder.read())
    faq = (folder.path / "faq.yaml").read_bytes()
    exported = export([entry("is-grain-rice", content)]).splitlines(keepends=True)
    folder.write("faq.yaml", faq + b"".join(line for line in exported if b"cited:" not in line))
    pasted = folder.read().faq[-1]
    assert (pasted.id, pasted.question, pasted.answer) == (
        "is-grain-rice",
        "Is grain rice?",
        "Yes.\n\nOften.",
    )
    assert pasted.citations == content.citations


# In


def test_a_file_is_read_into_entries(library: Library) -> None:
    first, second = read_entries(FILE.encode(), "faq.yaml", library)
    assert first.content == read({**DRAFT, "alternatives": "permit waiting time"}, library)
    assert (first.id, first.state) == ("permit-time", State.PUBLISHED)
    assert (second.id, second.state, second.content.editorial) == ("who-moderates", State.RETIRED, True)


def test_the_shipped_entries_can_be_imported(library: Library) -> None:
    imported = read_entries((SHIPPED / "faq.yaml").read_bytes(), "faq.yaml", library)
    assert [(one.id, one.content.question, one.content.answer) for one in imported] == [
        (shipped.id, shipped.question, shipped.answer) for shipped in library.faq
    ]
    assert [one.content.alternatives for one in imported] == [shipped.alternatives for shipped in library.faq]


def test_a_review_date_that_has_passed_comes_along(library: Library) -> None:
    (one, _) = read_entries(FILE.replace("2026", "1999").encode(), "faq.yaml", library)
    assert str(one.content.review_on) == "1999-01-31"


@pytest.mark.parametrize("indent", [None, 2, "\t"])
@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_json_is_read_too(library: Library, indent: int | str | None, ensure_ascii: bool) -> None:
    rows = [
        {
            "id": "rice",
            "question": "Rice 🍚 or \\ud83d?",
            "answer": "a\n\n\tb\\n",
            "editorial": True,
            "tags": [],
        }
    ]
    data = json.dumps(rows, indent=indent, ensure_ascii=ensure_ascii)
    (one,) = read_entries(data.encode(), "faq.JSON", library)
    assert (one.content.question, one.content.answer) == ("Rice 🍚 or \\ud83d?", "a\n\n\tb\\n")


def test_the_mark_that_some_editors_put_before_utf_8_does_no_harm(library: Library) -> None:
    assert read_entries(b"\xef\xbb\xbf" + FILE.encode(), "faq.yaml", library)
    assert read_entries(b"\xef\xbb\xbf[]", "faq.json", library) == ()


def test_no_entries_are_no_entries(library: Library) -> None:
    assert read_entries(export([]), "faq.yaml", library) == ()


# Out and in again

IDS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True) | st.sampled_from(
    ["null", "yes", "1", "1e3", "0x1", "2025-01-01", "on", "-".join(["x" * 9] * 6)]
)


GONE = (Citation("fp-2019", "99"), Citation("gone-2001", "2023-11"), Citation("fp-2019", "coda"))
FATES = st.lists(st.sampled_from([None, *Cause]), min_size=3, max_size=3)


def later(content: Content, fates: Sequence[Cause | None]) -> Content:
    """Return what an entry says once each passage that it cites has changed, vanished or stayed."""
    digests = dict(zip(content.citations, content.cited, strict=True))
    cited = {
        GONE[n] if fate is Cause.VANISHED else citation: "0123456789abcdef" if fate else digests[citation]
        for n, (citation, fate) in enumerate(zip(content.citations, fates, strict=False))
    }
    return replace(content, citations=tuple(cited), cited=tuple(cited.values()))


@given(
    st.dictionaries(
        IDS, st.tuples(drafts(), st.sampled_from([State.PUBLISHED, State.RETIRED]), FATES), max_size=3
    )
)
def test_what_was_exported_is_imported_unchanged(
    library: Library, written: Mapping[str, tuple[Mapping[str, str], State, Sequence[Cause | None]]]
) -> None:
    entries = [
        entry(id_, later(read(draft, library), fates), state)
        for id_, (draft, state, fates) in sorted(written.items())
    ]
    data = export(entries)
    assert read_entries(data, "faq.yaml", library) == tuple(map(as_imported, entries))
    rows = yaml.safe_load(data)
    for ensure_ascii in (True, False):
        as_json = json.dumps(rows, ensure_ascii=ensure_ascii).encode()
        assert read_entries(as_json, "faq.json", library) == tuple(map(as_imported, entries))


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("sent in January", "sent in February", Cause.CHANGED),
        ('in January."', 'in January."\n    retired: true', Cause.RETIRED),
    ],
)
def test_an_entry_whose_passage_is_not_what_it_was_comes_back_stale(
    folder: ContentFolder, old: str, new: str, cause: Cause
) -> None:
    draft = {"question": "Was rice sent?", "answer": "Yes.", "citations": "paper-2001¶1"}
    data = export([entry("rice", read(draft, folder.read()))])
    folder.change("sources/paper-2001.yaml", old, new)
    library = folder.read()
    (one,) = read_entries(data, "faq.yaml", library)
    assert [stale.cause for stale in stale_citations(one.content, library)] == [cause]


def test_an_entry_whose_passage_has_vanished_comes_back_stale(library: Library) -> None:
    data = export([entry("a", later(read(DRAFT, library), [Cause.VANISHED] * 3))])
    (one,) = read_entries(data, "faq.yaml", library)
    assert [str(stale) for stale in stale_citations(one.content, library)] == [
        "fp-2019¶99 is no longer in the library"
    ]


def test_a_citation_that_was_changed_by_hand_needs_no_digest_but_has_to_lead_somewhere(
    library: Library,
) -> None:
    data = export([entry("a", later(read(DRAFT, library), [Cause.CHANGED] * 3))]).decode()
    (one,) = read_entries(data.replace('["fp-2019¶6"]', '["fp-2019¶7"]').encode(), "faq.yaml", library)
    assert stale_citations(one.content, library) == ()
    (fault,) = faults(library, data.replace('["fp-2019¶6"]', '["fp-2019¶99"]'))
    assert fault.place == "a › citations › item 1"


@given(TEXTS.filter(lambda text: "\ud83d" not in text))
def test_even_what_no_draft_can_hold_is_written_so_that_it_can_be_read(library: Library, text: str) -> None:
    content = replace(read(DRAFT, library), answer=f"{text}x", question=f"Rice {text[:100]}")
    (one,) = read_entries(export([entry("a", content)]), "faq.yaml", library)
    assert one.content == read(typed(content), library)


def test_ten_thousand_entries_go_out_and_in_again_in_seconds(library: Library) -> None:
    content = read({**DRAFT, "answer": "Sixty days or more, says the report. " * 10}, library)
    entries = [entry(f"permit-{n}", replace(content, question=f"Permit {n}?")) for n in range(10_000)]
    start = process_time()
    imported = read_entries(export(entries), "faq.yaml", library, most_bytes=10_000_000)
    assert len(imported) == 10_000
    assert process_time() - start < 10  # some two on a machine with nothing else to do


# Faults


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(FILE.splitlines(), 1) if text in line)


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("tags:", "tag:", "permit-time › tag", "this key is not known; did you mean tags?"),
        ('"We do."', "yes", "who-moderates › answer", "text is wanted; put it in quotation marks"),
        ('["permits"]', '"permits"', "permit-time › tags", "a list is wanted"),
        ('["permits"]', '["a", "b!"]', "permit-time › tags › item 2", "“b!” is no tag"),
        ('"2026-01-31"', "2026-02-31", "permit-time › review_on", "“2026-02-31” is no day"),
        ("editorial: true", "editorial: maybe", "who-moderates › editorial", "true or false is wanted"),
        ("editorial: true", "citations: editorial", "who-moderates › citations", "the line editorial: true"),
        ("editorial: true", "citations: [editorial]", "who-moderates › citations", "line editorial: true"),
        (
            "editorial: true",
            "citations: fp-2019¶6, rfa-2024¶1",
            "who-moderates › citations",
            'a list is wanted: ["fp-2019¶6", "rfa-2024¶1"]',
        ),
        ("state: retired", "state: draft", "who-moderates › state", "not one of 'published' or 'retired'"),
        ("¶6", "¶99", "permit-time › citations › item 1", "It has 1 to 17, title, standfirst"),
        ('["fp-2019¶6"]', '["fp-2019¶6"]\n  cited: {fp-2019¶6: new}', "permit-time › cited", "is no digest"),
        ('["fp-2019¶6"]', '["fp-2019¶6"]\n  cited: [x]', "permit-time › cited", "keys with values"),
        ("¶6", "6", "permit-time › citations › item 1", "is not a reference"),
        ("id: who-moderates", "id: permit-time", "permit-time", "the id “permit-time” occurs twice"),
        ("id: permit-time", "id: Permit time", "Permit time › id", "“Permit time” is no id"),
        ("id: permit-time", f"id: {'x' * 61}", f"{'x' * 49}… › id", "60 characters at most"),
        ('"Who moderates?"', '""', "who-moderates › question", "is missing: write what people ask"),
        ('    - "permit w', '    - "!"\n    - "permit w', "permit-time › alternatives › item 1", "no word"),
        ("- id: who", "- who", "YAML", "mapping values are not allowed"),
        ('"Who', '"Who\n\x07', "YAML", "control characters are not allowed"),
        ('"We do."', "!!python/name:os.system x", "YAML", "leave out the tag “!!python/name:os.system”"),
        ('"We do."', "!!bool perhaps", "YAML", "leave out the tag “!!bool”"),
        ('"We do."', "&a [*a]", "YAML", "write the text out instead of the alias “*a”"),
        ('"We do."', "1:" * 999 + "1", "YAML", "this number cannot be read"),
        ('"We do."', "0x_", "YAML", "this number cannot be read"),
        ('"We do."', "[" * 51 + "]" * 51, "YAML", "is too deep"),
        ('  answer: "We', '  id: other\n  answer: "We', "YAML", "the key “id” occurs 2 times"),
    ],
)
def test_each_fault_is_named_with_its_line_and_place(
    library: Library, old: str, new: str, place: str, says: str
) -> None:
    assert FILE.count(old) == 1
    (fault,) = faults(library, FILE.replace(old, new))
    assert fault.place == place
    assert says in fault.problem
    assert abs(fault.line - line_of(old)) <= 2


def test_a_missing_key_is_named_at_the_entry_that_lacks_it(library: Library) -> None:
    first, second, third = faults(library, "- editorial: true\n  state: published\n")
    assert [(f.line, f.place) for f in (first, second, third)] == [
        (1, "item 1 › answer"),
        (1, "item 1 › id"),
        (1, "item 1 › question"),
    ]


def test_all_faults_are_named_at_once_in_the_order_of_lines(library: Library) -> None:
    data = """\
- id: "Rice?"
  question: "what is it?"
  answr: "Yes."
  citations: ["fp-2019¶99", "nowhere"]
  alternatives: [yes]
- id: rice
  question: "Rice?"
  answer: no
  editorial: perhaps
- 3
- id: rice
  question: "Grain?"
  answer: "No."
"""
    assert [(fault.line, fault.place) for fault in faults(library, data)] == [
        (1, "Rice? › answer"),
        (1, "Rice? › id"),
        (2, "Rice? › question"),
        (3, "Rice? › answr"),
        (4, "Rice? › citations › item 1"),
        (4, "Rice? › citations › item 2"),
        (5, "Rice? › alternatives › item 1"),
        (8, "rice › answer"),
        (9, "rice › editorial"),
        (10, "item 3"),
        (11, "rice"),
        (11, "rice › citations"),
    ]


@pytest.mark.parametrize(
    ("data", "name", "line", "says"),
    [
        (b"", "faq.yaml", 1, "is empty"),
        (b"# nothing\n", "faq.yaml", 1, "is empty"),
        (b"id: rice\n", "faq.yaml", 1, "a list of entries is wanted"),
        (b'{"entries": []}', "faq.json", 1, "a list of entries is wanted"),
        (b"- a\n- \xe8\n", "faq.yaml", 2, "is not in UTF-8"),
        ("- a".encode("utf-16"), "faq.yaml", 1, "is not in UTF-8"),
        (b"[1,\n 2", "faq.json", 3, "did not find expected ',' or ']'"),
        (b"[" * 100_000, "faq.json", 1, "is too deep"),
        (b"- " * 100_000, "faq.yaml", 1, "is too deep"),
        (b"- x\n" * 11, "faq.yaml", 1, "has 11 entries; 10 at most are accepted"),
        (b"x" * 1_000_001, "faq.yaml", 1, "has 1,000,001 bytes; 1,000,000 at most are accepted"),
        (b"- [" + b"1,\n" * 600 + b"]", "faq.yaml", 599, "has more than 600 values up to here; no more"),
        (b"- id: [" + b"1," * 101 + b"]", "faq.yaml", 1, "has more than 100 keys"),
    ],
)
def test_a_file_that_holds_no_list_of_entries_is_refused(
    library: Library, data: bytes, name: str, line: int, says: str
) -> None:
    (fault,) = faults(library, data, name, most_entries=10)
    assert fault.line == line
    assert says in fault.problem


@pytest.mark.parametrize("piece", ["- x\n", "- [[[]]]\n", "- {}\n", "- a: [b]\n"])
def test_a_file_of_too_many_pieces_is_given_up_before_all_of_it_is_read(library: Library, piece: str) -> None:
    data = piece * (2_000_000 // len(piece))
    start = process_time()
    (fault,) = faults(library, data, most_bytes=8_000_000, most_entries=1_000)
    assert "has more than 60,000 values up to here" in fault.problem
    assert process_time() - start < 2  # a tenth of a second on a machine with nothing else to do


def test_as_many_values_as_the_largest_entries_have_are_read(library: Library) -> None:
    alternatives = "\n".join(f"permit wording {n}" for n in range(20))
    tags = ", ".join(f"tag-{n}" for n in range(10))
    citations = "fp-2019¶6, fp-2019¶7, rfa-2024¶13"
    largest = read({**DRAFT, "alternatives": alternatives, "tags": tags, "citations": citations}, library)
    entries = [entry(f"permit-{n}", replace(largest, editorial=False), State.RETIRED) for n in range(10)]
    assert len(read_entries(export(entries), "faq.yaml", library, most_entries=10)) == 10


def test_nobody_has_to_read_ten_thousand_faults(library: Library) -> None:
    found = faults(library, "- {}\n" * 10_000)
    assert 1_000 < len(found) < 1_010
    assert found[-1].problem == "this was not read, nor what follows: too many faults stand before it"


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode), st.sampled_from(["a.yaml", "a.json"]))
@example(b"- !!timestamp x", "a.yaml")
@example(b"- <<: [x]", "a.yaml")
@example(b"- {<<: {id: a}}", "a.yaml")
@example(b"- ? [a]\n  : b", "a.yaml")
@example(b"- {1: 2, ~: 3, id: ~}", "a.yaml")
@example(b'["\\ud83d"]', "a.json")
@example(b'[{"id": "\\ud83d\\ude00"}]', "a.json")
def test_whatever_a_file_holds_it_is_entries_or_faults(library: Library, data: bytes, name: str) -> None:
    assert all(fault.line >= 1 and fault.place and fault.problem for fault in faults(library, data, name))


@given(st.integers(0, len(FILE) - 1), st.text(max_size=3) | st.sampled_from(SNARES))
def test_a_file_with_a_slip_of_the_pen_is_entries_or_faults(library: Library, place: int, slip: str) -> None:
    data = (FILE[:place] + slip + FILE[place + 1 :]).encode("utf-8", "surrogatepass")
    assert all(fault.line >= 1 and fault.place and fault.problem for fault in faults(library, data))


# A dry run


def test_a_dry_run_says_what_would_be_added_changed_and_left_alone(library: Library) -> None:
    content = read(DRAFT, library)
    current = [
        entry("a", content),
        entry("b", content),
        entry("c", content, State.RETIRED),
        entry("not-in-the-file", content),
    ]
    changed = replace(content, question="How long did a permit take?")
    imported = [
        ImportedEntry("a", content, State.PUBLISHED),
        ImportedEntry("b", changed, State.PUBLISHED),
        ImportedEntry("c", content, State.PUBLISHED),
        ImportedEntry("d", content, State.RETIRED),
        ImportedEntry("what-is-this-library", content, State.PUBLISHED),
    ]
    run = plan(imported, current, library)
    assert [one.id for one in run.added] == ["d", "what-is-this-library"]
    assert [change.imported.id for change in run.changed] == ["b", "c"]
    assert [one.id for one in run.unchanged] == ["a"]
    assert run.in_words() == (
        "2 entries would be added:\n"
        "  d (retired)\n"
        "  what-is-this-library, in place of the shipped entry\n"
        "2 entries would be changed:\n"
        "  b\n"
        "    Question\n"
        "    - How long does a permit take?\n"
        "    + How long did a permit take?\n"
        "  c (retired now, published after this)\n"
        "1 entry unchanged."
    )


def test_in_words_it_names_only_so_many(library: Library) -> None:
    content = read(DRAFT, library)
    imported = [ImportedEntry(f"permit-{n}", content, State.PUBLISHED) for n in range(30)]
    words = plan(imported, [], library).in_words(most=2)
    assert words == "30 entries would be added:\n  permit-0\n  permit-1\n  … and 28 more"


def test_an_entry_that_is_stale_is_left_alone_if_the_file_says_the_same(library: Library) -> None:
    content = read(DRAFT, library)
    run = plan(
        [ImportedEntry("a", content, State.PUBLISHED)],
        [entry("a", replace(content, cited=("old",)))],
        library,
    )
    assert run.unchanged


def test_after_an_import_a_dry_run_would_change_nothing(library: Library) -> None:
    imported = read_entries(FILE.encode(), "faq.yaml", library)
    run = plan(imported, [entry(one.id, one.content, one.state) for one in imported], library)
    assert (run.added, run.changed, run.unchanged) == ((), (), imported)


def test_what_was_read_says_nothing_of_the_types_of_yaml(library: Library) -> None:
    rows: list[dict[str, Any]] = yaml.safe_load(export([entry("yes", read(DRAFT, library))]))
    assert rows[0]["id"] == "yes"
    assert rows[0]["review_on"] == "2026-01-31"
