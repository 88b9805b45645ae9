"""The engine: one question or command in, one `Answer` out; the same for every surface.

A question is routed by what it asks for: a figure or a sum goes to the export table, everything else to the
retrieval over passages, events, people and FAQ entries, which answers or refuses by the evidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from rapidfuzz import process

from knowledge.answering import Answering, said_of
from knowledge.answers import Answer, Excerpt, Kind, Statement, Status, refused
from knowledge.assistance import EXAMPLES as ASSISTANCE_EXAMPLES
from knowledge.assistance import assistance_compared, assistance_reply
from knowledge.citations import Citation
from knowledge.commands import (
    COMMANDS,
    Command,
    has_word,
    is_command,
    parse_command,
    shown_command,
    shown_option,
    written,
)
from knowledge.comparisons import compared_periods
from knowledge.corrections import Correction, since
from knowledge.errors import ContentError, InputError
from knowledge.explaining import explanation_in_words
from knowledge.exports import FigureTable, Series
from knowledge.figures import EXAMPLES as EXPORT_EXAMPLES
from knowledge.figures import by_grain, no_figure, other_years, rows_reply
from knowledge.help import Reader, examples_of, help_lines
from knowledge.holdings import holdings, in_brief, series_holdings
from knowledge.languages import (
    ENGLISH,
    gettext,
    languages,
    ngettext,
    speaking,
    spoken,
    translatable,
)
from knowledge.library import Library
from knowledge.listings import disputes_listed, everybody, gaps_listed
from knowledge.periods import (
    ALL_DATES,
    ONLY_YEAR,
    READ_AS,
    AmbiguousPeriodError,
    ParsedPeriod,
    Period,
    PeriodError,
    UncoveredPeriodError,
    parse_period,
)
from knowledge.replies import MAY_FALL, ask_hint, excerpt_of, no_event
from knowledge.text import echo
from knowledge.wording import (
    archive_in_words,
    coverage_in_words,
    day_in_words,
    events_counted,
    extent_in_words,
    topic_in_words,
)

if TYPE_CHECKING:
    from knowledge.entries import Content, Entry
    from knowledge.own_entries import OwnEntries
    from knowledge.sources import Source
    from knowledge.store import Pointer

TIMELINE_EXAMPLES = ("2018", "2018-12", translatable("summer 2018"), "2016..2019")
CORRECTION_EXAMPLES = ("2026", "2026-11", "2026-11-22")
LONGEST_INPUT = 4000
MOST_FOUND = 10
"""How many FAQ entries a search lists."""

_TAGS_NAMED = 20
_NEAREST = 3
_LONGEST_NAME = 100


class Engine:
    """Answers questions and commands from one library; holds no state between calls and never raises."""

    def __init__(self, library: Library) -> None:
        """Index `library`, once, in the language of its content, whoever asks for it."""
        self.library = library
        with speaking(ENGLISH):
            self._answering = Answering(library)
        self._commands = {
            name: form
            for name, form in COMMANDS.items()
            if {"assistance": library.assistance.series, "disputes": library.timeline.disputes}.get(
                name, True
            )
        }

    def warm_up(self) -> None:
        """Load what the first question would otherwise wait for; call it outside the event loop.

        Raises `ContentError` if the vocabulary of another language has faults.
        """
        self._answering.warm_up()
        _ = self.wordings

    @cached_property
    def wordings(self) -> Mapping[str, str]:
        """The wordings that the library answers, by their keys, each with the address of its answer."""
        from knowledge.own_entries import wording_keys

        asks = (
            (str(source.citation(passage)), ask)
            for source in self.library.sources.values()
            for passage in source.passages
            for ask in passage.asks
        )
        entries = (
            (entry.id, text) for entry in self.library.faq for text in (entry.question, *entry.alternatives)
        )
        return {key: address for address, text in (*asks, *entries) for key in wording_keys((text,))}

    def own_entries(self, entries: Iterable[Entry] = (), pointers: Iterable[Pointer] = ()) -> OwnEntries:
        """Return the entries and pointers of a server as the methods below take them."""
        return self._answering.own_entries(entries, pointers)

    def reply(self, typed: str, own: OwnEntries | None = None) -> Answer:
        """Answer a question, or a command written as `/exports 2023-11 series:reported`.

        `own` are the entries of the server in which it is asked.
        """
        try:
            return self._replied(typed, own)
        except ContentError as error:  # the vocabulary of another language, read at the first need
            hint = gettext(_CHECK_HINT, command="python bot.py check")
            return self._finish(self.unreadable(str(error.faults[0]), hint), echo(typed))

    def _replied(self, typed: str, own: OwnEntries | None) -> Answer:
        if not is_command(typed):
            return self._question(typed, own)
        if len(typed) > LONGEST_INPUT:
            return self._finish(self._too_long(), echo(typed))
        try:
            command = parse_command(typed, self._commands, self.library.in_english)
        except InputError as error:
            return self._finish(self.unreadable(str(error)), typed)
        return self._run(command, own)

    def _run(self, command: Command, own: OwnEntries | None) -> Answer:
        """Run a command with its options in the order in which its form names them."""
        runs: Mapping[str, Callable[..., Answer]] = {
            "ask": lambda question: self._question(question, own),
            "timeline": self.timeline,
            "who": self.who,
            "exports": self.exports,
            "assistance": self.assistance,
            "cite": self.cite,
            "sources": self.sources,
            "disputes": self.disputes,
            "coverage": self.coverage,
            "corrections": self.corrections,
            "faq list": lambda tag: self.faq_list(tag, own),
            "faq show": lambda entry_id: self.faq_show(entry_id, own),
            "faq search": lambda words: self.faq_search(words, own),
            "help": lambda reader: self.help(Reader.named(reader)),
        }
        form = COMMANDS[command.name]
        names = dict.fromkeys(filter(None, (form.main, *form.options)))
        return runs[command.name](*(command.options.get(name, "") for name in names))

    def _question(self, question: str, own: OwnEntries | None) -> Answer:
        """Answer a free question from the library, or refuse if nothing supports an answer."""
        question = question.strip()
        asked = written("ask", question=question) if is_command(question) else question
        if unreadable := self._unreadable_question(question):
            return self._finish(unreadable, asked, own)
        return self._finish(self._answering.answer(question, own), asked, own)

    def _unreadable_question(self, question: str) -> Answer | None:
        if not has_word(question):
            return self.unreadable(gettext("Ask a question in a few words."), ask_hint())
        return self._too_long() if len(question) > LONGEST_INPUT else None

    def _too_long(self) -> Answer:
        return self.unreadable(gettext(_TOO_LONG, count=LONGEST_INPUT), ask_hint())

    def language_of(self, *typed: str) -> str:
        """Return the language in which to reply to what was typed: its own if the bot speaks it.

        What is written in Latin letters may be a name or a command, so it is answered in the language spoken.
        """
        with suppress(ContentError):  # said in the reply
            for text in typed:
                for code in self.library.glossaries.codes(text):
                    if code in languages():
                        return code
        return spoken()

    def explain(self, question: str, own: OwnEntries | None = None) -> str:
        """Return how a question is read and what decides its reply, as a few lines for people tuning it."""
        return explanation_in_words(self._answering.explain(question, own))

    def question_key(self, question: str) -> str:
        """Return a key that questions share which ask the same in the same words, in whatever order."""
        return self._answering.question_key(question)

    def closest(self, question: str) -> tuple[Excerpt, ...]:
        """Return the passages nearest to a question, whether or not they answer it; at most three."""
        return self._answering.closest(question)

    def faq_list(self, tag: str = "", own: OwnEntries | None = None) -> Answer:
        """List the FAQ entries, a server's own before the shipped ones, of one tag if one is given."""
        wanted = "-".join(tag.lower().lstrip("# ").split())
        asked = written("faq list", tag=wanted)
        entries = self._answering.entries(own)
        found = tuple(entry for entry in entries if wanted in ("", *entry.tags))
        if not found:
            tags = Counter(tag for entry in entries for tag in entry.tags)
            missing = (
                gettext("There is no FAQ entry with the tag “{tag}”.", tag=echo(tag))
                if wanted
                else gettext("There is no FAQ entry.")
            )
            known = ", ".join(tag for tag, _ in tags.most_common(_TAGS_NAMED))
            hint = gettext("The tags are: {tags}.", tags=known) if known else ""
            return self._finish(refused(missing, hint), asked, own)
        title = (
            gettext("FAQ entries with the tag {tag} ({count})", tag=wanted, count=len(found))
            if wanted
            else gettext("FAQ entries ({count})", count=len(found))
        )
        reply = Answer(Kind.FAQ, Status.ANSWERED, title=title, entries=found, hint=_show_hint())
        return self._finish(reply, asked, own)

    def faq_show(self, entry_id: str, own: OwnEntries | None = None) -> Answer:
        """Show an FAQ entry by its id, with its question as the title."""
        wanted = " ".join(entry_id.lower().split())
        asked = written("faq show", id=wanted)
        entries = {entry.id: entry for entry in self._answering.entries(own)}
        if wanted in entries:
            reply = replace(self._answering.entry(entries[wanted]), title=entries[wanted].question)
            return self._finish(reply, asked, own)
        near = [match[0] for match in process.extract(wanted[:_LONGEST_NAME], tuple(entries), limit=_NEAREST)]
        said = (
            gettext("There is no FAQ entry “{entry}”.", entry=echo(entry_id)),
            gettext("The nearest by name are: {entries}.", entries=", ".join(near)) if near else "",
            gettext("{command} names them all.", command=shown_command("/faq list")),
        )
        choices = tuple(f"/faq show {near_id}" for near_id in near)
        return self._finish(self.unreadable(" ".join(filter(None, said)), choices=choices), asked, own)

    def faq_preview(self, entry_id: str, content: Content, own: OwnEntries | None = None) -> Answer:
        """Show what an own entry would say, as `faq_show` does once it is published."""
        from knowledge.own_entries import as_shown

        asked = written("faq show", id=entry_id)
        reply = self._answering.entry(as_shown(entry_id, content, self.library))
        return self._finish(replace(reply, title=content.question), asked, own)

    def faq_search(self, words: str, own: OwnEntries | None = None) -> Answer:
        """List the FAQ entries that have any of some words, the nearest first; refuse if none has."""
        words = " ".join(words.split())
        asked = written("faq search", words=words)
        if unreadable := self._unreadable_question(words):
            return self._finish(unreadable, asked, own)
        read, found = self._answering.entries_near(words, own)
        if not found:
            nothing = gettext("Nothing near “{words}” is among the FAQ entries.", words=echo(words))
            hint = gettext("Try other words, or {command}.", command=shown_command("/faq list"))
            return self._finish(refused(nothing, hint), asked, own)
        title = gettext("FAQ entries near “{words}”", words=echo(words))
        near = tuple(found[:MOST_FOUND])
        reply = Answer(
            Kind.FAQ, Status.ANSWERED, title=title, entries=near, notes=said_of(read), hint=_show_hint()
        )
        return self._finish(reply, asked, own)

    def timeline(self, period: str = "", topic: str = "", actor: str = "") -> Answer:
        """List the dated events of a period, oldest first, of one topic and one actor if they are given."""
        asked = written("timeline", period=period, topic=topic, actor=actor)
        line = self.library.timeline
        chosen = topic.strip().lower().replace(" ", "-")
        if chosen and chosen not in line.topics:
            near = [match[0] for match in process.extract(chosen, line.topics, limit=3, score_cutoff=50)]
            message = gettext(
                "There is no topic “{topic}”. The topics are: {topics}.",
                topic=echo(topic),
                topics=", ".join(line.topics),
            )
            return self._finish(
                self.unreadable(message, choices=tuple(f"/timeline topic:{t}" for t in near)), asked
            )
        who, read = self._actor(actor)
        if actor.strip() and not who:
            return self._finish(self._no_actor(actor), asked)
        named = topic_in_words(chosen)
        try:
            parsed = self._event_period(period)
        except UncoveredPeriodError as error:
            return self._finish(no_event(self.library, error.asked, named, who), asked)
        except InputError as error:
            return self._finish(self._choose(error, "timeline"), asked)
        acting = self.library.actors.spellings(who) if who else None
        events = line.within(parsed.period, chosen, acting)
        if not events:
            return self._finish(no_event(self.library, parsed.period.label(), named, who), asked)
        title = _timeline_title(parsed.period.label(), len(events), named, who)
        coarse = any(not parsed.period.contains(event.date) for event in events)
        notes = (*read, *parsed.notes, *((gettext(MAY_FALL),) if coarse else ()))
        disputes = line.disputes_about(events)
        reply = Answer(
            Kind.TIMELINE, Status.ANSWERED, title=title, events=events, disputes=disputes, notes=notes
        )
        return self._finish(reply, asked)

    def _event_period(self, typed: str) -> ParsedPeriod:
        """Read a period; a month without a year is one that the founding documents have, if they have it."""
        rows = [event.date for event in self.library.timeline.events]
        try:
            return self._period(typed, rows, TIMELINE_EXAMPLES)
        except AmbiguousPeriodError:
            first = self.library.founding_dates
            if not first:
                raise
            with suppress(UncoveredPeriodError):
                return self._period(typed, first, TIMELINE_EXAMPLES, _FIRST_YEAR)
            raise

    def _period(
        self, typed: str, rows: Sequence[Period], examples: Sequence[str], year_given: str = ONLY_YEAR
    ) -> ParsedPeriod:
        """Read a period in English or another language, as `parse_period` does."""
        return parse_period(
            typed,
            rows=rows,
            examples=examples,
            in_english=self.library.in_english,
            year_given=year_given,
        )

    def _actor(self, typed: str) -> tuple[str, tuple[str, ...]]:
        """Return the actor that is meant, nobody if none is, and a note if the name was read as another."""
        known = self.library.actors.directory
        if not typed.strip():
            return "", ()
        if found := known.find(typed) or known.find(self.library.in_english(typed)):
            return found, ()
        guess = known.guess(typed) or ""
        return guess, ((_read_as(typed, guess),) if guess else ())

    def _no_actor(self, typed: str) -> Answer:
        near = self.library.actors.directory.nearest(typed)
        message = gettext("No event has an actor “{actor}”.", actor=echo(typed))
        if not self.library.timeline.events:
            return self.unreadable(f"{message} {gettext('There are no events.')}")
        example = near[0] if near else self.library.timeline.events[-1].actors[0]
        shown = shown_command(written("timeline", actor=example))
        hint = gettext("For example: {command}", command=shown)
        return self.unreadable(message, hint, tuple(written("timeline", actor=actor) for actor in near))

    def who(self, name: str) -> Answer:
        """Say who somebody is: role at the time, affiliation, the passages that name them, their events.

        Without a name, everybody is listed.
        """
        name = name.strip()
        asked = written("who", name=name)
        if not name:
            return self._finish(everybody(self.library), asked)
        known = self.library.directory
        found = known.find(name) or known.find(self.library.in_english(name))
        guess = None if found else known.guess(name)
        person = self.library.person(found or guess or "")
        if person is None:
            return self._finish(self._nobody(name), asked)
        mentions = self.library.mentions_of(person)
        in_rows = Counter(c.source for c in mentions if self.library.resolve(c)[1].is_row)
        notes = [_read_as(name, person.name)] if guess else []
        notes += [
            ngettext(
                "{count} row of {source} name them, too.",
                "{count} rows of {source} name them, too.",
                rows,
                source=source,
            )
            for source, rows in in_rows.items()
        ]
        actor = self.library.actors.directory.find(person.name)
        events = self.library.actors.events(actor) if actor else ()
        reply = Answer(
            Kind.PEOPLE,
            Status.ANSWERED,
            people=(person,),
            mentions=tuple(c for c in mentions if not self.library.resolve(c)[1].is_row),
            events=events,
            disputes=self.library.timeline.disputes_about(events),
            notes=tuple(notes),
        )
        return self._finish(reply, asked)

    def _nobody(self, name: str) -> Answer:
        """Ask which of the nearest names is meant; refuse if none is near."""
        missing = gettext("The library has nobody called “{name}”.", name=echo(name))
        near = [self.library.person(id_) for id_ in self.library.directory.nearest(name)]
        choices = tuple(written("who", name=person.name) for person in near if person)
        if choices:
            return self.unreadable(f"{missing} {gettext('The nearest names are below.')}", choices=choices)
        hint = gettext(
            "It has {count} people and organizations; {command} lists them.",
            count=len(self.library.people),
            command=shown_command("/who"),
        )
        if self.library.people:
            example = shown_command(COMMANDS["who"].example)
            hint = f"{hint} {gettext('For example: {command}', command=example)}"
        return refused(missing, hint)

    def exports(self, period: str = "", series: str = "", compare: str = "") -> Answer:
        """Show the export figures of a period, with what no source states left out.

        `series` picks one of the series, `compare` another period to put beside the first.
        """
        asked = written("exports", period=period, series=series, compare=compare)
        table, chosen = self.library.exports.having(series.strip().lower())
        if not table.series:
            return self._finish(no_figure(table, period.strip() or gettext("any month"), ()), asked)
        if not chosen:
            known = ", ".join((*(s.id for s in table.series), *(o.series[0].source for o in table.older)))
            message = _no_series(series, known)
            near = [match[0] for match in process.extract(series.lower(), [s.id for s in table.series])]
            return self._finish(
                self.unreadable(message, choices=tuple(f"/exports series:{id_}" for id_ in near)),
                asked,
            )
        try:
            if compare.strip() and not period.strip():
                raise PeriodError(
                    gettext(
                        "{option}: puts a second period beside a first, so both are needed: {example}.",
                        option=shown_option("compare"),
                        example=shown_command("/exports 2008 compare:2009"),
                    )
                )
            period, grain = by_grain(period)
            parsed = self._export_period(period, table, chosen)
            beside = self._export_period(compare, table, chosen) if compare.strip() else None
        except UncoveredPeriodError as error:
            return self._finish(no_figure(table, error.asked, chosen), asked)
        except InputError as error:
            return self._finish(self._choose(error, "exports", series), asked)
        if beside is not None:
            reply = compared_periods(table, parsed.period, beside.period, chosen)
            return self._finish(replace(reply, notes=parsed.notes + beside.notes + reply.notes), asked)
        reply = rows_reply(table, parsed.period, chosen, grain)
        return self._finish(replace(reply, notes=parsed.notes + reply.notes), asked)

    def _export_period(self, typed: str, table: FigureTable, chosen: Sequence[Series]) -> ParsedPeriod:
        """Read a period; a month without a year is that of the first series that has it."""
        uncovered: list[UncoveredPeriodError] = []
        for series in chosen:
            rows = table.months(series.id)
            try:
                parsed = self._period(typed, rows, EXPORT_EXAMPLES)
            except UncoveredPeriodError as error:
                uncovered.append(error)
                continue
            if other := self._other_years(typed, parsed.period, table, chosen):
                parsed = self._period(typed, rows, EXPORT_EXAMPLES, READ_AS)
            return replace(parsed, notes=(*parsed.notes, *other))
        raise uncovered[0]

    def _other_years(
        self, typed: str, read: Period, table: FigureTable, chosen: Sequence[Series]
    ) -> tuple[str, ...]:
        """Say which other years of a month without a year there are figures for."""
        rows = [period for series in chosen for period in table.months(series.id)]
        try:
            self._period(typed, rows, EXPORT_EXAMPLES)
        except AmbiguousPeriodError as error:
            return other_years([choice for choice in error.choices if choice != read])
        return ()

    def assistance(self, years: str = "", series: str = "", compare: str = "") -> Answer:
        """Show U.S. assistance by fiscal year: obligations, disbursements and food pledges, never mixed.

        `series` picks one of the series, `compare` other fiscal years to put beside the first.
        """
        asked = written("assistance", years=years, series=series, compare=compare)
        table, chosen = self.library.assistance.having(series.strip().lower())
        if table.series and not chosen:
            known = [one.id for one in table.series]
            message = _no_series(series, ", ".join(known))
            choices = tuple(f"/assistance series:{id_}" for id_ in known)
            return self._finish(self.unreadable(message, choices=choices), asked)
        try:
            parsed = self._period(years, (), ASSISTANCE_EXAMPLES)
            if compare.strip():
                beside = self._period(compare, (), ASSISTANCE_EXAMPLES)
                reply = assistance_compared(table, (parsed, beside), chosen)
            else:
                reply = assistance_reply(table, [parsed.period], chosen, parsed.notes)
        except InputError as error:
            return self._finish(self._choose(error, "assistance"), asked)
        return self._finish(reply, asked)

    def cite(self, reference: str) -> Answer:
        """Open a passage at its reference, with the ones before and after it at hand."""
        asked = written("cite", reference=reference)
        if source := self.library.catalogue.get(reference.strip().lower()):
            message = gettext(
                "{source} has {passages}. Add one of them, for example {citation}.",
                source=source.id,
                passages=extent_in_words(source),
                citation=_first_of(source),
            )
            return self._finish(self.unreadable(message), asked)
        try:
            citation = Citation.parse(reference)
            excerpt = excerpt_of(self.library, citation)
            before, after = self.library.neighbours(citation)
        except InputError as error:
            return self._finish(self.unreadable(str(error)), asked)
        source, _ = self.library.resolve(citation)
        reply = Answer(
            Kind.PASSAGE,
            Status.ANSWERED,
            title=source.title,
            excerpts=(excerpt,),
            previous=before,
            following=after,
        )
        return self._finish(reply, asked)

    def sources(self, source: str = "") -> Answer:
        """List the sources of the library, or show one of them; those of an archive are too many to list."""
        asked = written("sources", source=source)
        wanted = source.strip().lower()
        one = self.library.catalogue.get(wanted)
        found = (one,) if one else tuple(self.library.sources.values()) if not wanted else ()
        if not found:
            return self._finish(self.unreadable(self.library.no_source(source)), asked)
        title = gettext("Sources of the library ({count})", count=len(found)) if not wanted else ""
        hint = " ".join(archive_in_words(self.library)) if not wanted else ""
        reply = Answer(Kind.SOURCES, Status.ANSWERED, title=title, sources=found, hint=hint)
        return self._finish(reply, asked)

    def disputes(self) -> Answer:
        """List on what the sources disagree, each side with its source."""
        return self._finish(disputes_listed(self.library.timeline.disputes), written("disputes"))

    def coverage(self, part: str = "") -> Answer:
        """Say what each collection and each series of the library holds, and when it was read.

        The part `unknowns` lists what the sources are known not to give.
        """
        library = self.library
        wanted, asked = part.strip().lower(), written("coverage", part=part)
        if wanted == "unknowns":
            return self._finish(gaps_listed(library), asked)
        if wanted:
            message = gettext(
                "{command} has no part “{part}”; it takes nothing, or “unknowns”.",
                command=shown_command("/coverage"),
                part=echo(part),
            )
            return self._finish(self.unreadable(message, choices=("/coverage unknowns",)), asked)
        reply = Answer(
            Kind.SOURCES,
            Status.ANSWERED,
            title=gettext("What the library holds (version {version})", version=library.version),
            statements=(Statement(coverage_in_words(library)), *map(Statement, archive_in_words(library))),
            holdings=holdings(library),
            series=series_holdings(library),
            hint=gettext(
                "{sources} lists the sources, {corrections} what was changed in the content, "
                "{unknowns} what the sources are known not to give.",
                sources=shown_command("/sources"),
                corrections=shown_command("/corrections"),
                unknowns=shown_command("/coverage unknowns"),
            ),
        )
        return self._finish(reply, asked)

    def corrections(self, period: str = "") -> Answer:
        """List what was changed in the content, the newest first, from the beginning of a period on."""
        asked = written("corrections", since=period)
        known = self.library.corrections
        try:
            parsed = self._period(period, _days(known), CORRECTION_EXAMPLES)
        except UncoveredPeriodError as error:
            return self._finish(self._no_correction(error.asked), asked)
        except InputError as error:
            return self._finish(self._choose(error, "corrections"), asked)
        found = since(known, parsed.period)
        if not found:
            everything = parsed.period == ALL_DATES
            return self._finish(self._no_correction("" if everything else parsed.period.label()), asked)
        title = gettext("Corrections to the content ({count}), the newest first", count=len(found))
        reply = Answer(Kind.SOURCES, Status.ANSWERED, title=title, corrections=found, notes=parsed.notes)
        return self._finish(reply, asked)

    def _no_correction(self, asked: str) -> Answer:
        known = self.library.corrections
        said = (
            gettext("No correction to the content is recorded for {period}.", period=asked)
            if asked
            else gettext("No correction to the content is recorded.")
        )
        if known:
            said = f"{said} {gettext('The newest is of {date}.', date=day_in_words(known[-1].day))}"
        return refused(said)

    def help(self, reader: Reader = Reader.MEMBER) -> Answer:
        """Say what a reader can do, with examples that this library answers."""
        reply = Answer(
            Kind.HELP,
            Status.ANSWERED,
            title=gettext("Answers on the history of U.S. humanitarian-aid policy toward North Korea"),
            statements=tuple(help_lines(self.library, self._commands, self._examples, reader)),
        )
        return self._finish(reply, written("help", reader=str(reader)))

    @cached_property
    def _examples(self) -> Mapping[str, str]:
        return examples_of(self.library, lambda asked: self._question(asked, None).status is Status.ANSWERED)

    @staticmethod
    def unreadable(message: str, hint: str = "", choices: tuple[str, ...] = ()) -> Answer:
        """Reply that the input could not be read: `message` says what is wrong and what is accepted."""
        return Answer(Kind.ERROR, Status.ERROR, statements=(Statement(message),), hint=hint, choices=choices)

    def _choose(self, error: InputError, command: str, series: str = "") -> Answer:
        periods: tuple[Period, ...] = error.choices if isinstance(error, AmbiguousPeriodError) else ()
        choices = tuple(written(command, period=str(period), series=series) for period in periods)
        return self.unreadable(str(error), choices=choices)

    def _finish(self, answer: Answer, asked: str, own: OwnEntries | None = None) -> Answer:
        mark = f"+{own.version}" if own and own.version else ""
        held = ""
        if answer.status is Status.REFUSED:
            held = in_brief(self.library, " ".join((*(said.text for said in answer.statements), answer.hint)))
        is_of_the_library = answer.editorial and not any(said.is_markdown for said in answer.statements)
        shows_the_library = (
            answer.citations or answer.closest or answer.sources or answer.entries or is_of_the_library
        )
        said = (gettext(IN_ENGLISH),) if shows_the_library and spoken() != ENGLISH else ()
        return replace(
            answer,
            notes=(*said, *answer.notes),
            question=asked,
            version=self.library.version + mark,
            held=held,
        )


