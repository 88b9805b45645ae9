from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import cards
from handlers.cards import Sharing
from handlers.markup import columns, escape, unescape
from handlers.views import Shown, controls
from knowledge.answers import Answer, Excerpt, Kind, SeriesFigures, Statement, Status
from knowledge.citations import Citation
from knowledge.engine import Engine
from knowledge.exports import Absence, Figure, Part, Series, gap, total
from knowledge.figures import computed, stated
from knowledge.help import HelpHeading, HelpLine
from knowledge.languages import catalogues_in, languages, speaking
from knowledge.library import Library
from knowledge.people import Person, Standing
from knowledge.periods import ALL_DATES, Period, Precision, parse_period
from knowledge.sources import Passage, Source
from knowledge.timeline import Claim, Dispute, Event
from tests.handlers.reading import assert_within_limits, buttons, raw, text
from tests.knowledge.catalogue_samples import Said, catalogue

URL = "https://example.org/report"
SOURCE = Source(
    "rfa-2024",
    "A report",
    "Radio",
    date(2024, 5, 30),
    "the URL",
    URL,
    "article",
    "core",
    (Passage("1", "note"),),
)
SOURCES: Mapping[str, Source] = {SOURCE.id: SOURCE}
CITED = (Citation("rfa-2024", "13"),)
SERIES = Series("reported", "Reported by Radio", "rfa-2024", parse_period("2023-11..2024-03").period, "")
ANSWER = Answer(Kind.ANSWER, Status.ANSWERED, question="why?", version="1a2b3c4d")


def month(key: str) -> Period:
    return parse_period(key).period


def figure(key: str, value: int, **more: object) -> Figure:
    base = Figure("reported", month(key), Decimal(value), "USD", "as stated", CITED)
    return replace(base, **more)  # type: ignore[arg-type]


def event(number: int = 0, **more: object) -> Event:
    base = Event(f"e{number}", month("2018-06"), "explicit", f"Event {number}", "What happened.", CITED)
    return replace(base, **more)  # type: ignore[arg-type]


def excerpt(words: str, *, is_original: bool = False) -> Excerpt:
    return Excerpt(CITED[0], words, SOURCE.byline, URL, is_original)


def shown(answer: Answer, page: int = 0, *, private: bool = True) -> str:
    view = cards.card(answer, SOURCES, controls(answer, Shown(7, private, page)), page=page)
    assert_within_limits(raw(view))
    return text(view)


def test_the_answer_comes_first_and_what_was_asked_last() -> None:
    answer = replace(ANSWER, statements=(Statement("Because.", CITED),), excerpts=(excerpt("The note."),))
    lines = shown(answer).strip().splitlines()
    assert lines[0] == "Because."
    assert lines[1] == f"-# [rfa-2024¶13]({URL})"
    assert lines[-2:] == ["-# why?", "-# library 1a2b3c4d"]


def test_an_original_is_quoted_and_named_and_a_note_is_called_our_words() -> None:
    assert "· original\n> Its words." in shown(
        replace(ANSWER, excerpts=(excerpt("Its words.", is_original=True),))
    )
    assert "· note in our words\nOur words." in shown(replace(ANSWER, excerpts=(excerpt("Our words."),)))


def test_markup_in_content_and_in_the_question_is_shown_as_it_is() -> None:
    answer = replace(ANSWER, statements=(Statement("*a* <@1> @everyone"),), question="**hi** <@&2>")
    assert r"\*a\* \<\@1> \@everyone" in shown(answer)
    assert r"-# \*\*hi\*\* \<\@&2>" in shown(answer)


def test_a_refusal_says_why_and_marks_what_is_closest_as_no_answer() -> None:
    answer = Answer(
        Kind.REFUSAL,
        Status.REFUSED,
        statements=(Statement("The library says nothing about this."),),
        closest=(excerpt("Something near."),),
        hint="Try /timeline.",
    )
    reply = shown(answer)
    assert reply.index("says nothing") < reply.index("Not an answer — closest passages") < reply.index("near")
    assert "Try /timeline." in reply


