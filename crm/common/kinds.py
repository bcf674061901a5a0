"""Words that several apps use for the same thing."""

from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_import_kinds: Final[dict[str, str | Promise]] = {}


def name_import_kind(kind: str, label: str | Promise) -> None:
    """Said once for each kind of file, by the room that brings it (see `customers.importing.registry`)."""
    _import_kinds[kind] = label


def import_kinds() -> list[tuple[str, str | Promise]]:
    """The kinds of files there are, with their names; the key is the KIND of `import_file`."""
    return list(_import_kinds.items())


class Channel(models.TextChoices):
    """How a contact reached us, or we them."""

    PHONE = "phone", _("phone")
    EMAIL = "email", _("e-mail")
    WEB = "web", _("web form")
    LETTER = "letter", _("letter")
    VISIT = "visit", _("visit")
    CHAT = "chat", _("chat")
    SMS = "sms", _("SMS")
    SELF_SERVICE = "self_service", _("self-service")


def label_of(choices: type[models.TextChoices], value: str) -> str:
    """The label in the reader's language, the value itself where it is no choice.

    For what a page says of every row: `get_…_display` takes all labels of the field in hand each time.
    """
    return str(choices(value).label) if value in choices else value
