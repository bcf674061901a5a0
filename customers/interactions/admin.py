from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm.common.admin import DomainAdmin, ReadOnlyAdmin
from customers.interactions.telephony.calls import assign_queue
from customers.interactions.wording import save_outcome, save_purpose
from customers.models import (
    Attachment,
    CalendarFeed,
    Call,
    CallEvent,
    Interaction,
    Note,
    Outcome,
    Purpose,
    Queue,
    Task,
)


@admin.register(Interaction)
class InteractionAdmin(ReadOnlyAdmin[Interaction]):
    list_display = ("occurred_at", "channel", "direction", "purpose", "customer", "contact_value", "agent", "team")
    list_filter = ("channel", "direction")
    list_select_related = ("customer", "agent", "team")
    search_fields = ("contact_normalised__exact",)
    ordering = ("-id",)


@admin.register(Queue)
class QueueAdmin(DomainAdmin[Queue]):
    """Whose a queue is; its calls follow. Queues themselves come with the first call."""

    list_display = ("name", "team", "purpose")
    list_select_related = ("team",)
    search_fields = ("name",)
    readonly_fields = ("name",)
    autocomplete_fields = ("team",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Queue, form: Any, change: bool) -> None:
        assign_queue(queue=obj, team=obj.team, purpose=obj.purpose, seen=form.cleaned_data["seen"])


@admin.register(Purpose)
class PurposeAdmin(DomainAdmin[Purpose]):
    list_display = ("key", "name", "name_zh", "is_offered", "order")
    search_fields = ("key", "name", "name_zh")

    def save_model(self, request: HttpRequest, obj: Purpose, form: Any, change: bool) -> None:
        save_purpose(purpose=obj, seen=form.cleaned_data["seen"])


@admin.register(Outcome)
class OutcomeAdmin(DomainAdmin[Outcome]):
    """Where an outcome counts differently from now on, the contacts on record follow within minutes."""

    list_display = ("key", "name", "name_zh", "counts_as_contact", "is_solved", "is_offered", "order")
    search_fields = ("key", "name", "name_zh")

    def save_model(self, request: HttpRequest, obj: Outcome, form: Any, change: bool) -> None:
        save_outcome(outcome=obj, seen=form.cleaned_data["seen"])


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin[Call]):
    list_display = ("callid", "queue", "entered_at", "outcome", "waited_ms", "talk_ms", "agent_name", "team")
    list_filter = ("outcome", "queue")
    list_select_related = ("queue", "team")
    search_fields = ("callid__exact",)
    ordering = ("-id",)


@admin.register(CallEvent)
class CallEventAdmin(ReadOnlyAdmin[CallEvent]):
    list_display = ("at", "callid", "queue", "agent", "event", "system")
    list_select_related = ("system",)
    search_fields = ("callid__exact",)
    ordering = ("-id",)


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin[Task]):
    list_display = ("what", "due_on", "priority", "assignee", "team", "customer", "done_at")
    list_filter = ("priority", "repeat")
    list_select_related = ("assignee", "team", "customer")
    ordering = ("-id",)


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin[CalendarFeed]):
    list_display = ("user", "made_at", "read_at")
    list_select_related = ("user",)
    exclude = ("token_hash",)


@admin.register(Note)
class NoteAdmin(ReadOnlyAdmin[Note]):
    list_display = ("created_at", "customer", "created_by", "is_pinned")
    list_select_related = ("customer", "created_by")
    ordering = ("-id",)


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin[Attachment]):
    list_display = ("added_at", "name", "content_type", "size", "customer", "added_by")
    list_select_related = ("customer", "added_by")
    ordering = ("-id",)