def test_a_figure_shows_qualifier_unit_part_and_source() -> None:
    part = Part("kits", "percent", "as stated", CITED, share=Decimal(90))
    block = SeriesFigures(SERIES, (figure("2023-12", 68000, qualifier="about", parts=(part,)),))
    reply = shown(Answer(Kind.FIGURE, Status.ANSWERED, figures=(block,)))
    assert f"`Dec 2023  about US$68,000` [¶13]({URL})" in reply
    assert "of which 90 % “kits”" in reply


def test_a_reported_zero_is_a_zero_and_a_gap_is_no_figure() -> None:
    zero = figure("2024-01", 0, precision="reported zero")
    reply = shown(
        Answer(
            Kind.FIGURE, Status.ANSWERED, figures=(SeriesFigures(SERIES, (zero,), gaps=(month("2024-02"),)),)
        )
    )
    assert "`Jan 2024       US$0` reported zero" in reply
    assert "`Feb 2024  no figure`" in reply


def test_months_without_a_figure_stand_between_the_figures_around_them() -> None:
    gaps = (month("2023-01..2023-10"), month("2023-12"))
    block = SeriesFigures(SERIES, (figure("2023-11", 5), figure("2022-12", 7)), gaps)
    reply = shown(Answer(Kind.FIGURE, Status.ANSWERED, figures=(block,)))
    rows = [line.split("`")[1] for line in reply.splitlines() if line.startswith("`")]
    assert [row.partition("  ")[0] for row in rows] == [
        "Dec 2022",
        "Jan–Oct 2023",
        "Nov 2023",
        "Dec 2023",
    ]
    assert len({len(row) for row in rows}) == 1


def test_a_long_table_has_what_a_source_adds_to_a_figure_below_it() -> None:
    figures = tuple(figure(f"2023-0{number}", number) for number in range(1, 5))
    noted = replace(figures[2], note="“Around” may apply here too.")
    block = SeriesFigures(SERIES, (*figures[:2], noted, figures[3]))
    reply = shown(Answer(Kind.FIGURE, Status.ANSWERED, figures=(block,)))
    assert "\n-# Mar 2023: “Around” may apply here too." in reply


# Figures of datasets


TABLE = replace(
    SOURCE, id="table-2025", publisher="The Bureau", url="https://example.org/table", kind="dataset"
)
BUREAU = Series("bureau", "As the Bureau has it", "table-2025", month("1992..2024"))


def of_table(key: str, value: int, **more: object) -> Figure:
    cited = (Citation("table-2025", key),)
    return figure(key, value, series="bureau", citations=cited, precision="exact", **more)


def shown_with_table(answer: Answer, page: int = 0) -> str:
    view = cards.card(answer, {**SOURCES, TABLE.id: TABLE}, page=page)
    assert_within_limits(raw(view))
    return text(view)


def test_the_address_of_a_dataset_stands_above_its_rows_which_have_their_keys() -> None:
    block = SeriesFigures(BUREAU, (of_table("2008", 52), of_table("2009", 8)))
    reply = shown_with_table(Answer(Kind.FIGURE, Status.ANSWERED, figures=(block,)))
    assert "**[As the Bureau has it](https://example.org/table)**" in reply
    assert "`2008  US$52` ¶2008" in reply
    assert reply.count(TABLE.url) == 1


def test_a_year_without_a_row_and_a_recorded_zero_are_told_apart_in_words() -> None:
    absence = Absence("bureau", month("2017"), "no recorded trade", (Citation("table-2025", "2017"),))
    zero = replace(of_table("2006", 0), precision="recorded zero")
    block = SeriesFigures(BUREAU, (zero,), gaps=(month("1991"),), absences=(absence,))
    reply = shown_with_table(Answer(Kind.FIGURE, Status.ANSWERED, figures=(block,)))
    assert "`1991          no figure`" in reply
    assert "`2006               US$0` recorded zero · ¶2006" in reply
    assert "`2017  no recorded trade` ¶2017" in reply


