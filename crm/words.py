"""What a text is called in a language, looked up once a process.

Django looks for it in the catalogue of each app, and where none has it, as in English, through all of them twice.
"""

from typing import Final

from django.utils.translation.trans_real import DjangoTranslation

MOST: Final = 20_000
"""Texts a language: those of the code, and names that people gave tiers, purposes and the like."""


def look_up_once() -> None:
    look_up = DjangoTranslation.gettext

    def gettext(self: DjangoTranslation, message: str) -> str:
        known: dict[str, str] = vars(self).setdefault("known", {})
        words = known.get(message)
        if words is None:
            words = look_up(self, message)
            if len(known) < MOST:
                known[message] = words
        return words

    DjangoTranslation.gettext = gettext  # type: ignore[method-assign, assignment]
