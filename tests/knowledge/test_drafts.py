"""Drafts: read into content, or refused with every fault named at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge.citations import Citation
from knowledge.drafts import DraftError, FieldFault, is_entry_id, read, slug, tidy, tidy_lines, typed
from knowledge.entries import Content
from knowledge.entry_reviews import stale_citations
from knowledge.errors import InputError
from knowledge.library import Library
from tests.knowledge.entry_samples import DRAFT, SNARES, TODAY, drafts
from tests.knowledge.small_content import ContentFolder


def faults(library: Library, **fields: str) -> list[FieldFault]:
    """Return what is wrong in a draft that differs from a good one in some fields."""
    try:
        read({**DRAFT, **fields}, library, TODAY)
    except DraftError as error:
        assert str(error).splitlines() == [str(fault) for fault in error.faults]
        return list(error.faults)
    return []


# Good drafts


def test_a_draft_is_read_into_content(library: Library) -> None:
    content = read(DRAFT, library, TODAY)
    assert content == Content(
        question="How long does a permit take?",
        answer="Sixty days or more, says the report.",
        alternatives=("permit waiting time", "how soon is a permit given"),
        citations=(Citation("fp-2019", "6"),),
        cited=content.cited,
        tags=("permits",),
        review_on=date(2026, 1, 31),
    )
    assert stale_citations(content, library) == ()


def test_only_question_and_answer_and_what_it_rests_on_are_needed(library: Library) -> None:
    content = read({"question": "Who moderates?", "answer": "We do.", "citations": "editorial"}, library)
    assert content == Content("Who moderates?", "We do.", editorial=True)


@pytest.mark.parametrize(
    "citations",
    [
        "fp-2019¶6, rfa-2024¶13",
        "fp-2019 6\nrfa-2024 13",
        "[fp-2019¶6] [rfa-2024¶13]",
        " FP-2019#6 ;; rfa-2024:13,\n",
        "fp-2019¶6, fp-2019#6, rfa-2024¶13, RFA-2024 13",
    ],
)
def test_citations_are_read_as_people_write_them_and_written_as_their_source_does(
    library: Library, citations: str
) -> None:
    content = read({**DRAFT, "citations": citations}, library)
    assert [str(citation) for citation in content.citations] == ["fp-2019¶6", "rfa-2024¶13"]
    assert len(content.cited) == 2


def test_the_ref_of_a_citation_is_that_of_the_source_in_whatever_case_it_is_typed(library: Library) -> None:
    (citation,) = read({**DRAFT, "citations": "fp-2019 TITLE"}, library).citations
    assert str(citation) == "fp-2019¶title"


@pytest.mark.parametrize("word", ["editorial", " Editorial ", "EDITORIAL,"])
def test_the_word_editorial_alone_marks_an_entry_that_cites_nothing(library: Library, word: str) -> None:
    content = read({**DRAFT, "citations": word}, library)
    assert (content.editorial, content.citations, content.cited) == (True, (), ())


def test_wordings_that_differ_only_in_case_are_kept_once_and_never_beside_the_question(
    library: Library,
) -> None:
    alternatives = "Permit time\n\npermit  TIME\nhow long DOES a permit take?\npermit, time"
    content = read({**DRAFT, "alternatives": alternatives}, library)
    assert content.alternatives == ("Permit time", "permit, time")


def test_tags_become_slugs(library: Library) -> None:
    content = read({**DRAFT, "tags": "#Permits, Travel Ban,travel_ban, 제재"}, library)
    assert content.tags == ("permits", "travel-ban", "제재")


@pytest.mark.parametrize("day", ["2026-01-31", "31 January 2026", "jan 31, 2026", " 2026-01-31 "])
def test_a_review_date_is_a_day_as_people_write_it(library: Library, day: str) -> None:
    assert read({**DRAFT, "review_on": day}, library, TODAY).review_on == date(2026, 1, 31)


def test_a_review_may_be_due_today_and_at_any_time_where_no_day_is_given(library: Library) -> None:
    assert faults(library, review_on=str(TODAY)) == []
    assert read({**DRAFT, "review_on": "1999-12-31"}, library).review_on == date(1999, 12, 31)


def test_blanks_are_tidied_and_what_cannot_be_seen_goes(library: Library) -> None:
    content = read(
        {
            **DRAFT,
            "question": "  How\u202e long\x00\tis\r\nit, the permit? \u2066",
            "answer": "\r\n\nFirst line. \t\r\n\r\n\r\n\u2028  - second\x07 line\u200e\n ",
        },
        library,
    )
    assert content.question == "How long is it, the permit?"
    assert content.answer == "First line.\n\n  - second line"


@given(drafts())
def test_what_a_content_is_typed_as_is_read_back_to_it(library: Library, draft: Mapping[str, str]) -> None:
    content = read(draft, library, TODAY)
    assert read(typed(content), library, TODAY) == content


@given(st.text() | st.lists(st.sampled_from(SNARES)).map("".join))
def test_a_tidy_text_stays_as_it_is(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert tidy_lines(tidy_lines(text)) == tidy_lines(text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", tidy_lines(text))


# Faults


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("question", "", "is missing: write what people ask, in 300 characters at most"),
        ("question", " \u200b\u202e", "is missing"),
        ("question", "what is it?", "has no word that says what it is about"),
        ("question", "/ask how long does a permit take", "begins with “/” and would be read as a command"),
        ("question", "U.N.?", "has no word of two letters or digits, by which it could be found"),
        ("alternatives", "permit time\n/timeline 2018", "“/timeline 2018” begins with “/”"),
        ("alternatives", "permit time\nx_y", "“x_y” has no word of two letters or digits"),
        ("question", "🍚 ???", "has no word"),
        ("question", "permit " * 43 + "x", "has 302 characters; 300 at most"),
        ("answer", "\n\n", "is missing: write the answer, in 2,000 characters at most"),
        ("answer", "x" * 2_001, "has 2,001 characters; 2,000 at most"),
        ("alternatives", "ok\n" + "y" * 301, f"“{'y' * 49}…” has 301 characters; 300 at most"),
        ("alternatives", "ok\n?!", "“?!” has no word"),
        ("alternatives", "\n".join(f"wording {n}" for n in range(21)), "there are 21; 20 at most"),
        ("alternatives", "\n".join(f"{n} {'x' * 250}" for n in range(20)), "characters together; 4,000 at"),
        ("citations", "", "cite a passage, for example fp-2019¶6, or mark the entry as editorial"),
        ("citations", "page 3 of it", "“page 3 of it” is not a reference"),
        ("citations", "fp-2019¶99", "fp-2019 has no paragraph “99”. It has 1 to 17, title"),
        ("citations", "fp-2018¶6", "There is no source “fp-2018”. The"),
        ("citations", "fp-2019 1, fp-2019 2, fp-2019 3, fp-2019 4", "there are 4; 3 at most"),
        ("citations", "editorial, fp-2019¶6", "either editorial or has citations; choose one"),
        ("tags", ",".join(f"tag-{n}" for n in range(11)), "there are 11; 10 at most"),
        ("tags", "good, what?", "“what?” is no tag: write letters, digits and hyphens, 30 characters"),
        ("tags", "t" * 31, "is no tag"),
        ("review_on", "soon", "“soon” is no day; write the day as year-month-day, for example 2030-01-31"),
        ("review_on", "2026-02-31", "is no day"),
        ("review_on", "March 2026", "is no day"),
        ("review_on", "all", "is no day"),
        ("review_on", "may 2026 " * 9_999, "is no day"),
        ("review_on", "2025-05-31", "2025-05-31 has passed; write a day from 2025-06-01 on, or none"),
        ("reason", "r" * 301, "has 301 characters; 300 at most"),
        ("id", "How long", "“How long” is no id: write lower-case letters"),
        ("id", "x" * 61, "60 characters at most"),
    ],
)
def test_a_fault_is_named_with_its_field_and_what_is_accepted(
    library: Library, field: str, text: str, says: str
) -> None:
    (fault,) = faults(library, **{field: text})
    assert fault.field == field
    assert says in fault.problem
    assert len(fault.problem) < 300


def test_all_faults_are_named_at_once_in_the_order_of_the_fields(library: Library) -> None:
    found = faults(
        library,
        question="",
        answer="",
        alternatives="!\n?",
        citations="editorial, fp-2019¶99, nowhere",
        tags="a!, b!",
        review_on="never",
        reason="r" * 301,
        id="A",
    )
    assert [fault.field for fault in found] == [
        *("question", "answer", "alternatives", "alternatives", "citations", "citations", "citations"),
        *("tags", "tags", "review_on", "reason", "id"),
    ]
    assert str(found[0]).startswith("Question: is missing")


def test_an_item_of_a_list_that_is_at_fault_is_named_by_its_position(library: Library) -> None:
    (fault,) = faults(library, alternatives="one wording\n\n!")
    assert fault.item == 2


def test_a_passage_that_was_retired_is_not_cited_anew(folder: ContentFolder) -> None:
    folder.change("sources/paper-2001.yaml", 'in March."', 'in March."\n    retired: true')
    (fault,) = faults(folder.read(), citations="paper-2001¶2")
    assert fault.problem == "paper-2001¶2 was retired: its source no longer has it; cite another passage"


def test_the_error_is_one_of_input() -> None:
    assert issubclass(DraftError, InputError)


@given(st.dictionaries(st.sampled_from([*DRAFT, "reason", "id"]), st.text() | st.sampled_from(SNARES)))
@example({"citations": "a," * 50_000})
@example({"tags": "#," * 50_000, "alternatives": "?\n" * 50_000})
def test_whatever_is_typed_it_is_content_or_some_faults_that_fit_on_a_page(
    library: Library, draft: Mapping[str, str]
) -> None:
    try:
        content = read(draft, library, TODAY)
    except DraftError as error:
        assert error.faults
        assert len(str(error)) < 10_000
    else:
        assert content.question


# Ids


@pytest.mark.parametrize(
    ("question", "id_"),
    [
        ("How long does a permit take?", "how-long-does-a-permit-take"),
        ("What's the U.S. ban?", "what-the-usa-ban"),
        ("Où est l'élève?", "ou-est-leleve"),
        ("Straße nach Köln", "strasse-nach-koln"),
        ("It's $120k (3.5%)", "it-dollar-120000-3-5-percent"),
    ],
)
def test_an_id_is_made_of_the_words_of_the_question(question: str, id_: str) -> None:
    assert slug(question, ()) == id_


def test_an_id_that_is_taken_gets_a_number() -> None:
    taken = {"permit-time", "permit-time-2"}
    assert slug("permit time", taken) == "permit-time-3"


def test_words_of_other_scripts_stand_in_an_id_as_a_hash_that_tells_questions_apart() -> None:
    one, other = slug("북한 원조는?", ()), slug("북한 제재는?", ())
    assert re.fullmatch(r"entry-[0-9a-f]{8}", one)
    assert one != other
    assert re.fullmatch(r"unicef-[0-9a-f]{8}", slug("UNICEF 북한", ()))
    assert slug("북한 원조는?", {one}) == f"{one}-2"


def test_a_long_id_ends_where_a_word_ends() -> None:
    question = "is humanitarian " * 9
    assert slug(question, ()) == "is-humanitarian-is-humanitarian-is-humanitarian-is"
    assert len(slug("x" * 300, ())) == 60


@given(st.text(), st.integers(0, 3))
def test_an_id_is_one_that_an_entry_can_have_and_is_not_taken(question: str, others: int) -> None:
    taken: set[str] = set()
    for _ in range(others + 1):
        id_ = slug(question, taken)
        assert is_entry_id(id_)
        assert id_ not in taken
        taken.add(id_)