def _days(corrections: Iterable[Correction]) -> list[Period]:
    return [Period.between(one.day, one.day) for one in corrections]


def _first_of(source: Source) -> str:
    return str(source.citation(next((p for p in source.passages if p.ref == "1"), source.passages[0])))


IN_ENGLISH = translatable("What the library holds and quotes is shown in its own language, English.")
_FIRST_YEAR = translatable(
    "“{typed}” is read as {period}, the year in which the founding documents have it; other years have "
    "events, too."
)
_TOO_LONG = translatable("A question or command can have {count} characters at most.")
_CHECK_HINT = translatable("List the faults of the content with: {command}")
_TITLES = {
    (False, False): translatable("Timeline: {period} ({events})"),
    (True, False): translatable("Timeline on {topic}: {period} ({events})"),
    (False, True): translatable("Timeline with {actor}: {period} ({events})"),
    (True, True): translatable("Timeline on {topic} with {actor}: {period} ({events})"),
}
"""What a timeline is called by whether a topic and an actor were asked for."""


def _timeline_title(period: str, count: int, topic: str, actor: str) -> str:
    """Return the title of a timeline by what was asked for."""
    message = _TITLES[bool(topic), bool(actor)]
    return gettext(message, period=period, events=events_counted(count), topic=topic, actor=actor)


def _show_hint() -> str:
    return gettext("Show one with {command} and its id.", command=shown_command("/faq show"))


def _read_as(typed: str, name: str) -> str:
    return gettext("Read “{typed}” as “{read}”.", typed=echo(typed), read=name)


def _no_series(typed: str, known: str) -> str:
    return gettext("There is no series “{series}”. The series: {known}.", series=echo(typed), known=known)