def test_of_what_is_said_on_rows_only_the_addresses_elsewhere_are_given() -> None:
    first, second = figure("2023-11", 120), of_table("2023-11", 64)
    blocks = (SeriesFigures(SERIES, (first,)), SeriesFigures(BUREAU, (second,)))
    said = Statement("They differ.", (*first.citations, *second.citations))
    aside = Statement("Somebody has 5.", (Citation("other-2012", "1"), *second.citations))
    receipt = gap("Difference", (first,), (second,))
    reply = shown_with_table(
        Answer(
            Kind.FIGURE,
            Status.ANSWERED,
            statements=(said,),
            asides=(aside,),
            figures=blocks,
            receipts=(receipt,),
        )
    )
    assert reply.index("They differ.") < reply.index("As the Bureau") < reply.index("Somebody has 5.")
    assert "They differ.\n-#" not in reply
    assert "Somebody has 5.\n-# other-2012¶1\n" in reply
    assert reply.count("rfa-2024¶13") == 0


def test_where_there_is_little_room_the_rows_stay_and_what_others_report_gives_way() -> None:
    rows = tuple(of_table(str(year), year) for year in range(1992, 2006))
    asides = tuple(Statement("x" * 300, (Citation("other-2012", str(n)),)) for n in range(20))
    answer = Answer(Kind.FIGURE, Status.ANSWERED, asides=asides, figures=(SeriesFigures(BUREAU, rows),))
    reply = shown_with_table(answer)
    assert all(f"¶{year}" in reply for year in range(1992, 2006))
    assert "cut; see Export" in reply


def test_the_notes_of_a_few_figures_that_cannot_be_added_are_shown() -> None:
    pledges = replace(SERIES, additive=False)
    rows = tuple(figure(f"2023-{n:02}", n, note=f"Note {n}.") for n in range(1, 8))
    reply = shown(Answer(Kind.FIGURE, Status.ANSWERED, figures=(SeriesFigures(pledges, rows),)))
    assert all(f"Note {n}." in reply for n in range(1, 8))


@pytest.mark.parametrize(
    "typed",
    ["/exports", "/exports 1992..2024", "/exports 2023-11..2024-03", "/assistance", "/assistance 1999"],
)
def test_every_page_of_the_longest_tables_fits_and_has_its_rows(engine: Engine, typed: str) -> None:
    answer = engine.reply(typed)
    seen = ""
    for page in range(cards.pages(answer)):
        view = cards.card(answer, engine.library.sources, controls(answer, Shown(7, True, page)), page=page)
        assert_within_limits(raw(view))
        seen += text(view)
    for block in answer.figures:
        for row in block.figures:
            assert f"`{row.period.brief()}" in seen


# Receipts


def test_a_sum_shows_its_formula_and_its_caveat() -> None:
    receipt = total((figure("2023-11", 120000), figure("2024-03", 3500)))
    reply = shown(Answer(Kind.FIGURE, Status.ANSWERED, receipts=(receipt,)))
    assert "**Sum: ≈ US$123,500** · computed\n`120,000 + 3,500 = 123,500`" in reply
    assert "no source states it" in reply


def test_what_a_statement_says_the_table_and_the_receipt_do_not_say_again() -> None:
    part = Part("kits", "percent", "as stated", CITED, share=Decimal(90))
    row = figure("2023-11", 120000, parts=(part,))
    block = SeriesFigures(SERIES, (row,))
    one = Answer(Kind.FIGURE, Status.ANSWERED, statements=(stated(row),), figures=(block,))
    assert shown(one).count("US$120,000") == 1
    assert "of which 90 % “kits”" in shown(one)
    assert shown(replace(one, statements=())).count("US$120,000") == 1
    added = total((row, figure("2024-03", 3500)))
    both = Answer(Kind.FIGURE, Status.ANSWERED, statements=(computed(added),), receipts=(added,))
    assert shown(both).count("US$123,500") == 1
    assert "`120,000 + 3,500 = 123,500`" in shown(both)
    assert "no source states it" in shown(both)


