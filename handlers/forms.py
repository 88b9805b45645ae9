"""Forms: what people type into a modal, read back by its custom id alone.

So a form that was open while the bot restarted is handled like any other, which discord.py's own callbacks
cannot do: the client hands every submitted form to `submitted`, and discord.py's modals only show them.
"""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import discord
from discord import ui

from handlers import cards, errors
from handlers.base import LONGEST_CUSTOM_ID, Interaction
from handlers.layout import Block, Line, Row
from handlers.markup import escape, unescape
from knowledge.errors import DeskError
from knowledge.languages import gettext, translatable

FROM_ANOTHER_VERSION = translatable("This form is from another version of me.")
LONGEST_TEXT = 4000
_LONGEST_TITLE = 45
_MOST_SHOWN = 1_500
"""How much of what was typed, with its escapes, is given back on a card alone; more is in a file too."""

_TYPED = 4720
"""The id of the component with the first thing that was typed, from where a form can be opened once more."""

_TYPED_FILE = "what-you-typed.txt"
_SHOWN_FOR = 900
"""Seconds after which discord.py may forget that it showed a form; the answer is read all the same."""


@dataclass(frozen=True, slots=True)
class Field:
    """A text to be typed: under which name it comes back, how it is labelled, and how long it may be.

    The label and the description are kept in English, and said when the form is shown.
    """

    name: str
    label: str
    description: str = ""
    longest: int = LONGEST_TEXT
    is_long: bool = False
    is_required: bool = True

    def item(self, typed: str) -> ui.Label[Any]:
        """Return the field as it is shown, with what was typed before."""
        text: ui.TextInput[Any] = ui.TextInput(
            custom_id=self.name,
            style=discord.TextStyle.paragraph if self.is_long else discord.TextStyle.short,
            default=typed[: self.longest] or None,
            required=self.is_required,
            max_length=self.longest,
        )
        return ui.Label(
            text=gettext(self.label),
            description=gettext(self.description) if self.description else None,
            component=text,
        )


class Form:
    """Base of every form: a template of its custom id, its fields, and what is done with what was typed.

    The title of the class is kept in English.
    """

    template: ClassVar[re.Pattern[str]] = re.compile(r"(?!)")
    title: ClassVar[str] = ""
    fields: ClassVar[Sequence[Field]] = ()

    def __init_subclass__(cls, *, template: str, **options: Any) -> None:
        """Note what the custom ids of this form look like, without the mark that sets two of them apart."""
        super().__init_subclass__(**options)
        cls.template = re.compile(template)

    def __init__(self, **about: str) -> None:
        """Take what the custom id says: the named groups of the template."""
        self.about = about

    @classmethod
    def read(cls, custom_id: str) -> Self | None:
        """Return the form that a custom id is of, or None if it is of another kind."""
        match = cls.template.fullmatch(custom_id.rpartition("#")[0])
        return cls(**match.groupdict()) if match else None

    @classmethod
    def modal(cls, title: str, custom_id: str, typed: Mapping[str, str]) -> ui.Modal:
        """Return the form to be shown, with what was typed before by the names of its fields.

        The title is said already. Two people may have the same form open, so each has a mark of its own.
        """
        marked = f"{custom_id}#{secrets.token_hex(2)}"
        if not cls.template.fullmatch(custom_id) or len(marked) > LONGEST_CUSTOM_ID:
            raise ValueError(f"“{custom_id}” is no custom id of {cls.__name__}")
        shown = ui.Modal(title=title[:_LONGEST_TITLE], custom_id=marked, timeout=_SHOWN_FOR)
        for field in cls.fields:
            shown.add_item(field.item(typed.get(field.name, "")))
        return shown

    async def allow(self, interaction: Interaction) -> None:
        """Raise `UserError` if this person may not send the form (any more)."""

    async def submitted(self, interaction: Interaction, typed: Mapping[str, str]) -> None:
        """Do what the form is for; `typed` is what stands in each field, by its name."""
        raise NotImplementedError


async def submit(interaction: Interaction, forms: Sequence[type[Form]]) -> None:
    """Hand a submitted form to its kind; if that fails, give back what was typed, so that nothing is lost."""
    data: Any = interaction.data or {}
    typed = dict(_typed(data.get("components", [])))
    form = next(filter(None, (kind.read(data.get("custom_id", "")) for kind in forms)), None)
    if form is None:
        await _give_back(interaction, typed, gettext(FROM_ANOTHER_VERSION))
        return
    may_send = False
    try:
        await form.allow(interaction)
        may_send = True
        await form.submitted(interaction, typed)
    except Exception as error:
        again = data["custom_id"].rpartition("#")[0] if may_send and not isinstance(error, DeskError) else ""
        if told := errors.explained(interaction, error):
            await _give_back(interaction, typed, told, again)


def typed_on(press: Interaction, kind: type[Form]) -> dict[str, str]:
    """Return what was typed into a form, by its fields, from the card that gave it back."""
    view = ui.LayoutView.from_message(press.message, timeout=None) if press.message else ui.LayoutView()
    found = {field.name: view.find_item(_TYPED + place) for place, field in enumerate(kind.fields)}
    return {name: unescape(text.content) for name, text in found.items() if isinstance(text, ui.TextDisplay)}


async def _give_back(interaction: Interaction, typed: Mapping[str, str], told: str, again: str = "") -> None:
    """Say in one message what went wrong and what was typed; nothing of it is stored.

    `again` names the form that the person can send once more, mended.
    """
    texts = [text for text in typed.values() if text.strip()]
    is_long = sum(len(escape(text)) for text in texts) > _MOST_SHOWN
    blocks = [
        Block((Line(told),)),
        Block((Line(gettext("Nothing was sent. What you typed:")),) if texts else (), above="space"),
        *(
            Block((Line(escape(text), prose=True),), rank=1, above="space", id=_TYPED + place)
            for place, text in enumerate(typed.values())
            if text.strip()
        ),
        cards.about_asked(cards.footer(interaction.message).asked if interaction.message else ""),
    ]
    whole = "\n\n".join(f"{name}:\n{text}" for name, text in typed.items())
    files = {_TYPED_FILE: f"{whole}\n".encode("utf-8", "replace")} if is_long else {}
    view = cards.sheet(blocks, [] if is_long else _retry(again), files)
    await _send(interaction, view, [discord.File(io.BytesIO(data), name) for name, data in files.items()])


def _retry(again: str) -> list[Row]:
    from handlers.form_retries import TryAgain  # which stands on this module

    button = TryAgain.of(again) if again else None
    return [ui.ActionRow(button)] if button else []


async def _send(interaction: Interaction, view: ui.LayoutView, files: list[discord.File]) -> None:
    if interaction.response.is_done():
        await interaction.followup.send(view=view, files=files, ephemeral=True)
    else:
        await interaction.response.send_message(view=view, files=files, ephemeral=True)


def _typed(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the name of each field of a form and what stands in it; of several choices, one a line."""
    for component in components:
        inner = component.get("component")
        yield from _typed([*component.get("components", ()), *([inner] if inner else ())])
        if "custom_id" in component:
            values = [component.get("value"), *component.get("values", ())]
            yield component["custom_id"], "\n".join(str(value) for value in values if value)
