from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.common.admin import ReadOnlyAdmin
from crm.common.outbox.models import OutboxMail, OutboxQuerySet
from crm.common.outbox.sending import NothingToSend, try_again


@admin.register(OutboxMail)
class OutboxMailAdmin(ReadOnlyAdmin[OutboxMail]):
    """What went out and what did not. Texts are shown to nobody: a link in one may open somebody's account."""

    list_display = ("to", "subject", "kind", "state", "attempts", "next_try_at", "created_at", "sent_at")
    list_filter = ("state", "kind")
    search_fields = ("to__exact",)
    search_help_text = _("The whole address")
    fields = (
        "to", "subject", "kind", "language", "state", "attempts", "last_error", "next_try_at", "created_at", "sent_at",
    )  # fmt: skip
    actions = ("send_again",)

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("common.change_outboxmail")

    @admin.action(description=_("Try again"), permissions=["send_again"])
    def send_again(self, request: HttpRequest, queryset: OutboxQuerySet) -> None:
        done = 0
        for mail in queryset:
            try:
                try_again(mail=mail)
            except NothingToSend as refusal:
                messages.warning(request, str(refusal))
            else:
                done += 1
        if done:
            text = ngettext("%(count)s mail will be tried again.", "%(count)s mails will be tried again.", done)
            messages.success(request, text % {"count": done})
