"""What can be done to many customers at once, by key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django import forms
from django.utils.functional import Promise

from accounts.access import Reader
from accounts.models import User
from crm.common.errors import DomainError
from customers.models import BulkJob

Parameters = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What it was of one customer, and what it is now, as JSON."""

    customer_id: int
    before: Any
    after: Any


class UnknownAction(DomainError):
    """There is no such action."""


class ParametersForm(forms.Form):
    """What an action has to know. `parameters` gives what was chosen as JSON, and makes what is new."""

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        self.by = by
        super().__init__(*args, **kwargs)

    def parameters(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


@dataclass(frozen=True, kw_only=True)
class Action:
    """`label` stands on the button. `permission`: what it takes to do it.

    `apply(ids, parameters)` does it to these customers, in the transaction of a chunk, and says whom it changed; who
    is so already is not written. `undo(parameters, changes)` takes back what still stands as `after`, and says of
    whom. `write(job)` instead of both: makes a file of the job's customers and gives its place. `words(parameters)`
    says what was chosen.
    """

    key: str
    label: str | Promise
    icon: str
    permission: str
    form: type[ParametersForm]
    words: Callable[[Parameters], str]
    apply: Callable[[Sequence[int], Parameters], list[Changed]] | None = None
    undo: Callable[[Parameters, Sequence[Changed]], set[int]] | None = None
    write: Callable[[BulkJob], Path] | None = None


_actions: Final[dict[str, Action]] = {}


def register_action(action: Action) -> None:
    _actions[action.key] = action


def get_action(key: str) -> Action:
    """Raises UnknownAction."""
    try:
        return _actions[key]
    except KeyError:
        raise UnknownAction(key) from None


def actions_for(user: Reader) -> list[Action]:
    """Those that the user may do, as registered."""
    return [action for action in _actions.values() if user.has_perm(action.permission)]
