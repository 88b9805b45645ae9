"""Cards: an answer as a Discord message. Pure functions; nothing here knows an interaction.

A card leads with the answer, keeps addresses small, and ends with what was asked and by which library. It
makes sense without its colour. What was asked stands on the card so that its buttons can rebuild the reply.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal, TypeVar

import discord
from discord import ui

from handlers.layout import BYTES, CHARACTERS, Block, Line, Row, blank, frame
from handlers.markup import code, columns, escape, from_moderators, link, quoted, size, unescape, weight
from knowledge.answers import Answer, Excerpt, Kind, SeriesFigures, Statement, Status
from knowledge.citations import Citation
from knowledge.commands import shown_command
from knowledge.corrections import Correction
from knowledge.exports import Absence, Figure, Receipt, Series
from knowledge.faq import FaqEntry
from knowledge.figures import computed, stated
from knowledge.help import HelpHeading, HelpLine
from knowledge.languages import ENGLISH, gettext, in_any_language, spoken, translatable
from knowledge.people import Person
from knowledge.periods import Period
from knowledge.sources import Source
from knowledge.text import clip, sentences
from knowledge.timeline import Dispute, Event
from knowledge.unknowns import KnownUnknown
from knowledge.wording import (
    claim_in_words,
    computed_in_words,
    correction_in_words,
    day_in_words,
    directory_in_words,
    dispute_in_words,
    editorial_in_words,
    extent_in_words,
    figure_date_in_words,
    figure_in_words,
    fresh_disputes,
    headline,
    holdings_in_words,
    own_in_words,
    part_in_words,
    quantity,
    role_in_words,
    series_in_words,
    standing_in_words,
    unknown_in_words,
    wording_of,
)

Sources = Mapping[str, Source]
_T = TypeVar("_T")

EVENTS_A_PAGE = 8
FIGURES_A_PAGE = 14
SOURCES_A_PAGE = 8
ENTRIES_A_PAGE = 10
CORRECTIONS_A_PAGE = 4
DISPUTES_A_PAGE = 5
PEOPLE_A_PAGE = 12
UNKNOWNS_A_PAGE = 10
CLOSEST_CHARACTERS = 240

_FOOTER = 4711
_LONGEST_QUESTION = 400
_NOTED_ROWS = 3
"""Up to so many figures or events, each shows its note or summary; a longer table is to be scanned."""

_NOTED_PLEDGES = 8
"""Up to so many rows, figures that cannot be added show their notes: they say what each of them is."""

_EXCERPT_CHARACTERS = (320, 160, 160)
"""How much is shown of each passage that an answer rests on; a button opens the rest."""

_BLUE, _TEAL, _VIOLET, _SLATE, _GREY, _AMBER = 0x4A7FB5, 0x3A8F85, 0x7A6FB0, 0x5F6F82, 0x8A8F98, 0xB98534
_COLOURS: Mapping[Kind, int] = {
    **dict.fromkeys((Kind.ANSWER, Kind.FAQ, Kind.PASSAGE), _BLUE),
    Kind.FIGURE: _TEAL,
    Kind.TIMELINE: _VIOLET,
    **dict.fromkeys((Kind.PEOPLE, Kind.SOURCES, Kind.HELP), _SLATE),
    Kind.REFUSAL: _GREY,
    Kind.ERROR: _AMBER,
}
_UNREAD, _CHOOSE = translatable("That could not be read"), translatable("Please choose")
_ZEROS = (translatable("reported zero"), translatable("recorded zero"))
_DATASET = "dataset"
_LONGEST_FORMULA = 200
_LONGEST_COPY, _AROUND_A_COPY = CHARACTERS - 100, 1_000
_SAID_ABOVE = "[…]"
_SAID_REPEATEDLY = re.compile(r"\[…\](?:\s*\[…\])+")
_CUT = translatable("… (cut; see Export → plain text)")
_NOTHING_ASKED = translatable("(nothing asked)")
_PAGE = translatable("page {page} of {pages}")
_LIBRARY = translatable("library {version}")
_PICTURE_IN_ENGLISH = translatable("The words in the picture are in English.")
_SHARED_BY = translatable("shared by {name}")
_SHARED_WITH_ALL = translatable("shared with everyone here")


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row of a figure table: a figure, a total that a source states, or months without a figure.

    An `absence` is a year for which a dataset has no row, which means something else.
    """

    series: Series
    period: Period
    figure: Figure | None
    stated_total: bool = False
    absence: Absence | None = None

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the row rests on."""
        row = self.figure or self.absence
        return row.citations if row else ()


@dataclass(frozen=True, slots=True)
class Sharing:
    """How a card was shared: a public one `by` whom, a private one that it is `done`."""

    by: str = ""
    done: bool = False


UNSHARED = Sharing()


@dataclass(frozen=True, slots=True)
class Footer:
    """What a card says of itself: what it was asked, and how it was shared."""

    asked: str = ""
    sharing: Sharing = UNSHARED


def card(
    answer: Answer,
    sources: Sources,
    rows: Sequence[Row] = (),
    *,
    page: int = 0,
    sharing: Sharing = UNSHARED,
) -> ui.LayoutView:
    """Return the card of an answer with its rows of buttons; of a long table, one page.

    `sources` are those of the library, by id: they give citations their addresses.
    """
    return _answer_card(answer, _blocks(answer, sources, rows, page, sharing), rows)


def told_card(preface: str, answer: Answer, sources: Sources, rows: Sequence[Row]) -> ui.LayoutView:
    """Return the card of an answer below a line of markup that says for whom it is."""
    first, *others = (block for block in _blocks(answer, sources, rows, 0, UNSHARED) if block.lines)
    blocks = [Block((Line(preface),)), replace(first, above="rule"), *others]
    return _answer_card(answer, blocks, rows)


def _blocks(
    answer: Answer, sources: Sources, rows: Sequence[Row], page: int, sharing: Sharing
) -> list[Block]:
    blocks = [*_head(answer), *_body(answer, sources, rows, _clamped(answer, page)), *_tail(answer, rows)]
    return [*blocks, _footer(answer, page, sharing)]


def _answer_card(answer: Answer, blocks: Sequence[Block], rows: Sequence[Row]) -> ui.LayoutView:
    return frame(blocks, rows, colour=_COLOURS[answer.kind], cut_mark=_cut_mark())


def _cut_mark() -> str:
    return f"-# {gettext(_CUT)}"


def notice(text: str, rows: Sequence[Row] = (), *, asked: str = "") -> ui.LayoutView:
    """Return a small card that says one thing about the bot itself, or about what the bot was `asked`."""
    blocks = [Block((Line(escape(text), prose=True),)), about_asked(asked)]
    return frame(blocks, rows, colour=_SLATE, cut_mark="…")


def about_asked(asked: str) -> Block:
    """Return the last block of a card about what the bot was `asked`, from which its buttons read that."""
    footer = (Line(f"-# {escape(' '.join(clip(asked, _LONGEST_QUESTION).split()))}"),) if asked else ()
    return Block(footer, above="rule", id=_FOOTER)


def sheet(blocks: Sequence[Block], rows: Sequence[Row] = (), files: Iterable[str] = ()) -> ui.LayoutView:
    """Return a card about the bot or the moderators' desk, of blocks whose lines are our own markup.

    `files` are the names of those that are sent with it.
    """
    return frame(blocks, rows, colour=_SLATE, cut_mark=f"-# {gettext('… (cut)')}", files=files)


def panel(parts: Iterable[str | Row]) -> ui.LayoutView:
    """Return a card on which short texts of our own markup stand between rows of what can be chosen."""
    container: ui.Container[Any] = ui.Container(accent_colour=_SLATE)
    for part in parts:
        if isinstance(part, str) and container.children:
            container.add_item(ui.Separator(visible=False))
        container.add_item(ui.TextDisplay(part) if isinstance(part, str) else part)
    return blank().add_item(container)


def greeting(heading: str, paragraphs: Sequence[str], rows: Sequence[Row]) -> ui.LayoutView:
    """Return the card by which the bot introduces itself; its texts are our own and may hold markup."""
    blocks = [Block((Line(f"### {heading}"),)), *(Block((Line(text),)) for text in paragraphs)]
    return frame(blocks, rows, colour=_SLATE, cut_mark="…")


def export_card(answer: Answer, menu: Row) -> ui.LayoutView:
    """Return the card that asks in which form a reply is wanted; its footer names the reply."""
    heading = Block((Line(f"**{gettext('Export this reply')}**"),))
    return frame([heading, _footer(answer, 0, UNSHARED)], [menu], colour=_SLATE, cut_mark=_cut_mark())


def chart_card(
    answer: Answer, filename: str, alt: str, rows: Sequence[Row], *, sharing: Sharing = UNSHARED
) -> ui.LayoutView:
    """Return the card with the picture of a reply, which is sent with it; its footer names the reply."""
    item = discord.MediaGalleryItem(f"attachment://{filename}", description=alt)
    footer = _footer(replace(answer, figures=()), 0, sharing)  # a picture has no pages
    english = () if spoken() == ENGLISH else (Line(f"-# {gettext(_PICTURE_IN_ENGLISH)}"),)
    blocks, colour = [Block(english), footer], _COLOURS[answer.kind]
    return frame(blocks, rows, colour=colour, cut_mark=_cut_mark(), picture=ui.MediaGallery(item))


def copy_card(text: str) -> ui.LayoutView | None:
    """Return a card with a text set to be copied whole, or None if it is too long for one."""
    if size(text) > _LONGEST_COPY or weight(text) > BYTES - _AROUND_A_COPY:
        return None
    block = Block((Line(f"```\n{text.replace('`', 'ˋ')}\n```"),))
    return frame([block], [], colour=_SLATE, cut_mark=_cut_mark())


def footer(message: discord.Message) -> Footer:
    """Return what the card in a message says of itself; of a message that is no card, nothing."""
    return footer_on(ui.LayoutView.from_message(message, timeout=None))


def footer_on(view: ui.LayoutView | ui.View) -> Footer:
    """Return what a card says of itself, in whichever language; of a view that is no card, nothing."""
    text = view.find_item(_FOOTER)
    if not isinstance(text, ui.TextDisplay):
        return Footer()
    asked, _, about = text.content.removeprefix("-# ").partition("\n-# ")
    is_blank = re.fullmatch(in_any_language(_NOTHING_ASKED), asked)
    return Footer("" if is_blank else unescape(asked), _sharing_in(about))


def _sharing_in(about: str) -> Sharing:
    """Return how a card was shared, by the last line of its footer.

    Where the name comes before “shared”, only what is known to stand before the name tells where it begins.
    """
    before = in_any_language(_PAGE, page=r"\d+", pages=r"\d+"), in_any_language(_LIBRARY, version=r"\S+")
    rest = re.sub(f"^(?:(?:{'|'.join(before)})(?: · |$))*", "", about)
    shared = in_any_language(_SHARED_BY, name="(.*?)"), in_any_language(_SHARED_WITH_ALL)
    found = re.search(f" · (?:{'|'.join(shared)})$", f" · {rest}")
    by = next(filter(None, found.groups()), "") if found else ""
    return Sharing(unescape(by), done=found is not None and not by)


def warm_up() -> None:
    """Read what footers say in all languages, which takes a moment, before a card is pressed on."""
    _sharing_in("")


def pages(answer: Answer) -> int:
    """Return how many pages the tables of an answer take: at least one."""
    tables = (
        (len(answer.events) + EVENTS_A_PAGE * _stands_alone(answer), EVENTS_A_PAGE),
        (len(_figure_rows(answer)), FIGURES_A_PAGE),
        (len(answer.sources), SOURCES_A_PAGE),
        (len(answer.entries), ENTRIES_A_PAGE),
        (len(answer.corrections), CORRECTIONS_A_PAGE),
        (len(answer.disputes) if _lists_disputes(answer) else 0, DISPUTES_A_PAGE),
        (len(answer.directory), PEOPLE_A_PAGE),
        (len(answer.unknowns), UNKNOWNS_A_PAGE),
    )
    return max(1, *(-(-rows // length) for rows, length in tables))


def cited(answer: Answer, page: int = 0) -> tuple[Citation, ...]:
    """Return what the given page of an answer rests on, the most important first."""
    if pages(answer) == 1 or answer.status is not Status.ANSWERED:
        return answer.citations
    page = _clamped(answer, page)
    found = [c for person in answer.people for c in person.citations] if page == 0 else []
    events = _events_on(answer, page)
    for event in events:
        found.extend(event.citations)
    for _, disputes in fresh_disputes(events, answer.disputes):
        found.extend(citation for dispute in disputes for citation in dispute.citations)
    for row in _page(_figure_rows(answer), FIGURES_A_PAGE, page):
        found.extend(row.citations)
    for correction in _page(answer.corrections, CORRECTIONS_A_PAGE, page):
        found.extend(correction.citations)
    for dispute in _page(answer.disputes, DISPUTES_A_PAGE, page) if _lists_disputes(answer) else ():
        found.extend(dispute.citations)
    for person in _page(answer.directory, PEOPLE_A_PAGE, page):
        found.extend(person.citations[:1])
    for unknown in _page(answer.unknowns, UNKNOWNS_A_PAGE, page):
        found.extend(unknown.nearest)
    return tuple(dict.fromkeys(found))


def entries_on(answer: Answer, page: int = 0) -> Sequence[FaqEntry]:
    """Return the entries that the given page of an answer lists."""
    return _page(answer.entries, ENTRIES_A_PAGE, _clamped(answer, page))


def _clamped(answer: Answer, page: int) -> int:
    return max(0, min(page, pages(answer) - 1))


# --- head and tail ----------------------------------------------------------------------------------------


def _head(answer: Answer) -> Iterator[Block]:
    unread = gettext(_CHOOSE if answer.choices else _UNREAD)
    title = answer.title or (unread if answer.kind is Kind.ERROR else "")
    yield Block(tuple(Line(f"### {escape(clip(t, 200))}") for t in (title,) if t))
    if not answer.statements:
        yield _notes_on_reading(answer)


def _notes_on_reading(answer: Answer) -> Block:
    return Block(tuple(Line(f"-# {escape(note)}", prose=True) for note in answer.notes), rank=1)


def _tail(answer: Answer, rows: Sequence[Row]) -> Iterator[Block]:
    offered = _typed_by(rows)
    left = (choice for choice in answer.choices if choice not in offered)
    choices = tuple(Line(f"- {code(shown_command(choice))}") for choice in left)
    hint = (Line(escape(answer.hint), prose=True),) if answer.hint else ()
    yield Block(choices, rank=1)
    yield Block(hint, rank=1)
    yield Block((Line(f"-# {escape(answer.held)}", prose=True),) if answer.held else (), rank=1)


def _footer(answer: Answer, page: int, sharing: Sharing) -> Block:
    question = " ".join(clip(answer.question, _LONGEST_QUESTION).split())
    count = pages(answer)
    by = escape(" ".join(clip(sharing.by, 40).split()))
    about = (
        page_of(_clamped(answer, page), count) if count > 1 else "",
        gettext(_LIBRARY, version=escape(answer.version)) if answer.version else "",
        gettext(_SHARED_BY, name=by) if sharing.by else "",
        gettext(_SHARED_WITH_ALL) if sharing.done else "",
    )
    lines = (escape(question) or gettext(_NOTHING_ASKED), " · ".join(filter(None, about)))
    return Block(tuple(Line(f"-# {line}") for line in lines if line), above="rule", id=_FOOTER)


def page_of(page: int, pages: int) -> str:
    """Say which page is shown; the first is 0."""
    return gettext(_PAGE, page=page + 1, pages=pages)


# --- body, by what the answer holds -----------------------------------------------------------------------


def _typed_by(rows: Sequence[Row]) -> frozenset[str]:
    """Return the inputs to which the buttons below a card lead, which the card need not say again."""
    fields = (getattr(item, "fields", {}) for row in rows for item in row.children)
    return frozenset(held["typed"] for held in fields if "typed" in held)


def _body(answer: Answer, sources: Sources, rows: Sequence[Row], page: int) -> Iterator[Block]:
    in_rows = _cited_in_datasets(answer, sources)
    is_help = answer.kind is Kind.HELP
    said = answer.statements
    lines = _help(said, _typed_by(rows)) if is_help else _statements(said, sources, in_rows)
    yield from _lead(answer, lines)
    yield Block(tuple(map(_entry, entries_on(answer, page))), rank=2, above="space")
    yield from _figures(answer, sources, page)
    yield Block(tuple(_statements(answer.asides, sources, in_rows)), rank=4, above="space")
    for receipt in answer.receipts:
        told = computed(receipt) in answer.statements
        block = tuple(_receipt(receipt, sources, told, in_rows))
        yield Block(block, rank=5 if in_rows else 3, above="space")
    if answer.kind is not Kind.PEOPLE:
        yield from _events(answer, sources, page)
    for person in answer.people if page == 0 else ():
        yield Block(tuple(_person(person, sources)), rank=3, above="space")
    if answer.mentions and page == 0:
        yield Block(tuple(_mentions(answer.mentions)), rank=3)
    if answer.kind is Kind.PEOPLE:
        yield from _events(answer, sources, page)
    yield from _disputes(answer, sources, page)
    for heading, people in directory_in_words(_page(answer.directory, PEOPLE_A_PAGE, page)):
        listed = (_listed(person, sources) for person in people)
        yield Block((Line(f"**{heading}**"), *listed), rank=3, above="space")
    unknowns = _page(answer.unknowns, UNKNOWNS_A_PAGE, page)
    yield Block(tuple(_unknown(unknown, sources) for unknown in unknowns), rank=3, above="space")
    for source in _page(answer.sources, SOURCES_A_PAGE, page):
        yield Block(tuple(_source(source)), rank=3, above="space")
    for held in answer.holdings:
        name = f"**{escape(held.name)}** · {code(held.collection)}"
        yield Block(tuple(_held(name, holdings_in_words(held))), rank=3, above="space")
    for series in answer.series:
        name = f"**{_series_name(series.series, sources)}** · {code(series.series.id)}"
        yield Block(tuple(_held(name, series_in_words(series))), rank=4, above="space")
    for correction in _page(answer.corrections, CORRECTIONS_A_PAGE, page):
        yield Block(tuple(_correction(correction, sources)), rank=3, above="space")
    yield from _excerpts(answer)
    if answer.closest:
        heading = gettext("Not an answer — closest passages")
        yield Block(tuple(closest_lines(answer.closest, heading)), rank=8, above="rule")


def _lead(answer: Answer, lines: Iterable[Line]) -> Iterator[Block]:
    """Show what a reply says first, with notes on how the input was read."""
    yield Block(tuple(lines), rank=2)
    if answer.statements:
        yield _notes_on_reading(answer)
    if answer.editorial:
        yield Block((Line(f"-# {editorial_in_words(answer)}"),), rank=1)


def _statements(
    statements: Iterable[Statement], sources: Sources, in_rows: Collection[Citation] = ()
) -> Iterator[Line]:
    """Show what a reply says, with its addresses but for those that stand `in_rows` below."""
    for statement in statements:
        written = from_moderators(statement.text) if statement.is_markdown else escape(statement.text)
        yield Line(written, prose=True)
        if elsewhere := [citation for citation in statement.citations if citation not in in_rows]:
            yield Line(f"-# {_addresses(elsewhere, sources)}")


def _addresses(
    citations: Iterable[Citation], sources: Sources, within: str = "", links: int | None = None
) -> str:
    """Write citations as links; those of the source `within` which they stand by their paragraph alone.

    Where there is little room, only so many `links` are links.
    """

    def address(position: int, citation: Citation) -> str:
        source = sources.get(citation.source) if links is None or position < links else None
        label = f"¶{citation.ref}" if citation.source == within else str(citation)
        return link(label, source.url if source else "")

    return " · ".join(address(position, citation) for position, citation in enumerate(citations))


def _help(statements: Iterable[Statement], offered: frozenset[str]) -> Iterator[Line]:
    """Write the lines of the help, each with its example unless that is a button below the card."""
    for statement in statements:
        if isinstance(statement, HelpLine):
            yield Line(f"{code(statement.term)} {escape(statement.purpose)}")
            if (example := statement.shown_example) and statement.example not in offered:
                yield Line(f"-# {gettext('For example: {command}', command=code(example))}")
        elif isinstance(statement, HelpHeading):
            yield Line(f"\n**{escape(statement.text)}**")
        else:
            yield Line(f"{escape(statement.text)}\n", prose=True)


def _excerpts(answer: Answer) -> Iterator[Block]:
    """Show the passages, but not our words for what stands above in our words already."""
    rows: tuple[Event | Person, ...] = (*answer.events, *answer.people)
    told = {citation for row in rows for citation in row.citations}
    is_passage = answer.kind is Kind.PASSAGE
    position = 0
    for excerpt in answer.excerpts:
        rest = excerpt.text if excerpt.is_original else _unsaid(excerpt.text, answer.statements)
        if not rest or (excerpt.citation in told and not excerpt.is_original):
            continue
        text = excerpt.text if is_passage else clip(rest, _EXCERPT_CHARACTERS[min(position, 2)])
        above: Literal["rule", "space"] = "rule" if position == 0 and not is_passage else "space"
        yield Block(tuple(_excerpt(excerpt, escape(text))), rank=4 + position, above=above)
        position += 1


def _unsaid(text: str, statements: Iterable[Statement]) -> str:
    """Return a text without the sentences that the statements have said, marked where they stood."""
    said = {sentence for statement in statements for sentence in sentences(statement.text)}
    for sentence in sentences(text):
        if sentence in said:
            text = text.replace(sentence, _SAID_ABOVE)
    text = _SAID_REPEATEDLY.sub(_SAID_ABOVE, text)
    return "" if text == _SAID_ABOVE else text


def _excerpt(excerpt: Excerpt, text: str) -> Iterator[Line]:
    address = link(str(excerpt.citation), excerpt.url)
    yield Line(f"-# {address} · {escape(excerpt.byline)} · {wording_of(excerpt)}")
    yield Line(quoted(text) if excerpt.is_original else text, prose=True)


def closest_lines(excerpts: Iterable[Excerpt], heading: str) -> Iterator[Line]:
    """Yield a heading and the beginnings of some passages."""
    yield Line(f"**{heading}**")
    for excerpt in excerpts:
        text = escape(clip(" ".join(excerpt.text.split()), CLOSEST_CHARACTERS))
        yield Line(f"- {link(str(excerpt.citation), excerpt.url)} ({wording_of(excerpt)}): {text}")


def _person(person: Person, sources: Sources) -> Iterator[Line]:
    yield Line(f"**{escape(person.name)}**")
    yield Line(f"-# {escape(role_in_words(person))}", prose=True)
    yield Line(escape(person.summary), prose=True)
    yield Line(f"-# {_addresses(person.citations, sources)}")
    for standing in person.standings:
        yield Line(f"-# {escape(standing_in_words(standing))} · {_addresses(standing.citations, sources)}")


def _listed(person: Person, sources: Sources) -> Line:
    """Write somebody as they stand in a list."""
    address = _addresses(person.citations[:1], sources)
    return Line(f"- {escape(person.name)} — {escape(role_in_words(person))} · {address}")


def _unknown(unknown: KnownUnknown, sources: Sources) -> Line:
    """Write a gap as it stands in a list, with the passages nearest to it."""
    addresses = _addresses((*unknown.nearest, *unknown.told), sources, links=1)
    return Line(f"- {escape(unknown_in_words(unknown))} · {addresses}")


def _mentions(citations: Iterable[Citation]) -> Iterator[Line]:
    """List the passages that name somebody, source by source: `fp-2019¶2, ¶10 · rfa-2024¶1`."""
    grouped = groupby(citations, key=lambda citation: citation.source)
    listed = " · ".join(f"{source}{', '.join(f'¶{one.ref}' for one in some)}" for source, some in grouped)
    yield Line(
        f"-# {gettext('Passages that name them: {references}', references=escape(listed))}", prose=True
    )


def _entry(entry: FaqEntry) -> Line:
    """Write an FAQ entry as it stands in a list."""
    mark = own_in_words(entry)
    return Line(f"{code(entry.id)} {escape(entry.question)}{f' · {mark}' if mark else ''}")


_DESCRIBED = translatable("The title is our description.")
_WITHOUT_HEADLINE = translatable("The title is our description: our copy has no headline.")


def _source(source: Source) -> Iterator[Line]:
    yield Line(f"{code(source.id)} **{link(source.title, source.url)}**")
    if source.title_is_label:
        yield Line(f"-# {gettext(_DESCRIBED if source.addressing == 'notes' else _WITHOUT_HEADLINE)}")
    if source.quality_in_words:
        yield Line(f"-# {escape(source.quality_in_words)}")
    authors = gettext("by {names}", names=", ".join(source.authors)) if source.authors else ""
    about = (source.byline, authors, source.credit.rstrip("."))
    yield Line(escape(" · ".join(filter(None, about))))
    basis = gettext("date from: {basis}", basis=source.published_basis)
    collection = gettext(
        "collection {collection}, revision {revision}", collection=source.collection, revision=source.revision
    )
    yield Line(f"-# {escape(' · '.join((extent_in_words(source), basis, collection)))}")


def _held(name: str, lines: Iterable[str]) -> Iterator[Line]:
    """Show what a collection or a series holds below its name."""
    yield Line(name)
    for line in lines:
        yield Line(f"-# {escape(line)}", prose=True)


def _correction(one: Correction, sources: Sources) -> Iterator[Line]:
    yield Line(f"**{escape(day_in_words(one.day))}** — {escape(one.what)}")
    for line in correction_in_words(one):
        yield Line(escape(line), prose=True)
    yield Line(f"-# {_addresses(one.citations, sources)}")


# --- timeline ---------------------------------------------------------------------------------------------


def _events(answer: Answer, sources: Sources, page: int) -> Iterator[Block]:
    is_short = len(answer.events) <= _NOTED_ROWS
    for event, disputes in fresh_disputes(_events_on(answer, page), answer.disputes):
        lines = [*_event(event, sources, is_short)]
        for dispute in disputes:
            lines += _dispute(dispute, sources, links=None if is_short else 0)
        yield Block(tuple(lines), rank=3, above="space")


def _events_on(answer: Answer, page: int) -> Sequence[Event]:
    """Return the events of a page; of somebody who acts in many of them, the first page has none."""
    if not _stands_alone(answer):
        return _page(answer.events, EVENTS_A_PAGE, page)
    return _page(answer.events, EVENTS_A_PAGE, page - 1) if page else ()


def _stands_alone(answer: Answer) -> bool:
    """Whether somebody has a page of their own, before the events."""
    return answer.kind is Kind.PEOPLE and len(answer.events) > _NOTED_ROWS


def _event(event: Event, sources: Sources, with_summary: bool) -> Iterator[Line]:
    """Write an event: its date and title to be scanned, where both come from in small letters below."""
    date = event.date.label()
    yield Line(f"**{escape(date)}** — {escape(headline(event))}")
    if with_summary:
        yield Line(escape(event.summary), prose=True)
    from_words = gettext("inferred from “{words}”", words=event.inferred_from)
    about = (
        _addresses(event.citations, sources, links=None if with_summary else 1),
        escape(from_words) if event.basis != "explicit" else "",
        gettext("expected by the source, not reported as done") if event.status == "expected" else "",
    )
    yield Line("-# " + " · ".join(filter(None, about)))


def _lists_disputes(answer: Answer) -> bool:
    """Whether disputes are what a reply lists, and not what it says beside something else."""
    return answer.kind is Kind.SOURCES


def _disputes(answer: Answer, sources: Sources, page: int) -> Iterator[Block]:
    """Show what is in dispute about the passages shown, where no event shown tells it."""
    events = {event.id for event in answer.events}
    of_page = _page(answer.disputes, DISPUTES_A_PAGE, page) if _lists_disputes(answer) else answer.disputes
    for dispute in of_page:
        if events.isdisjoint(dispute.events):
            yield Block(tuple(_dispute(dispute, sources)), rank=3, above="space")


def _dispute(dispute: Dispute, sources: Sources, links: int | None = None) -> Iterator[Line]:
    yield Line(f"**{escape(dispute_in_words(dispute))}**")
    for claim in dispute.claims:
        addresses = _addresses(claim.citations, sources, links=links)
        yield Line(f"- {escape(claim_in_words(claim))} · {addresses}")


# --- figures ----------------------------------------------------------------------------------------------


def _figure_rows(answer: Answer) -> tuple[FigureRow, ...]:
    return tuple(row for block in answer.figures for row in _series_rows(block))


def _series_rows(block: SeriesFigures) -> Iterator[FigureRow]:
    for period, row in block.rows:
        if isinstance(row, Absence):
            yield FigureRow(block.series, period, None, absence=row)
        else:
            yield FigureRow(block.series, period, row)
    for total in block.totals:
        yield FigureRow(block.series, total.period, total, stated_total=True)


def _figures(answer: Answer, sources: Sources, page: int) -> Iterator[Block]:
    rows = _figure_rows(answer)
    shown = _page(rows, FIGURES_A_PAGE, page)
    in_columns = [row for row in shown if not row.stated_total]
    dates = max((columns(row.period.brief()) for row in in_columns), default=0)
    amounts = max((columns(_row_amount(row)) for row in in_columns), default=0)
    for series, group in groupby(shown, key=lambda row: row.series):
        lines = [Line(f"**{_series_name(series, sources)}**")]
        for row in group:
            about = list(_about(row, noted=_is_noted(row, rows)))
            told = len(rows) == 1 and row.figure and answer.statements == (stated(row.figure),)
            lines += about if told and about else [_figure_line(row, dates, amounts, sources), *about]
        yield Block(tuple(lines), rank=3, above="space")
    yield Block(tuple(_notes_below(row for row in shown if not _is_noted(row, rows))), rank=2)
    if len(rows) > _NOTED_ROWS and any(row.figure and row.figure.basis == "inferred" for row in shown):
        note = gettext(
            "Years are inferred from the source's words. Ask for a single month to see from which."
        )
        yield Block((Line(f"-# {escape(note)}"),), rank=1)


def _series_name(series: Series, sources: Sources) -> str:
    """Name a series; that of a dataset has the address that all of its rows share."""
    source = sources.get(series.source)
    return link(series.name, source.url if source and source.kind == _DATASET else "")


def _cited_in_datasets(answer: Answer, sources: Sources) -> frozenset[Citation]:
    """Return what the rows of a reply rest on if a dataset is among them: such tables leave little room."""
    held = {source.id for source in sources.values() if source.kind == _DATASET}
    if not any(block.series.source in held for block in answer.figures):
        return frozenset()
    return frozenset(citation for row in _figure_rows(answer) for citation in row.citations)


def _is_noted(row: FigureRow, rows: Sequence[FigureRow]) -> bool:
    """Whether a row shows right below it what the sources add to it, for it is one of few."""
    return len(rows) <= (_NOTED_ROWS if row.series.additive else _NOTED_PLEDGES)


def _notes_below(rows: Iterable[FigureRow]) -> Iterator[Line]:
    """Write below a long table what the sources add to some of its figures."""
    for row in rows:
        if row.figure and row.figure.note:
            yield Line(f"-# {escape(f'{row.period.brief()}: {row.figure.note}')}", prose=True)


def _about(row: FigureRow, *, noted: bool) -> Iterator[Line]:
    if row.figure is None:
        return
    for part in row.figure.parts:
        yield Line(f"-# {gettext('of which {part}', part=escape(part_in_words(part)))}")
    if noted and (notes := _notes(row.figure)):
        yield Line(f"-# {notes}", prose=True)


def _figure_line(row: FigureRow, dates: int, amounts: int, sources: Sources) -> Line:
    """Write a row in one run of fixed-width letters, which a narrow screen does not break apart."""
    amount, addresses = _row_amount(row), _row_addresses(row, sources)
    if row.stated_total:
        period = escape(row.period.label())
        total = gettext("Stated total {period}: {amount}", period=period, amount=escape(amount))
        return Line(f"{total} · {addresses}")
    zero = gettext(row.figure.precision) if row.figure and row.figure.precision in _ZEROS else ""
    date = row.period.brief()
    blanks = " " * (dates - columns(date) + 2 + amounts - columns(amount))
    return Line(f"{code(date + blanks + amount)} {' · '.join(filter(None, (zero, addresses)))}".rstrip())


def _row_addresses(row: FigureRow, sources: Sources) -> str:
    """Write where a row stands; a row of a dataset by its key, for the address stands above."""
    source = sources.get(row.series.source)
    if source and source.kind == _DATASET:
        return escape(" · ".join(f"¶{citation.ref}" for citation in row.citations))
    return _addresses(row.citations, sources, within=row.series.source)


def _row_amount(row: FigureRow) -> str:
    if row.figure is None:
        return gettext(row.absence.meaning if row.absence else "no figure")
    if row.figure.precision in _ZEROS:
        return quantity(row.figure.value, row.figure.unit)
    return figure_in_words(row.figure)


def _notes(figure: Figure) -> str:
    plain = figure.qualifier == "as stated" and figure.precision == "rounded"
    notes = (
        gettext("the source gives no qualifier") if plain else "",
        figure_date_in_words(figure) if figure.basis == "inferred" else "",
        figure.note,
    )
    return escape(" · ".join(filter(None, notes)))


def _receipt(receipt: Receipt, sources: Sources, told: bool, in_rows: Collection[Citation]) -> Iterator[Line]:
    """Show how a value was computed, and the value unless a statement has `told` it."""
    if not told:
        value = computed_in_words(receipt, about="≈")
        yield Line(f"**{escape(receipt.label)}: {escape(value)}** · {gettext('computed')}")
    yield Line(code(_formula(receipt)))
    elsewhere = [] if told else [citation for citation in receipt.citations if citation not in in_rows]
    addresses = _addresses(elsewhere, sources)
    yield Line("-# " + " · ".join(filter(None, (escape(receipt.caveat), addresses))))


def _formula(receipt: Receipt) -> str:
    """Return the formula; of a sum over very many rows, its beginning and its result."""
    if len(receipt.formula) <= _LONGEST_FORMULA:
        return receipt.formula
    terms, _, result = receipt.formula.rpartition(" = ")
    return f"{clip(terms, _LONGEST_FORMULA)} = {result}"


def _page(rows: Sequence[_T], length: int, page: int) -> Sequence[_T]:
    return rows[page * length : (page + 1) * length]
