"""Who did it, in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

Metadata = Mapping[str, Any]


def names(contexts: Iterable[Any]) -> dict[int, str]:
    """The names of all users that the contexts of events speak of; one query. None among them is passed over."""
    ids = {context.metadata.get("user") for context in contexts if context} - {None}
    users = get_user_model()._default_manager.filter(pk__in=ids) if ids else ()  # noqa: SLF001 (Django's documented name)
    return {user.pk: str(user) for user in users}


def who(context: Any, users: Mapping[int, str]) -> str:
    """The person, the command line or the job, and the import if it was one; empty where nobody was named."""
    return named_in(metadata_of(context), users)


def metadata_of(context: Any) -> Metadata:
    return context.metadata if context else {}


def named_in(metadata: Metadata, users: Mapping[int, str]) -> str:
    """The same of a context's metadata."""
    doer = _doer(metadata, users)
    if not metadata.get("batch"):
        return doer
    words = _("import %(number)s by %(name)s") if doer else _("import %(number)s")
    return words % {"number": metadata["batch"], "name": doer}


def _doer(metadata: Metadata, users: Mapping[int, str]) -> str:
    user, command = metadata.get("user"), metadata.get("command")
    if user:
        return users.get(user) or f"#{user}"
    if metadata.get("api"):
        return _("the API token %(name)s") % {"name": metadata["api"]}
    if command:
        return _("%(command)s on the command line (%(account)s)") % {
            "command": command, "account": metadata.get("account", "?"),
        }  # fmt: skip
    if metadata.get("job") and not metadata.get("batch"):
        return _("the job %(name)s") % {"name": metadata["job"]}
    return ""
