"""Pages that show a form and save it through a domain verb."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import formats
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from crm.common.fragments import asks_for_part, render_part
from crm.common.versions import ChangedMeanwhile, version

M = TypeVar("M", bound=Model)
EDIT = ["GET", "HEAD", "POST"]
"""What an edit page answers to."""


Context = Mapping[str, Any] | Callable[[], Mapping[str, Any]]
"""Beside the form; called when the page is shown where it depends on what is wrong with the form."""

Beside = Mapping[type[DomainError], str]
"""The field that a refusal is shown at, the first that fits; others are shown above the form."""


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What to say after saving, if anything, and where to go: anything that `redirect` takes.

    `part`: what htmx gets instead, to put in place.
    """

    to: Any
    message: str = ""
    part: Callable[[], HttpResponse] | None = None


class AsksBack(Exception):
    """Raised before anything is written: the page shows what was typed with `context`, and waits for an answer."""

    def __init__(self, **context: Any) -> None:
        super().__init__()
        self.context = context


class VersionedForm(forms.ModelForm[M]):
    """Knows which version of its row the editor started from. The verb gets it as `seen`.

    When the row is another by now, the form is not valid: it keeps all that was typed, each field that differs says
    what stands there now, and saving once more keeps what was typed. `compared`: the fields that count; none: all.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    compared: ClassVar[Sequence[str]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing = version(self.instance if self.instance.pk else None, self.compared)
        self.fields["seen"].initial = self.standing

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("seen", "") != self.standing:
            self.show_conflict()
        return cleaned

    def show_conflict(self) -> None:
        self.add_error(None, str(ChangedMeanwhile()))
        for name in self.changed_data:
            if name != "seen":
                stands = self.get_initial_for_field(self.fields[name], name)
                self.add_error(name, _("now: %(value)s") % {"value": in_words(self.fields[name], stands)})
        self.data = _with(self.data, self.add_prefix("seen"), self.standing)


def _with(data: Any, name: str, value: str) -> Any:
    """What was sent, with one value replaced; a copy, since what comes from a request cannot be changed."""
    copied = data.copy()
    copied[name] = value
    return copied


def in_words(field: forms.Field, value: Any) -> str:
    """A value as the reader of the form knows it: choices by their names, days as people write them."""
    if value in (None, "", []):
        return _("empty")
    if isinstance(field, forms.ModelMultipleChoiceField):
        return ", ".join(str(one) for one in value)
    if isinstance(field, forms.ModelChoiceField):
        return str(field.queryset.filter(pk=value).first() or value) if field.queryset is not None else str(value)
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        names: dict[str, str] = {str(key): str(name) for key, name in flatten_choices(choices)}  # type: ignore[var-annotated]
        return ", ".join(names.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]))
    return str(formats.localize(field.prepare_value(value)))


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: nothing yet when the page is only opened."""
    return request.POST if request.method == "POST" else None


def show_refusal(form: BaseForm, error: DomainError, beside: Beside | None = None) -> None:
    if isinstance(error, ChangedMeanwhile) and isinstance(form, VersionedForm):
        form.show_conflict()
        return
    fields = [field for kind, field in (beside or {}).items() if isinstance(error, kind)]
    form.add_error(fields[0] if fields else None, str(error))


def edit_page(
    request: HttpRequest, template: str, form: BaseForm, write: Callable[[], Saved],
    context: Context | None = None, *, part: str = "", beside: Beside | None = None,
) -> HttpResponse:  # fmt: skip
    """Show the form; once it is sent, save it by `write` and go on, or show it again (422) with what is wrong.

    `part`: of the template, for htmx (see `render_part`); without one it gets the whole page.
    """

    def show(status: int = 200, **more: Any) -> HttpResponse:
        page = {"form": form, **(context() if callable(context) else context or {}), **more}
        if part:
            return render_part(request, template, part, page, status=status)
        return render(request, template, page, status=status)

    if request.method != "POST":
        return show()
    if not form.is_valid():
        return show(DomainError.status)
    try:
        done = write()
    except AsksBack as question:
        return show(DomainError.status, **question.context)
    except DomainError as error:
        show_refusal(form, error, beside)
        return show(error.status)
    return _go_on(request, done)


def _go_on(request: HttpRequest, done: Saved) -> HttpResponse:
    if done.message:
        messages.success(request, done.message)
    if done.part and asks_for_part(request):
        return done.part()
    return redirect(done.to)