def test_a_passage_of_which_every_word_was_said_is_not_shown_again() -> None:
    answer = replace(ANSWER, statements=(Statement("All of it.", CITED),), excerpts=(excerpt("All of it."),))
    assert shown(answer).count("All of it.") == 1
    more = shown(replace(answer, excerpts=(excerpt("Before it. All of it. And more."),)))
    assert more.count("All of it.") == 1
    assert unescape(more).count("Before it. […] And more.") == 1


def test_sentences_that_were_said_apart_are_left_out_where_they_stand() -> None:
    answer = replace(ANSWER, statements=(Statement("It came first. It came last.", CITED),))
    passage = excerpt("It came first. This was between. It came last.")
    assert "[…] This was between. […]" in unescape(shown(replace(answer, excerpts=(passage,))))
    both = excerpt("Before. It came first. It came last. After.")
    assert "Before. […] After." in unescape(shown(replace(answer, excerpts=(both,))))


def test_an_event_is_not_told_again_in_our_words_but_quoted_where_there_is_an_original() -> None:
    answer = Answer(Kind.TIMELINE, Status.ANSWERED, events=(event(),), excerpts=(excerpt("The passage."),))
    assert "The passage." not in shown(answer)
    assert "> The passage." in shown(replace(answer, excerpts=(excerpt("The passage.", is_original=True),)))
    elsewhere = replace(excerpt("The passage."), citation=Citation("rfa-2024", "1"))
    assert "The passage." in shown(replace(answer, excerpts=(elsewhere,)))


def test_the_formula_of_a_long_sum_shows_its_beginning_and_its_result() -> None:
    receipt = total(tuple(figure(f"{2000 + n // 12}-{n % 12 + 1:02}", 1000) for n in range(200)))
    reply = shown(Answer(Kind.FIGURE, Status.ANSWERED, receipts=(receipt,)))
    assert "… = 200,000`" in reply


def test_an_event_marks_what_is_inferred_and_what_is_only_expected() -> None:
    events = (event(1, basis="inferred", inferred_from="last June"), event(2, status="expected"))
    reply = shown(Answer(Kind.TIMELINE, Status.ANSWERED, events=events))
    assert (
        f"**June 2018** — Event 1\nWhat happened.\n-# [rfa-2024¶13]({URL}) · inferred from “last June”"
        in reply
    )
    assert "**June 2018** — Expected: Event 2" in reply
    assert "not reported as done" in reply


def test_a_few_events_are_told_and_many_are_listed() -> None:
    few, many = (Answer(Kind.TIMELINE, Status.ANSWERED, events=tuple(map(event, range(n)))) for n in (3, 4))
    assert shown(few).count("What happened.") == 3
    assert "What happened." not in shown(many)


def test_a_long_timeline_has_pages_whose_buttons_lead_on_and_whose_sources_are_their_own() -> None:
    events = tuple(event(n, citations=(Citation("rfa-2024", str(n)),)) for n in range(20))
    answer = Answer(Kind.TIMELINE, Status.ANSWERED, events=events, question="/timeline")
    assert cards.pages(answer) == 3
    assert "Event 7" in shown(answer)
    assert "Event 8" not in shown(answer)
    assert "page 3 of 3" in shown(answer, 2)
    assert "Event 19" in shown(answer, 99)
    labels = [
        list(buttons(cards.card(answer, SOURCES, controls(answer, Shown(7, True, p))))) for p in range(3)
    ]
    assert labels[0][:2] == ["Next ›", "Open rfa-2024¶0"]
    assert labels[1][:3] == ["‹ Previous", "Next ›", "Open rfa-2024¶8"]
    assert labels[2][:2] == ["‹ Previous", "Open rfa-2024¶16"]


