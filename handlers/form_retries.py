"""“Try again”: a form that failed, opened once more with what was typed, which stands on the card itself."""

from __future__ import annotations

from typing import Self

from handlers import forms
from handlers.base import LONGEST_CUSTOM_ID, Interaction
from handlers.errors import UserError
from handlers.views import CardItem
from knowledge.languages import gettext


class TryAgain(CardItem, template=r"(?s)try-again:(?P<form>.+)"):
    """Opens the form that its custom id names."""

    @classmethod
    def of(cls, form_id: str) -> Self | None:
        """Return the button for a form, by its custom id without the mark, or None if that is too long."""
        custom_id = f"try-again:{form_id}"
        return cls.button(gettext("Try again"), custom_id) if len(custom_id) <= LONGEST_CUSTOM_ID else None

    async def run(self, press: Interaction) -> None:
        """Show it as it was sent, to those who may still send it."""
        from handlers.client import FORMS  # which learns this button

        form_id = self.fields["form"]
        form = next(filter(None, (kind.read(f"{form_id}#") for kind in FORMS)), None)
        if form is None:
            raise UserError(gettext(forms.FROM_ANOTHER_VERSION))
        await form.allow(press)
        title = gettext(form.title or form.fields[0].label)
        await press.response.send_modal(form.modal(title, form_id, forms.typed_on(press, type(form))))


ITEMS = (TryAgain,)
