"""Drafts: what moderators type for an entry, read into its content with every fault named at once."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import count, islice

from knowledge.citations import SOURCE_ID, Citation
from knowledge.entries import Content, Draft
from knowledge.entry_reviews import Cause, StaleCitation, digest, is_digest
from knowledge.errors import CitationError, InputError
from knowledge.faq import MOST_CITATIONS, FaqEntry, never_found
from knowledge.languages import gettext, number, translatable
from knowledge.library import Library
from knowledge.periods import PeriodError, parse_period
from knowledge.rows import Row
from knowledge.text import UNPRINTABLE, echo, normalise, terms, words

LABELS: Mapping[str, str] = {
    "question": translatable("Question"),
    "answer": translatable("Answer"),
    "alternatives": translatable("Alternative wordings"),
    "citations": translatable("Citations"),
    "tags": translatable("Tags"),
    "review_on": translatable("Review date"),
    "reason": translatable("Reason"),
    "id": translatable("Id"),
}
"""The fields of a draft, and what people call them, in English; the last two are no part of an entry."""

EDITORIAL = "editorial"
"""The word that, among the citations, marks an entry as one that has none, whatever language is spoken."""

LONGEST_QUESTION = 300
LONGEST_ANSWER = 2_000
LONGEST_REASON = 300
LONGEST_TAG = 30
LONGEST_ID = 60
LONGEST_LIST = 4_000
"""How many characters all alternative wordings have together, so that one field of a form holds them."""
MOST_ALTERNATIVES = 20
MOST_TAGS = 10

_LONGEST_DAY = 40
_MOST_NAMED = 10
"""How many faults of one field are worth naming."""

_TAG = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One thing wrong in a draft: its field, the problem with what is accepted, and which item of a list."""

    field: str
    problem: str
    item: int | None = None

    def __str__(self) -> str:
        """Return `Label: problem`."""
        return gettext("{field}: {problem}", field=gettext(LABELS[self.field]), problem=self.problem)


class DraftError(InputError):
    """A draft cannot be published as it is; `faults` names everything that stands in the way."""

    def __init__(self, faults: tuple[FieldFault, ...]) -> None:
        """Take the faults, in the order of the fields."""
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Written(Row):
    """What an entry says as somebody wrote it, before it is tidied and checked.

    `cited` has, for some of the citations, the `digest` of the passage that the entry was written against: a
    citation that has one may lead nowhere by now. Only files have them.
    """

    question: str = ""
    answer: str = ""
    alternatives: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    editorial: bool = False
    tags: tuple[str, ...] = ()
    review_on: str = ""
    cited: Mapping[str, str] = field(default_factory=dict)


def read(typed: Mapping[str, str], library: Library, today: date | None = None) -> Content:
    """Read what was typed for an entry; whatever `typed` returns is read back to the same content.

    Alternatives stand one a line, citations one a line or parted by commas, tags parted by commas; the word
    “editorial” among the citations stands for none. With `today`, a review date must not have passed.

    Raises `DraftError` with the faults of all fields at once.
    """
    references = [tidy(part) for part in re.split(r"[,;\[\]\n]", _lines(typed.get("citations", "")))]
    written = Written(
        question=typed.get("question", ""),
        answer=typed.get("answer", ""),
        alternatives=tuple(typed.get("alternatives", "").splitlines()),
        citations=tuple(part for part in references if part.lower() != EDITORIAL),
        editorial=any(part.lower() == EDITORIAL for part in references),
        tags=tuple(re.split(r"[,;\n]", _lines(typed.get("tags", "")))),
        review_on=typed.get("review_on", ""),
    )
    content, faults = check(written, library, today)
    faults += tuple(_faults_beside(typed))
    if faults:
        raise DraftError(faults)
    return content


def typed(content: Content | FaqEntry) -> dict[str, str]:
    """Return what one would type for a content, by field: the inverse of `read`.

    Of a shipped entry it is what one would type for an own entry that says the same.
    """
    review_on = content.review_on if isinstance(content, Content) else None
    return {
        "question": content.question,
        "answer": content.answer,
        "alternatives": "\n".join(content.alternatives),
        "citations": EDITORIAL if content.editorial else "\n".join(map(str, content.citations)),
        "tags": ", ".join(content.tags),
        "review_on": str(review_on or ""),
    }


def mark(draft: Draft) -> str:
    """Return a short mark of what a draft says and what it was written upon; it changes as they do."""
    said = {field: text for field, text in sorted(draft.typed.items()) if text}
    written = json.dumps([said, draft.entry_id, draft.since, draft.question_id])
    return hashlib.blake2b(written.encode(), digest_size=6).hexdigest()


def check(
    written: Written, library: Library, today: date | None = None
) -> tuple[Content, tuple[FieldFault, ...]]:
    """Return what was written as content, and its faults; the content is good if there are none."""
    reader = _Reader(library, today)
    return reader.content(written), tuple(reader.faults)