def test_a_long_table_of_figures_has_pages_too() -> None:
    rows = tuple(figure(f"{2000 + n // 12}-{n % 12 + 1:02}", n + 1) for n in range(100))
    answer = Answer(Kind.FIGURE, Status.ANSWERED, figures=(SeriesFigures(SERIES, rows),))
    seen = "".join(shown(answer, page) for page in range(cards.pages(answer)))
    assert all(f"US${n + 1}`" in seen for n in range(100))


def test_a_dispute_stands_with_the_event_that_it_concerns_each_side_with_its_address() -> None:
    other = (Citation("rfa-2024", "2"),)
    dispute = Dispute(
        "when", "when it was", ("e2",), (Claim("Radio", "in May", CITED), Claim("Paper", "in June", other))
    )
    answer = Answer(Kind.TIMELINE, Status.ANSWERED, events=(event(1), event(2)), disputes=(dispute,))
    reply = shown(answer)
    assert reply.index("Event 2") < reply.index("**The sources differ on when it was:**")
    assert f"- Radio: in May · [rfa-2024¶13]({URL})\n- Paper: in June · [rfa-2024¶2]({URL})" in reply
    assert "The sources differ" in shown(replace(answer, events=()))


def test_a_dispute_is_told_on_each_page_that_has_one_of_its_events() -> None:
    dispute = Dispute("when", "when it was", ("e1", "e10"), (Claim("Radio", "in May", CITED),) * 2)
    events = tuple(event(n, citations=(Citation("rfa-2024", str(n)),)) for n in range(20))
    answer = Answer(Kind.TIMELINE, Status.ANSWERED, events=events, disputes=(dispute,))
    assert ["differ" in shown(answer, page) for page in range(3)] == [True, True, False]
    assert [CITED[0] in cards.cited(answer, page) for page in range(3)] == [True, True, False]
    assert [f"in May · [rfa-2024¶13]({URL})" in shown(answer, page) for page in range(2)] == [False, False]


def test_somebody_comes_first_with_later_roles_and_mentions_and_then_their_events() -> None:
    later = Standing(month("2020"), "minister", CITED)
    person = Person("p", "Jane Doe", "person", "envoy", "She spoke.", CITED, standings=(later,))
    mentions = tuple(Citation("rfa-2024", str(n)) for n in range(20))
    events = tuple(event(n) for n in range(20))
    answer = Answer(Kind.PEOPLE, Status.ANSWERED, people=(person,), mentions=mentions, events=events)
    first, second, third = (shown(answer, page) for page in range(3))
    assert first.index("Jane Doe") < first.index("2020: minister") < first.index("Passages that name them")
    assert "rfa-2024¶0, ¶1, ¶2" in first
    assert "Event" not in first
    assert "Jane Doe" not in second
    assert "Event 0" in second
    assert "Event 8" in third
    few = replace(answer, events=events[:3])
    assert cards.pages(few) == 1
    assert shown(few).index("¶19") < shown(few).index("Event 0")


def test_a_long_list_of_sources_has_pages_and_says_what_kind_of_witness_each_is() -> None:
    noted = replace(SOURCE, addressing="notes", quality="news", title_is_label=True, published=None)
    sources = tuple(replace(noted, id=f"s-{n}") for n in range(20))
    answer = Answer(Kind.SOURCES, Status.ANSWERED, sources=sources)
    assert cards.pages(answer) == 3
    assert "`s-7`" in shown(answer)
    assert "`s-8`" not in shown(answer)
    assert "The title is our description.\n-# news; ¶ numbers are those of our notes" in shown(answer, 1)
    assert "Radio, undated" in shown(answer, 2)


