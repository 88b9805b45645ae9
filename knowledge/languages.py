"""Languages: what the bot says, in the language of whoever reads it.

Messages are written in English where they are said, and looked up in a catalogue of gettext for any other
language: `locales/<code>.po`. What the library holds, and quotes, stays in the language of its source.

The language is that of the running task: whoever takes in a request sets it once with `speak` or `speaking`,
and whatever is said on its way, in threads too, is said in it. So nothing that was put into words is kept for
another reader: what is kept is kept in English, marked with `translatable`, and looked up when it is said.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, reduce
from itertools import chain
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal
    from gettext import NullTranslations

    from babel import Locale

ENGLISH = "en"
"""The language in which messages are written, and that of whoever reads no other one that there is."""

NAME = "name"
"""The context by which the catalogues tell the name of a command or an option from a word in a sentence."""

SHIPPED = Path(__file__).parent / "locales"
"""The catalogues that come with the bot."""

_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"

_FOLDER: ContextVar[Path] = ContextVar("folder of the catalogues", default=SHIPPED)
_SPOKEN: ContextVar[str] = ContextVar("language", default=ENGLISH)


def languages() -> tuple[str, ...]:
    """Return the codes of all languages that the bot speaks, English first."""
    return _languages_in(_FOLDER.get())


def folder() -> Path:
    """Return where the catalogues are."""
    return _FOLDER.get()


@contextmanager
def catalogues_in(folder: Path) -> Iterator[None]:
    """Let what runs within speak the languages of the catalogues in a folder, in place of those shipped."""
    before = _FOLDER.set(folder)
    try:
        yield
    finally:
        _FOLDER.reset(before)


def spoken() -> str:
    """Return the code of the language in which the running task speaks."""
    return _SPOKEN.get()


def speak(language: str) -> None:
    """Let the running task speak a language from now on; `language` is one of `languages`."""
    _SPOKEN.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let what runs within speak a language; `language` is one of `languages`."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def known(*locales: str) -> str:
    """Return the first of some locales (`ko`, `en-US`) that the bot speaks; English if it speaks none."""
    for locale in locales:
        for code in (locale.replace("-", "_"), locale.partition("-")[0]):
            if code in languages():
                return code
    return ENGLISH


def is_language(code: str) -> bool:
    """Tell whether a code is that of a language other than English, as CLDR has them: `ko`, `zh_TW`."""
    from babel import UnknownLocaleError

    try:
        return _locale(code).language != ENGLISH
    except (UnknownLocaleError, ValueError):
        return False


def name_of(language: str) -> str:
    """Return what a language calls itself: `English`, `한국어`."""
    return _locale(language).get_display_name(language) or language


def gettext(message: str, /, **values: object) -> str:
    """Say a message in the language spoken; `{names}` in it stand for the values."""
    language = _SPOKEN.get()
    if message and language != ENGLISH:  # gettext has the header of a catalogue where nothing is said
        message, values = _catalogue(language, _FOLDER.get()).gettext(message), _isolated(language, values)
    return message.format(**values) if values else message


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """Say a message as the language spoken has it for a `{count}`."""
    language, values = _SPOKEN.get(), {"count": number(count), **values}
    if language == ENGLISH:
        message = one if count == 1 else many
    else:
        message = _catalogue(language, _FOLDER.get()).ngettext(one, many, count)
        values = _isolated(language, values)
    return message.format(**values)


def pgettext(context: str, message: str, /) -> str:
    """Say a message that means something else elsewhere: `context` says where it stands."""
    language = _SPOKEN.get()
    return message if language == ENGLISH else _catalogue(language, _FOLDER.get()).pgettext(context, message)


def translatable(message: str, /) -> str:
    """Mark a message that is kept in English, for the catalogues; `gettext` says it later."""
    return message


def in_any_language(message: str, /, **values: str) -> str:
    """Return a pattern that a message fits in whichever language it was said.

    The values are patterns themselves. Each language has a pattern of its own, and so groups of its own.
    """
    return _in_any_language(message, tuple(values.items()), _FOLDER.get())


def isolated(text: str) -> str:
    """Return a text so that what is written from right to left in it leaves what is around it in order.

    Source: the isolates of https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates.
    """
    from unicodedata import bidirectional

    is_mixed = not text.isascii() and any(bidirectional(letter) in ("R", "AL", "AN") for letter in text)
    return f"{_ISOLATE}{text}{_END_OF_ISOLATE}" if is_mixed else text


def in_words(day: date, pattern: str) -> str:
    """Write a date in a language other than English by a pattern of CLDR, such as `yMMMMd`."""
    from babel.dates import format_date, format_skeleton

    if pattern == "yMMMMd":  # few languages have a pattern of that name, and all have this one
        return format_date(day, "long", locale=_locale(_SPOKEN.get()))
    return format_skeleton(pattern, day, locale=_locale(_SPOKEN.get()))


def between_in_words(first: date, last: date, pattern: str) -> str:
    """Write from when to when in a language other than English, as `in_words` does, nothing said twice."""
    from babel.dates import format_interval

    return format_interval(first, last, pattern, locale=_locale(_SPOKEN.get()))


def number(value: Decimal | int) -> str:
    """Write a number with the separators of the language spoken."""
    language = _SPOKEN.get()
    if language == ENGLISH:
        return f"{value:,}"
    from babel.numbers import format_decimal

    return format_decimal(value, locale=_locale(language), decimal_quantization=False)


def amount(value: Decimal) -> str:
    """Write a number to whole units or to hundredths, with separators: `120,000`, `94.50`."""
    language, is_whole = _SPOKEN.get(), value == value.to_integral_value()
    if language == ENGLISH:
        return f"{value:,.0f}" if is_whole else f"{value:,.2f}"
    from babel.numbers import format_decimal

    return format_decimal(value, "#,##0" if is_whole else "#,##0.00", _locale(language))


def money(value: Decimal, currency: str) -> str:
    """Write an amount of a currency in a language other than English, with cents if there are any."""
    from babel.numbers import format_currency

    locale = _locale(_SPOKEN.get())
    pattern = locale.currency_formats["standard"].pattern
    if value == value.to_integral_value():
        pattern = pattern.replace("0.00", "0")
    return format_currency(value, currency, pattern, locale=locale, currency_digits=False)


def compact_money(value: Decimal, currency: str) -> str:
    """Write a large amount of a currency in few digits in a language other than English: `US$270만`.

    Nothing is rounded away of what is given in tenths of a million.
    """
    from babel.numbers import format_compact_currency

    return format_compact_currency(value, currency, locale=_locale(_SPOKEN.get()), fraction_digits=4)


def percent(value: Decimal) -> str:
    """Write per cents in a language other than English: `45.8%`."""
    from babel.numbers import format_percent

    return format_percent(value / 100, locale=_locale(_SPOKEN.get()), decimal_quantization=False)


def joined(items: Iterable[str]) -> str:
    """Join items with the “and” of the language spoken between all of them: `a and b and c`."""
    all_ = list(items)
    return reduce(lambda some, last: gettext("{some} and {last}", some=some, last=last), all_) if all_ else ""


def listed(items: Iterable[str]) -> str:
    """Join what is counted up with the commas and the “and” of the language spoken: `a, b and c`."""
    *others, last = (*items,) or ("",)
    if not others:
        return last
    return gettext("{some} and {last}", some=", ".join(others), last=last)


def either(items: Iterable[str]) -> str:
    """Join what there is to choose from with the commas and the “or” of the language spoken: `a, b or c`."""
    *others, last = (*items,) or ("",)
    if not others:
        return last
    return gettext("{some} or {last}", some=", ".join(others), last=last)


@cache
def _languages_in(folder: Path) -> tuple[str, ...]:
    return (ENGLISH, *sorted(filter(is_language, (path.stem for path in folder.glob("*.po")))))


@cache
def _catalogue(language: str, folder: Path) -> NullTranslations:
    """Read the catalogue of a language, which takes a moment, once; what is wrong in it stays English."""
    from knowledge.catalogues import read

    catalogue, faults = read(folder / f"{language}.po")
    if faults:
        logging.getLogger(__name__).error(
            "%s What is wrong there is said in English; python bot.py check names all of it.", faults[0]
        )
    return catalogue


@cache
def _in_any_language(message: str, values: tuple[tuple[str, str], ...], folder: Path) -> str:
    patterns = dict(values)
    return f"(?:{'|'.join(dict.fromkeys(_pattern(said, patterns) for said in _all_of(message, folder)))})"


def _all_of(message: str, folder: Path) -> Iterator[str]:
    yield message
    for language in _languages_in(folder)[1:]:
        yield _catalogue(language, folder).gettext(message)


def _pattern(message: str, patterns: Mapping[str, str]) -> str:
    """Return what fits a message, its values apart from words that are written from right to left or not."""
    parts = (
        (re.escape(words), f"{_ISOLATE}?{patterns[name]}{_END_OF_ISOLATE}?" if name else "")
        for words, name, _, _ in Formatter().parse(message)
    )
    return "".join(chain.from_iterable(parts))


@cache
def _locale(language: str) -> Locale:
    from babel import Locale

    return Locale.parse(language)


def _isolated(language: str, values: dict[str, Any]) -> dict[str, Any]:
    """Keep values apart from words that are written from right to left."""
    if _locale(language).text_direction == "ltr":
        return values
    return {name: f"{_ISOLATE}{value}{_END_OF_ISOLATE}" for name, value in values.items()}
