"""What can be done to many rows of a list at once, by key; rooms hang in theirs, `customers.page.bulk` does it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from django import forms
from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from accounts.access import Reader
from accounts.models import User
from crm.common.errors import DomainError
from crm.common.lists.exporting import Export, ExportColumn
from crm.common.lists.pages import ListPage
from crm.common.lists.state import State

Parameters = Mapping[str, Any]
Many = Callable[[int], str]
ALL: Final = ("*",)
FILES: Final = (("csv", "CSV"), ("xlsx", "Excel"))


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is said of so many, with `%(count)s` to be filled in: "3 customers", "3 customers were changed." and so on.

    `none`: that there is nobody to do it to; `nobody` and `pick`: the same on a page, and what to do about it.
    """

    many: Many
    changed: Many
    in_file: Many
    as_before: Many
    none: str | Promise
    nobody: str | Promise
    pick: str | Promise


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The rows of a list, to which something is done. `key`: in names of files and in the audit.

    `column`: of `BulkChange`. `visible(user)`: the rows there are for somebody; `meant(state, user)`: those that the
    list stands for. `rows(queryset, columns, order)`: of a file; `sort`: its order where the list has no other.
    `events`: of the audit, which says what others changed meanwhile. `first`: so many in the first chunk.
    """

    key: str
    page: ListPage
    column: Literal["customer_id", "task_id"]
    visible: Callable[[Reader], QuerySet[Any]]
    meant: Callable[[State, Reader], QuerySet[Any]]
    export: Export
    rows: Callable[[QuerySet[Any], Sequence[ExportColumn], str], Iterator[tuple[Any, ...]]]
    sort: str
    words: Words
    events: type[Model]
    first: int = 100


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What it was of one row, and what it is now, as JSON."""

    row_id: int
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
    """`label` stands on the button. `of`: the subject's key. `permission`: what it takes to do it.

    `apply(ids, parameters, by)` does it to these rows, in the transaction of a chunk, and says which it changed; what
    is so already is not written. `undo(parameters, changes, by)` takes back what still stands as `after`, and says of
    which. `is_file` instead of both: it makes a file of them. `words(parameters)` says what was chosen. `guarded`: rows
    are left alone of which somebody else changed one of these columns since it was asked for; ALL: any of them.
    """

    key: str
    label: str | Promise
    icon: str
    permission: str
    form: type[ParametersForm]
    words: Callable[[Parameters], str]
    of: str = "customers"
    apply: Callable[[Sequence[int], Parameters, User], list[Changed]] | None = None
    undo: Callable[[Parameters, Sequence[Changed], User], set[int]] | None = None
    is_file: bool = False
    guarded: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject:
        return get_subject(self.of)


_actions: Final[dict[str, Action]] = {}
_subjects: Final[dict[str, Subject]] = {}


def register_subject(subject: Subject) -> None:
    _subjects[subject.key] = subject


def get_subject(key: str) -> Subject:
    return _subjects[key]


def register_action(action: Action) -> None:
    _actions[action.key] = action


def get_action(key: str) -> Action:
    """Raises UnknownAction."""
    try:
        return _actions[key]
    except KeyError:
        raise UnknownAction(key) from None


def actions_for(user: Reader, *, of: str) -> list[Action]:
    """Those that the user may do to rows of the subject, as registered."""
    return [action for action in _actions.values() if action.of == of and user.has_perm(action.permission)]


def file_in_words(parameters: Parameters) -> str:
    return dict(FILES).get(parameters.get("format", ""), "")