def slug(question: str, *taken: Collection[str]) -> str:
    """Return an id for a question: its words in ASCII, with a number if that is among the ids `taken`.

    Words of other scripts, which ASCII cannot show, stand in it as a short hash. `How long does a permit
    take?` becomes `how-long-does-a-permit-take`, and then `how-long-does-a-permit-take-2`.
    """
    folded = [_in_ascii(word.term) for word in words(question)]
    head, tail = "-".join(filter(None, folded)), ""
    if not all(folded) or not folded:
        tail = "-" + hashlib.sha256(normalise(question).encode()).hexdigest()[:8]
    endings = (tail if number == 1 else f"{tail}-{number}" for number in count(1))
    ids = (_cut(head or "entry", LONGEST_ID - len(ending)) + ending for ending in endings)
    return next(id_ for id_ in ids if not any(id_ in some for some in taken))


def is_entry_id(text: str) -> bool:
    """Whether a text can be the id of an entry."""
    return len(text) <= LONGEST_ID and re.fullmatch(SOURCE_ID, text) is not None


def no_id(text: str) -> str:
    """Say that a text cannot be the id of an entry, and what can."""
    return gettext(
        "“{typed}” is no id: write lower-case letters, digits and single hyphens, {most} characters at most",
        typed=echo(text),
        most=LONGEST_ID,
    )


def tidy(text: str) -> str:
    """Return a text on one line, with single blanks and without what cannot be seen."""
    return " ".join(UNPRINTABLE.sub("", text).split())


def tidy_lines(text: str) -> str:
    """Return a text without what cannot be seen, blanks at the ends of lines and more than one empty line."""
    return re.sub(r"\n{3,}", "\n\n", _lines(UNPRINTABLE.sub("", text))).strip()