@pytest.mark.parametrize(
    "typed",
    [
        *("/timeline", "/sources", "/who State Department", "/who 1718 committee"),
        *("/who", "/disputes", "/coverage unknowns"),
    ],
)
def test_every_page_of_the_longest_lists_is_shown_whole(engine: Engine, typed: str) -> None:
    answer = engine.reply(typed)
    seen = ""
    for page in range(cards.pages(answer)):
        view = cards.card(answer, engine.library.sources, controls(answer, Shown(7, True, page)), page=page)
        assert_within_limits(raw(view))
        assert "cut; see Export" not in text(view), page
        seen += text(view)
    assert all(escape(event.title) in seen for event in answer.events)
    assert all(f"`{source.id}`" in seen for source in answer.sources)
    assert all(escape(claim.says) in seen for dispute in answer.disputes for claim in dispute.claims)
    assert all(escape(person.name) in seen for person in answer.directory)
    assert all(escape(unknown.lacks[1:]) in seen for unknown in answer.unknowns)


def test_the_button_of_a_page_of_disputes_opens_what_that_page_cites(engine: Engine) -> None:
    answer = engine.reply("/disputes")
    assert set(answer.disputes[0].citations) <= set(cards.cited(answer, 0))
    assert set(answer.disputes[-1].citations) <= set(cards.cited(answer, cards.pages(answer) - 1))
    assert not set(answer.disputes[0].citations) <= set(cards.cited(answer, cards.pages(answer) - 1))


def test_people_sources_and_help_are_shown() -> None:
    person = Person("p", "Jane Doe", "person", "envoy", "She spoke.", CITED, "State Department")
    assert "**Jane Doe**\n-# envoy, State Department\nShe spoke." in shown(
        Answer(Kind.PEOPLE, Status.ANSWERED, people=(person,))
    )
    labelled = replace(SOURCE, title_is_label=True)
    reply = shown(Answer(Kind.SOURCES, Status.ANSWERED, sources=(labelled,)))
    assert f"`rfa-2024` **[A report]({URL})**" in reply
    assert "our description" in reply
    lines = (HelpLine.of("/ask", "Ask.", "/ask why"), HelpLine.of("/sources", "List them.", "/sources"))
    helped = Answer(
        Kind.HELP, Status.ANSWERED, statements=(*lines, HelpHeading("For some:"), Statement("So."))
    )
    assert "`/ask` Ask.\n`/sources` List them.\n\n**For some:**\nSo." in shown(helped)


def test_an_error_offers_what_can_be_chosen_as_buttons() -> None:
    choices = ("/timeline 2018-12", "/timeline 2023-12", "/timeline " + "x" * 90)
    answer = Answer(Kind.ERROR, Status.ERROR, statements=(Statement("Which one?"),), choices=choices)
    view = cards.card(answer, SOURCES, controls(answer, Shown(7, private=True)))
    assert list(buttons(view)) == list(choices[:2])
    assert choices[2] in text(view)
    assert not any(choice in text(view) for choice in choices[:2])


def test_a_private_card_can_be_shared_and_a_public_one_deleted() -> None:
    private = buttons(cards.card(ANSWER, SOURCES, controls(ANSWER, Shown(7, private=True))))
    public = buttons(cards.card(ANSWER, SOURCES, controls(ANSWER, Shown(7, private=False))))
    assert "Share" in private
    assert "Delete" not in private
    assert "Delete" in public
    assert "Share" not in public
    was_shared = controls(ANSWER, Shown(7, private=True, sharing=Sharing(done=True)))
    assert "Share" not in buttons(cards.card(ANSWER, SOURCES, was_shared))


LONG = "A sentence of a very long passage, which goes on and on. " * 400
CJK = "북한에 대한 인도적 지원은 계속되었다。 朝鮮への人道支援 " * 300


