"""A form and the domain verb that writes it."""

from collections.abc import Callable

from django.forms import BaseForm

from crm.common.errors import DomainError


def saved(form: BaseForm, write: Callable[[], object]) -> bool:
    """Whether the form was valid and `write` did not refuse; its refusal becomes an error of the form."""
    if not form.is_valid():
        return False
    try:
        write()
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    return True
