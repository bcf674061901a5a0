"""The company whose database this is: its time zone and its currency, as the database holds them."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.common.admin import DomainAdmin
from crm.common.audit.changes import Change, differences, in_words
from crm.common.company.changing import FIELDS, change_company
from crm.common.company.forms import CompanyForm
from crm.common.company.models import Company
from crm.common.company.starting import differing


@admin.register(Company)
class CompanyAdmin(DomainAdmin[Company]):
    """One row, changed by its verb. `manage.py change_time_zone` does the same and waits for the end."""

    form = CompanyForm
    list_display = (*FIELDS, "changed_at", "changing_since")
    readonly_fields = ("changing_since", "earlier")
    fields = (*FIELDS, *readonly_fields)

    def has_add_permission(self, request: HttpRequest, obj: Company | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("zone being changed since"))
    def changing_since(self, company: Company) -> datetime | None:
        return company.zone_changing_since

    @admin.display(description=gettext_lazy("changes"))
    def earlier(self, company: Company) -> str:
        lines = [(localize(localtime(one.at)), one.who, "; ".join(one.sentences)) for one in changes_of(company)]
        return format_html_join("", "<div>{} {}: {}</div>", lines) or "–"

    def save_model(self, request: HttpRequest, obj: Company, form: Any, change: bool) -> None:
        said = {name: form.cleaned_data[name] for name in FIELDS}
        change_company(**said, seen=form.cleaned_data["seen"])
        if said["time_zone"] != form.stands["time_zone"]:
            messages.info(request, _("Days are being cut anew in %(zone)s.") % {"zone": said["time_zone"]})
        held = {"CRM_TIME_ZONE": said["time_zone"], "CRM_CURRENCY": said["currency"]}
        for variable in differing(asked=settings.CRM_ENVIRONMENT, held=held):
            told = _("%(variable)s in the environment contradicts this: take it out, else the next start is refused.")
            messages.warning(request, told % {"variable": variable})


def changes_of(company: Company) -> list[Change]:
    """What was changed, by whom, newest first; two queries, and one for the names."""
    labels = {name: str(Company._meta.get_field(name).verbose_name) for name in FIELDS}  # type: ignore[union-attr] # noqa: SLF001 - Meta is API
    events = Company.pgh_event_model.objects.filter(pgh_label="update").order_by("-pgh_id")  # type: ignore[attr-defined]
    told, after = [], Company.objects.get(pk=company.pk)
    for event in events.select_related("pgh_context")[:20]:
        told.append((event, differences(event, after, labels)))
        after = event
    return in_words(told)