@pytest.mark.parametrize(
    "words", [LONG, LONG.replace(" ", ""), CJK, "\\*_" * 3000, '"\n' * 3000, "👩‍👩‍👧" * 2000]
)
@pytest.mark.parametrize("is_original", [True, False])
def test_the_longest_passage_is_cut_and_the_card_says_where_the_rest_is(
    words: str, is_original: bool
) -> None:
    passage = (excerpt(words, is_original=is_original),)
    reply = shown(Answer(Kind.PASSAGE, Status.ANSWERED, title="T", excerpts=passage, question="/cite x¶1"))
    assert "…" in reply
    assert "-# … (cut; see Export → plain text)" in reply
    assert reply.rstrip().endswith("-# /cite x¶1")


def test_passages_give_way_before_the_statement_does() -> None:
    passages = tuple(excerpt(CJK) for _ in range(3))
    answer = replace(ANSWER, statements=(Statement("答" * 2700),), excerpts=passages)
    reply = shown(answer)
    assert "答" * 2700 in reply
    assert "(cut; see Export → plain text)" in reply


def test_the_longest_note_of_the_library_is_shown_whole(library: Library) -> None:
    source, longest = max(library.passages(), key=lambda entry: len(entry[1].text))
    whole = Excerpt(source.citation(longest), longest.text, source.byline, source.url, longest.is_original)
    reply = shown(Answer(Kind.PASSAGE, Status.ANSWERED, excerpts=(whole,)))
    assert "(cut" not in reply


WORDS = st.text(max_size=600) | st.sampled_from([LONG, CJK, "@everyone", "", " ", "`" * 90])
CITATIONS = st.lists(
    st.builds(Citation, st.sampled_from(["rfa-2024", "other"]), st.text(min_size=1, max_size=120)), max_size=4
).map(tuple)
EXCERPTS = st.lists(
    st.builds(Excerpt, st.just(CITED[0]), WORDS, WORDS, st.sampled_from([URL, "", "x"]), st.booleans()),
    max_size=4,
).map(tuple)
PERIODS = st.sampled_from(
    [ALL_DATES, month("2018"), month("2018-12-10"), Period.unit(Precision.SEASON, 2018, 6)]
)
EVENTS = st.builds(
    Event,
    id=st.just("e"),
    date=PERIODS,
    basis=st.sampled_from(["explicit", "inferred"]),
    title=WORDS,
    summary=WORDS,
    citations=CITATIONS,
    inferred_from=WORDS,
)
FIGURES = st.builds(
    Figure,
    series=st.just("reported"),
    period=PERIODS,
    value=st.decimals(0, 10**9, places=2),
    unit=st.sampled_from(["USD", "percent", "tonnes"]),
    qualifier=st.sampled_from(["as stated", "more than"]),
    citations=CITATIONS,
    note=WORDS,
)
ANSWERS = st.builds(
    Answer,
    kind=st.sampled_from(Kind),
    status=st.sampled_from(Status),
    title=WORDS,
    statements=st.lists(st.builds(Statement, WORDS, CITATIONS), max_size=5).map(tuple),
    excerpts=EXCERPTS,
    figures=st.lists(
        st.builds(SeriesFigures, st.just(SERIES), st.lists(FIGURES, max_size=30).map(tuple)), max_size=2
    ).map(tuple),
    events=st.lists(EVENTS, max_size=20).map(tuple),
    closest=EXCERPTS,
    notes=st.lists(WORDS, max_size=3).map(tuple),
    hint=WORDS,
    choices=st.lists(WORDS, max_size=8).map(tuple),
    question=st.text(max_size=300),
    version=st.just("1a2b3c4d"),
)


@settings(max_examples=120, deadline=None)
@given(answer=ANSWERS, page=st.integers(0, 5), private=st.booleans())
def test_whatever_an_answer_holds_discord_takes_its_card(answer: Answer, page: int, private: bool) -> None:
    view = cards.card(
        answer,
        SOURCES,
        controls(answer, Shown(2**63, private, page)),
        page=page,
        sharing=Sharing(by="x" * 99),
    )
    assert_within_limits(raw(view))
    assert "library 1a2b3c4d" in text(view)