def _lines(text: str) -> str:
    """Return a text with one kind of line break and no blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.replace("\x1f", " ").splitlines())


def _in_ascii(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall("[a-z0-9]+", plain))


def _cut(id_: str, room: int) -> str:
    """Return the beginning of an id that fits, cut between words if it has several."""
    return id_ if len(id_) <= room else id_[: room + 1].rpartition("-")[0] or id_[:room]


def _faults_beside(typed: Mapping[str, str]) -> Iterator[FieldFault]:
    """Yield what is wrong in the fields that are no part of what the entry says."""
    reason, id_ = tidy(typed.get("reason", "")), typed.get("id", "")
    if len(reason) > LONGEST_REASON:
        yield FieldFault("reason", _too_long(reason, LONGEST_REASON))
    if id_ and not is_entry_id(id_):
        yield FieldFault("id", no_id(id_))


def _too_long(text: str, most: int) -> str:
    return gettext(
        "has {number} characters; {most} at most are accepted", number=number(len(text)), most=number(most)
    )


def _item_too_long(text: str, most: int) -> str:
    return gettext(
        "“{typed}” has {number} characters; {most} at most are accepted",
        typed=echo(text),
        number=number(len(text)),
        most=number(most),
    )


def _distinct(texts: Iterable[str], but: str = "") -> dict[str, int]:
    """Return tidied texts with their position: none that shows nothing, or differs only in case."""
    found: dict[str, tuple[str, int]] = {}
    for position, text in enumerate(map(tidy, texts)):
        if text.casefold() != but.casefold() and echo(text):
            found.setdefault(text.casefold(), (text, position))
    return dict(found.values())


class _Reader:
    """Reads what was written field by field, and notes the faults."""

    def __init__(self, library: Library, today: date | None) -> None:
        self._library = library
        self._today = today
        self.faults: list[FieldFault] = []

    def content(self, written: Written) -> Content:
        question = self._question(written.question)
        answer = self._answer(written.answer)
        alternatives = self._alternatives(written.alternatives, question)
        cited = self._cited(written)
        return Content(
            question=question,
            answer=answer,
            alternatives=alternatives,
            citations=tuple(cited),
            cited=tuple(cited.values()),
            editorial=written.editorial,
            tags=self._tags(written.tags),
            review_on=self._review_on(tidy(written.review_on)),
        )

    def _fault(self, field: str, problem: str, item: int | None = None) -> None:
        self.faults.append(FieldFault(field, problem, item))

    def _question(self, text: str) -> str:
        question = tidy(text)
        if not echo(question):
            problem = gettext(
                "is missing: write what people ask, in {most} characters at most", most=LONGEST_QUESTION
            )
            self._fault("question", problem)
        elif problem := never_found(question):
            self._fault("question", problem)
        elif not terms(question):
            self._fault("question", gettext("has no word that says what it is about; write one"))
        if len(question) > LONGEST_QUESTION:
            self._fault("question", _too_long(question, LONGEST_QUESTION))
        return question

    def _answer(self, text: str) -> str:
        answer = tidy_lines(text)
        if not echo(answer):
            problem = gettext(
                "is missing: write the answer, in {most} characters at most", most=number(LONGEST_ANSWER)
            )
            self._fault("answer", problem)
        if len(answer) > LONGEST_ANSWER:
            self._fault("answer", _too_long(answer, LONGEST_ANSWER))
        return answer

    def _alternatives(self, texts: Iterable[str], question: str) -> tuple[str, ...]:
        wordings = _distinct(texts, but=question)
        self._count("alternatives", len(wordings), MOST_ALTERNATIVES)
        for text, item in islice(wordings.items(), MOST_ALTERNATIVES):
            if len(text) > LONGEST_QUESTION:
                self._fault("alternatives", _item_too_long(text, LONGEST_QUESTION), item)
            elif problem := never_found(text):
                said = gettext("“{typed}” {problem}", typed=echo(text), problem=problem)
                self._fault("alternatives", said, item)
        together = len("\n".join(wordings))
        if len(wordings) <= MOST_ALTERNATIVES and together > LONGEST_LIST:
            problem = gettext(
                "have {number} characters together; {most} at most are accepted",
                number=number(together),
                most=number(LONGEST_LIST),
            )
            self._fault("alternatives", problem)
        return tuple(wordings)

    def _cited(self, written: Written) -> dict[Citation, str]:
        """Return the digests of the passages that are cited, by their citation as the source writes it."""
        found: dict[Citation, str] = {}
        digests = dict(self._digests(written.cited))
        references = _distinct(written.citations)
        for text, item in islice(references.items(), _MOST_NAMED):
            try:
                citation, of_passage = self._cite(Citation.parse(text), digests)
            except CitationError as error:
                self._fault("citations", str(error), item)
            else:
                found[citation] = of_passage
        self._count("citations", len(found) + max(0, len(references) - _MOST_NAMED), MOST_CITATIONS)
        if written.editorial and references:
            problem = gettext("an entry is either editorial or has citations; choose one")
            self._fault("citations", problem)
        elif not written.editorial and not references:
            problem = gettext("cite a passage, for example fp-2019¶6, or mark the entry as editorial")
            self._fault("citations", problem)
        return found

    def _cite(self, citation: Citation, digests: Mapping[Citation, str]) -> tuple[Citation, str]:
        """Return a citation as its source writes it, and the digest of its passage: as written, else of now.

        Raises `CitationError` if the passage is not there, or retired, and no digest says that it once was.
        """
        if citation in digests and citation not in self._library:
            return citation, digests[citation]
        source, passage = self._library.resolve(citation)
        citation = source.citation(passage)
        if citation in digests:
            return citation, digests[citation]
        if passage.retired:
            stale = StaleCitation(citation, Cause.RETIRED)
            raise CitationError(gettext("{problem}; cite another passage", problem=stale))
        return citation, digest(passage)

    def _digests(self, cited: Mapping[str, str]) -> Iterator[tuple[Citation, str]]:
        """Yield the digests that were written, by their citations."""
        for text, of_passage in cited.items():
            if not is_digest(of_passage):
                problem = gettext(
                    "“{typed}” is no digest as an export has it; leave it out", typed=echo(of_passage)
                )
                self._fault("cited", problem)
                continue
            with suppress(CitationError):
                yield Citation.parse(text), of_passage

    def _tags(self, texts: Iterable[str]) -> tuple[str, ...]:
        tags = _distinct(re.sub(r"[\s_]+", "-", tidy(text).lstrip("#").lower()) for text in texts)
        self._count("tags", len(tags), MOST_TAGS)
        for tag, item in islice(tags.items(), MOST_TAGS):
            if len(tag) > LONGEST_TAG or not _TAG.fullmatch(tag):
                problem = gettext(
                    "“{typed}” is no tag: write letters, digits and hyphens, {most} characters at most",
                    typed=echo(tag),
                    most=LONGEST_TAG,
                )
                self._fault("tags", problem, item)
        return tuple(tags)

    def _review_on(self, text: str) -> date | None:
        if not text:
            return None
        day = _day(text)
        if day is None:
            problem = gettext(
                "“{typed}” is no day; write the day as year-month-day, for example 2030-01-31",
                typed=echo(text),
            )
            self._fault("review_on", problem)
        elif self._today is not None and day < self._today:
            problem = gettext(
                "{day} has passed; write a day from {today} on, or none", day=day, today=self._today
            )
            self._fault("review_on", problem)
        return day

    def _count(self, field: str, found: int, most: int) -> None:
        if found > most:
            problem = gettext(
                "there are {number}; {most} at most are accepted", number=number(found), most=most
            )
            self._fault(field, problem)


def _day(text: str) -> date | None:
    """Read a day as people write it, above all as year-month-day."""
    if len(text) > _LONGEST_DAY:
        return None
    with suppress(ValueError):
        return date.fromisoformat(text)
    with suppress(PeriodError):
        period = parse_period(text).period
        return period.first if period.first == period.last else None
    return None