NAMES = st.text(max_size=40) | st.sampled_from(
    ["ann", "by · shared by ben", "공유: ben", "x · 공유: ben", "with everyone here", "*x*"]
)
LANGUAGES = st.sampled_from(languages())
SHARINGS = NAMES.map(lambda name: Sharing(" ".join(name.split()))) | st.just(Sharing(done=True))


@settings(deadline=None)
@given(
    question=st.text(min_size=1, max_size=300),
    sharing=SHARINGS,
    version=st.sampled_from(["", "1a2b3c4d"]),
    made_in=LANGUAGES,
    read_in=LANGUAGES,
)
def test_how_a_card_was_shared_can_be_read_back_from_it_in_any_language(
    question: str, sharing: Sharing, version: str, made_in: str, read_in: str
) -> None:
    with speaking(made_in):
        view = cards.card(replace(ANSWER, question=question, version=version), SOURCES, sharing=sharing)
    with speaking(read_in):
        assert cards.footer_on(view).sharing == sharing


@settings(deadline=None)
@given(question=st.text(max_size=300), made_in=LANGUAGES, read_in=LANGUAGES)
def test_what_was_asked_can_be_read_back_from_the_card_in_any_language(
    question: str, made_in: str, read_in: str
) -> None:
    question = " ".join(question.split())
    with speaking(made_in):
        view = cards.card(replace(ANSWER, question=question), SOURCES)
    with speaking(read_in):
        assert cards.footer_on(view).asked == question


@pytest.mark.parametrize("language", languages())
def test_a_card_of_before_there_were_languages_is_read_as_ever(language: str) -> None:
    old: ui.TextDisplay[ui.LayoutView] = ui.TextDisplay(
        "-# why?\n-# page 2 of 3 · library 1a2b3c4d · shared by an\\*n", id=4711
    )
    with speaking(language):
        found = cards.footer_on(ui.LayoutView().add_item(old))
    assert found == cards.Footer("why?", Sharing(by="an*n"))


FOOTERS: Mapping[str, Mapping[Said, Said]] = {
    "ja": {"shared by {name}": "{name}さんが共有", "library {version}": "ライブラリー {version}"},
    "he": {"shared by {name}": "{name} שיתף", "page {page} of {pages}": "עמוד {page} מתוך {pages}"},
}


@pytest.mark.parametrize("language", FOOTERS)
@pytest.mark.parametrize("name", ["ann", "ann · ben"])
def test_who_shared_a_card_is_read_back_where_the_name_comes_first(
    tmp_path: Path, language: str, name: str
) -> None:
    catalogue(tmp_path, language, FOOTERS[language])
    answer = replace(ANSWER, figures=(SeriesFigures(SERIES, (figure("2023-11", 5),) * 60),))
    assert cards.pages(answer) > 1
    with catalogues_in(tmp_path):
        with speaking(language):
            view = cards.card(answer, SOURCES, sharing=Sharing(name))
        assert cards.footer_on(view).sharing == Sharing(name)


def test_figures_in_korean_stand_under_one_another() -> None:
    assert columns("2018년 1월") == len("2018년 1월") + 2
    assert columns("Jan 2018") == len("Jan 2018")


def test_a_card_says_the_same_each_time() -> None:
    answer = replace(ANSWER, excerpts=(excerpt(LONG),), statements=(Statement("Because.", CITED),))
    first, second = (cards.card(answer, SOURCES, controls(answer, Shown(7, True))) for _ in range(2))
    assert raw(first) == raw(second)


@pytest.mark.parametrize(("words", "fits"), [("a" * 3_800, True), ("가" * 2_500, True), ("a" * 4_000, False)])
def test_a_text_is_copied_from_a_card_that_holds_it(words: str, fits: bool) -> None:
    card = cards.copy_card(words)
    assert (card is not None) is fits
    if card:
        assert_within_limits(raw(card))
        assert words in text(card)
