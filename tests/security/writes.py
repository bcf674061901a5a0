"""Every write a page takes: how to do it, for the test that each leaves a row of the audit naming who did it.

Add an entry beside its neighbours when a URL takes a POST. `arrange` makes what the write speaks of and returns the
URL's keyword arguments and what to send.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from crm.common.company.models import Company
from crm.common.versions import version
from customers.identity.editing import create_customer
from customers.identity.ordering import FIELDS
from customers.identity.relating.relating import relate
from customers.identity.releasing import release
from customers.models import ImportBatch, Outcome, Purpose, Relation, Tier, TierPolicy
from metrics.engine.recomputing import recompute
from metrics.models import Benefit, CostEntry, LedgerShare, OtherChange, Rollout
from tests.conftest import NOON, PASSWORD
from tests.factories.accounts import SavedViewFactory, TeamFactory, UserFactory
from tests.factories.customers import ContactFactory, CustomerFactory, MatchFactory
from tests.factories.importing import ApiTokenFactory, FeedFactory, FeedFileFactory, SourceSystemFactory, linked
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import BulkJobFactory, CustomerTagFactory, NoteFactory, TagFactory, deleted, kept_file
from tests.factories.privacy import PrivacyRequestFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.telephony import QueueFactory
from tests.factories.to_do import CalendarFeedFactory, TaskFactory
from tests.factories.trade import ExchangeRateFactory, ProductGroupFactory
from tests.forms import as_shown
from tests.metrics import figures

Arranged = tuple[dict[str, Any], dict[str, Any]]
Arrange = Callable[[Client, User], Arranged]
GO_LIVE = date(2026, 7, 1)
CONTACT = {"channel": "phone", "direction": "in", "purpose": "repair", "notes": "It broke"}
CORRECTED = {"body": "It broke again", "purpose": "repair"}
SECRET = "JBSWY3DPEHPK3PXP"


def typed(**data: Any) -> Arrange:
    """A page without arguments, filled in."""
    return lambda _client, _user: ({}, data)


def corrected(name: str, make: Callable[[], dict[str, Any]], /, **data: Any) -> Arrange:
    """A page about something that is there: opened, some fields changed, sent."""

    def arrange(client: Client, _user: User) -> Arranged:
        arguments = make()
        shown = as_shown(client.get(reverse(name, kwargs=arguments)), with_field=next(iter(data)))
        return arguments, {**shown, **data}

    return arrange


def pressed(make: Callable[[], dict[str, Any]]) -> Arrange:
    """A button."""
    return lambda _client, _user: (make(), {})


def a_baseline() -> dict[str, Any]:
    return {"baseline_id": figures.baseline("service_level").pk}


def customer() -> dict[str, Any]:
    return {"pk": CustomerFactory.create().pk}


def a_typed_city(_client: Client, _user: User) -> Arranged:
    made = create_customer(fields={"name": "Ada", "city": "Rome"})
    return {"pk": made.pk, "field": "city"}, {"seen": version(made, FIELDS)}


def released_city(user: User) -> dict[str, Any]:
    made = create_customer(fields={"name": "Ada", "city": "Rome"})
    release(customer=made, field="city", seen=version(made, FIELDS), by=user, now=NOON)
    return {"pk": made.pk, "field": "city"}


def to_mend() -> dict[str, Any]:
    return {"fault": "city-complete", **customer()}


def contact() -> dict[str, Any]:
    return {"pk": ContactFactory.create().pk}


def removed_contact() -> dict[str, Any]:
    return {"pk": ContactFactory.create(removed_at=NOON).pk}


def match() -> dict[str, Any]:
    return {"pk": MatchFactory.create().pk}


def decided_match() -> dict[str, Any]:
    return {"pk": MatchFactory.create(state="different", decided_at=NOON).pk}


def two_customers(_client: Client, _user: User) -> Arranged:
    survivor, other = customer(), customer()
    return survivor, {"with": other["pk"], "survivor": survivor["pk"]}


def two_firms(_client: Client, _user: User) -> Arranged:
    return customer(), {"with": customer()["pk"], "way": "parent"}


def subsidiary(_client: Client, user: User) -> Arranged:
    return {"pk": _related(user).customer_id}, {"kind": "parent"}


def relation(_client: Client, user: User) -> Arranged:
    made = _related(user)
    return {"pk": made.customer_id, "relation_id": made.pk}, {}


def _related(user: User) -> Relation:
    low, top = CustomerFactory.create(), CustomerFactory.create()
    return relate(customer=low, to=top, kind="parent", by=user, now=NOON).relation


def tag() -> dict[str, Any]:
    return {"pk": TagFactory.create().pk}


def deleted_tag() -> dict[str, Any]:
    return {"pk": deleted(TagFactory.create())}


def customers_tag() -> dict[str, Any]:
    tagged = CustomerTagFactory.create()
    return {"pk": tagged.customer_id, "tag_id": tagged.tag_id}


def an_owner(client: Client, user: User) -> Arranged:
    arguments, data = corrected("customers:owner", customer, owner=user.pk)(client, user)
    return arguments, data


def person() -> dict[str, Any]:
    return {"pk": CustomerFactory.create(kind="person").pk}


def to_confirm(_client: Client, _user: User) -> Arranged:
    request = PrivacyRequestFactory.create()
    return {"pk": request.pk}, {"number": request.customer_id}


def erase(**fields: Any) -> Arrange:
    return pressed(lambda: {"pk": PrivacyRequestFactory.create(**fields).pk})


def api_token() -> dict[str, Any]:
    return {"pk": ApiTokenFactory.create().pk}


def feed() -> dict[str, Any]:
    return {"pk": FeedFactory.create(url="https://files.example/c.csv", place="address", headers=["id", "name"]).pk}


def failed_file() -> dict[str, Any]:
    return {"pk": FeedFileFactory.create(state="failed").pk}


def note() -> dict[str, Any]:
    return {"pk": NoteFactory.create().pk}


def go_live() -> dict[str, Any]:
    return {"team_id": Rollout.objects.create(team=TeamFactory.create(), went_live_on=GO_LIVE).team_id}


def other_change() -> dict[str, Any]:
    return {"change_id": OtherChange.objects.create(what="Strike", happened_from=GO_LIVE).pk}


def cost() -> dict[str, Any]:
    return {"cost_id": CostEntry.objects.create(date=GO_LIVE, category="licence", currency="EUR", actual=1).pk}


def benefit() -> dict[str, Any]:
    amounts = [{"year": 1, "amount": "5"}]
    return {"benefit_id": Benefit.objects.create(name="Less paper", hardness="hard", amounts=amounts).pk}


def link() -> dict[str, Any]:
    made = linked()
    return {"pk": made.root_id, "merge_id": made.pk}


def logged_contact() -> dict[str, Any]:
    return {"pk": InteractionFactory.create().pk}


def everyones_view() -> dict[str, Any]:
    return {"pk": SavedViewFactory.create(shared="everyone").pk}


def deleted_view(client: Client, user: User) -> Arranged:
    view = SavedViewFactory.create(owner=user)
    client.post(reverse("accounts:delete_view", kwargs={"pk": view.pk}))
    return {}, {}


def own_contact(_client: Client, user: User) -> Arranged:
    return {"pk": InteractionFactory.create(agent=user).pk}, {}


def task() -> dict[str, Any]:
    return {"pk": TaskFactory.create().pk}


def nobodys_task() -> dict[str, Any]:
    return {"pk": TaskFactory.create(assignee=None).pk}


def a_calendar(_client: Client, user: User) -> Arranged:
    CalendarFeedFactory.create(user=user)
    return {}, {}


def put_off_task() -> dict[str, Any]:
    return {"pk": TaskFactory.create(snoozed_until=NOON + timedelta(days=1)).pk}


def done_task() -> dict[str, Any]:
    return {"pk": TaskFactory.create(done_at="2026-11-01T12:00:00Z").pk}


def deleted_task(client: Client, _user: User) -> Arranged:
    made = task()
    client.post(reverse("customers:task_delete", kwargs=made))
    return made, {}


def facts_of_a_year(_client: Client, _user: User) -> Arranged:
    for month in range(1, 13):
        SurveyAnswerFactory.create(answered_at=f"2025-{month:02d}-10T12:00:00Z")
    recompute(full=True)
    window = {"go_live_on": "2026-01-01", "window_from": "2025-01-01", "window_to": "2025-12-31"}
    return {"key": "csat"}, {**window, "sign": "on"}


def a_target(_client: Client, _user: User) -> Arranged:
    return {"key": "nps"}, {"value": "42", "due_on": "2199-06-30", "owner": UserFactory.create().pk}


def a_bulk_action(_client: Client, user: User) -> Arranged:
    return {}, {"action": "assign_owner", "ids": CustomerFactory.create().pk, "owner": user.pk, "confirmed": "1"}


def a_bulk_action_on_tasks(_client: Client, _user: User) -> Arranged:
    return {}, {"action": "task_done", "ids": TaskFactory.create().pk, "confirmed": "1"}


def own_bulk_job(user: User) -> dict[str, Any]:
    return {"pk": BulkJobFactory.create(created_by=user, state="done", changed=1).pk}


def upload(client: Client) -> int:
    client.post(reverse("customers:import_new"), uploaded())
    return ImportBatch.objects.latest("pk").pk


def uploaded() -> dict[str, Any]:
    file = SimpleUploadedFile("c.csv", b"external_id,name\n1,Ada\n")
    return {"kind": "customers", "source": "shop", "file": file}


def mapped(client: Client, _user: User) -> Arranged:
    return {"pk": upload(client)}, {"column_external_id": "0", "column_name": "1"}


def asked_again(client: Client, user: User) -> None:
    """An app and recovery codes are there, and the password was given just now."""
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def an_app(client: Client, user: User) -> Arranged:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    return {}, {"code": format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))}


def with_second_step(client: Client, user: User) -> Arranged:
    asked_again(client, user)
    return {}, {}


def a_passkey(client: Client, user: User) -> Arranged:
    asked_again(client, user)
    return {"pk": WebAuthn.add(user, "Key", {}).instance.pk}, {"name": "Blue key"}


WRITES: Mapping[str, tuple[str, Arrange]] = {
    # name → the role that does it, and how
    "metrics:freeze_baseline": ("manager", facts_of_a_year),
    "metrics:check_baseline": ("manager", pressed(a_baseline)),
    "metrics:set_target": ("manager", a_target),
    "metrics:hygiene_weights": (
        "administrator",
        corrected("metrics:hygiene_weights", dict, hygiene_city=9, reason="So"),
    ),
    "metrics:rollout": ("manager", corrected("metrics:rollout", go_live, phase="2")),
    "metrics:withdraw_rollout": ("manager", pressed(go_live)),
    "metrics:add_other_change": ("manager", typed(what="Strike", happened_from="2026-07-01")),
    "metrics:other_change": ("manager", corrected("metrics:other_change", other_change, what="A strike")),
    "metrics:withdraw_other_change": ("manager", pressed(other_change)),
    "metrics:add_cost": ("manager", typed(date="2026-07-01", category="licence", currency="EUR", actual="10")),
    "metrics:cost": ("manager", corrected("metrics:cost", cost, note="Paid")),
    "metrics:withdraw_cost": ("manager", pressed(cost)),
    "metrics:add_benefit": ("manager", typed(name="Paper", hardness="hard", share_percent="100", year_1="5")),
    "metrics:benefit": ("manager", corrected("metrics:benefit", benefit, evidence="Bills")),
    "metrics:withdraw_benefit": ("manager", pressed(benefit)),
    "customers:create": ("sales", typed(kind="person", name="Ada Lovelace")),
    "customers:edit": ("service", corrected("customers:edit", customer, city="Rome")),
    "customers:mend_one": ("sales", corrected("customers:mend_one", to_mend, city="Rome")),
    "customers:log_interaction": ("service", lambda _c, _u: (customer(), CONTACT)),
    "customers:edit_interaction": ("manager", corrected("customers:edit_interaction", logged_contact, **CORRECTED)),
    "customers:undo_interaction": ("service", own_contact),
    "customers:bulk": ("sales", a_bulk_action),
    "customers:task_bulk": ("service", a_bulk_action_on_tasks),
    "customers:bulk_undo": ("sales", lambda _client, user: (own_bulk_job(user), {})),
    "customers:duplicate": ("service", lambda _c, _u: (match(), {"decision": "different"})),
    "customers:duplicate_undo": ("sales", pressed(decided_match)),
    "customers:duplicate_list": ("manager", lambda _c, _u: ({}, {"ids": [match()["pk"]]})),
    "customers:duplicates_look": ("sales", pressed(dict)),
    "customers:duplicates_rule": ("administrator", typed(is_on="on", least="0.995")),
    "customers:merge": ("service", two_customers),
    "customers:relate": ("service", two_firms),
    "customers:part": ("sales", subsidiary),
    "customers:relation_undo": ("sales", relation),
    "customers:add_contact": ("sales", lambda _c, _u: (customer(), {"name": "Eva", "phone": "030 123456"})),
    "customers:owner": ("sales", an_owner),
    "customers:add_tag": ("service", lambda _c, _u: (customer(), {"name": "VIP"})),
    "customers:remove_tag": ("sales", pressed(customers_tag)),
    "customers:take_apart": ("sales", pressed(link)),
    "customers:release_value": ("service", a_typed_city),
    "customers:restore_value": ("sales", lambda _c, user: (released_city(user), {})),
    "customers:survivorship_rule": ("administrator", lambda _c, _u: ({"field": "city"}, {"rule": "newest"})),
    "customers:tag": ("manager", corrected("customers:tag", tag, name="VIP")),
    "customers:merge_tag": ("manager", lambda _c, _u: (tag(), {"into": TagFactory.create().name})),
    "customers:restore_tag": ("manager", pressed(deleted_tag)),
    "customers:delete_tag": ("manager", pressed(tag)),
    "customers:add_note": ("service", lambda _c, _u: (customer(), {"body": "They move."})),
    "customers:note": ("sales", corrected("customers:note", note, body="They moved.")),
    "customers:pin_note": ("sales", lambda _c, _u: (note(), {"pinned": "1"})),
    "customers:delete_note": ("sales", pressed(note)),
    "customers:restore_note": ("sales", pressed(lambda: {"pk": deleted(NoteFactory.create())})),
    "customers:add_file": ("service", lambda _c, _u: (customer(), {"file": SimpleUploadedFile("a.txt", b"Hello")})),
    "customers:delete_file": ("sales", lambda _c, _u: ({"pk": kept_file().pk}, {"sure": "1"})),
    "customers:restore_file": ("sales", pressed(lambda: {"pk": deleted(kept_file())})),
    "customers:edit_contact": ("service", corrected("customers:edit_contact", contact, name="Eva Meyer")),
    "customers:make_contact_primary": ("sales", pressed(contact)),
    "customers:remove_contact": ("sales", pressed(contact)),
    "customers:restore_contact": ("sales", pressed(removed_contact)),
    "customers:calendar": ("sales", typed()),
    "customers:revoke_calendar": ("sales", a_calendar),
    "customers:task_new": ("sales", typed(what="Call back", when="tomorrow 9:00")),
    "customers:task": ("service", corrected("customers:task", task, what="Call them")),
    "customers:task_done": ("service", pressed(task)),
    "customers:task_reopen": ("service", pressed(done_task)),
    "customers:task_take": ("service", pressed(nobodys_task)),
    "customers:task_unsnooze": ("sales", pressed(put_off_task)),
    "customers:task_snooze": ("sales", lambda _c, _u: (task(), {"choice": "tomorrow"})),
    "customers:task_delete": ("manager", pressed(task)),
    "customers:task_restore": ("manager", deleted_task),
    "customers:privacy_export": ("administrator", pressed(person)),
    "customers:privacy_erase": ("administrator", lambda _c, _u: (person(), {"reason": "asked"})),
    "customers:privacy_confirm": ("administrator", to_confirm),
    "customers:privacy_withdraw": ("administrator", erase()),
    "customers:privacy_again": ("administrator", erase(state="failed")),
    "customers:privacy_return": ("administrator", erase(state="done")),
    "customers:feed_new": (
        "administrator",
        typed(
            name="Customers", source="Shop", kind="customers", place="address", url="https://files.example/c.csv",
            sign_in="none", schedule="hourly",
        ),
    ),
    "customers:feed_edit": ("administrator", corrected("customers:feed_edit", feed, name="Customers of the shop")),
    "customers:feed_columns": (
        "administrator",
        corrected("customers:feed_columns", feed, column_external_id="0", column_name="1"),
    ),
    "customers:feed_now": ("administrator", pressed(feed)),
    "customers:feed_pause": ("administrator", pressed(feed)),
    "customers:feed_use": ("administrator", pressed(lambda: {"pk": FeedFactory.create(is_active=False).pk})),
    "customers:feed_delete": ("administrator", pressed(feed)),
    "customers:feed_file_again": ("administrator", pressed(failed_file)),
    "customers:feed_file_leave": ("administrator", pressed(failed_file)),
    "customers:token_new": ("administrator", typed(source="Shop", may=["read"])),
    "customers:rotate_token": ("administrator", pressed(api_token)),
    "customers:revoke_token": ("administrator", pressed(api_token)),
    "customers:import_new": ("manager", lambda _client, _user: ({}, uploaded())),
    "customers:import_map": ("manager", mapped),
    "accounts:profile": ("sales", corrected("accounts:profile", dict, name="Sally Sales")),
    "accounts:add_view": ("sales", lambda _c, _u: ({"of_list": "page.customers"}, {"name": "Rome", "shared": "mine"})),
    "accounts:view": ("manager", corrected("accounts:view", everyones_view, name="Renamed")),
    "accounts:keep_view": ("manager", lambda _c, _u: (everyones_view(), {"query": "view=all&sort=name"})),
    "accounts:delete_view": ("manager", pressed(everyones_view)),
    "accounts:restore_view": ("sales", deleted_view),
    "accounts:language": ("sales", typed(language="zh-hans")),
    "account_change_password": (
        "sales", typed(oldpassword=PASSWORD, password1="another-long-one", password2="another-long-one"),
    ),
    "mfa_activate_totp": ("sales", an_app),
    "mfa_deactivate_totp": ("sales", with_second_step),
    "mfa_generate_recovery_codes": ("service", with_second_step),
    "mfa_edit_webauthn": ("manager", a_passkey),
    "mfa_remove_webauthn": ("administrator", a_passkey),
}  # fmt: skip

NO_WRITE: Mapping[str, str] = {
    "customers:feed_try": "looks at a file, and keeps nothing of it; that somebody looked is noted",
    "customers:follow": "one's own mark at a customer, as a visit leaves one",
    "customers:unfollow": "one's own mark at a customer",
    "accounts:read_all": "that somebody has read what they were told is their own affair",
    "accounts:theme": "a cookie of the browser",
    "account_login": "opens a session; failures are counted, the moment stands in last_login",
    "account_logout": "ends a session",
    "account_signup": "closed: nobody makes an account for themselves",
    "account_confirm_login_code": "part of signing in",
    "account_reauthenticate": "part of signing in",
    "account_set_password": "nobody here is without a password of their own making",
    "account_reset_password": "asks for a mail; the outbox keeps it",
    "account_reset_password_from_key": "leads to the form below a key of its own",
    "account_email": "closed: administrators change addresses",
    "account_confirm_email": "addresses are confirmed by whoever enters them",
    "mfa_authenticate": "part of signing in",
    "mfa_reauthenticate": "part of signing in",
    "mfa_reauthenticate_webauthn": "part of signing in",
    "mfa_login_webauthn": "part of signing in",
    "mfa_download_recovery_codes": "gives a file to who asks for it",
    "mfa_add_webauthn": "only a passkey can answer it; the row it adds is tracked like that of an app",
}

Made = Callable[[], Any]


def draft() -> TierPolicy:
    return TierPolicy.objects.create(version=77, rules=[{"tier": "gold"}])


ADMIN_CHANGES: Mapping[str, tuple[Made, dict[str, Any]]] = {
    # model → a row of it, and what to change in its form
    "customers.customer": (CustomerFactory.create, {"city": "Rome"}),
    "customers.sourcesystem": (SourceSystemFactory.create, {"rank": "7"}),
    "customers.tier": (lambda: Tier.objects.create(key="tin", name="Tin", rank=99), {"name": "Pewter"}),
    "customers.tierpolicy": (draft, {"window_months": "3"}),
    "customers.queue": (QueueFactory.create, {"purpose": "order"}),
    "customers.purpose": (lambda: Purpose.objects.create(key="x", name="X"), {"name": "Y"}),
    "customers.outcome": (lambda: Outcome.objects.create(key="x", name="X"), {"name": "Y"}),
    "customers.exchangerate": (ExchangeRateFactory.create, {"rate": "1.25"}),
    "customers.productgroup": (ProductGroupFactory.create, {"name": "Screws"}),
    "metrics.costentry": (lambda: CostEntry.objects.get(pk=cost()["cost_id"]), {"note": "Paid"}),
    "metrics.benefit": (lambda: Benefit.objects.get(pk=benefit()["benefit_id"]), {"evidence": "Bills"}),
    "metrics.otherchange": (lambda: OtherChange.objects.get(pk=other_change()["change_id"]), {"what": "A strike"}),
    "metrics.ledgershare": (
        lambda: LedgerShare.objects.create(system=SourceSystemFactory.create(), share=1, reason="Ours"),
        {"share": "0.5"},
    ),
    "metrics.rollout": (lambda: Rollout.objects.get(team_id=go_live()["team_id"]), {"phase": "2"}),
    "accounts.user": (UserFactory.create, {"name": "Renamed", "role": "sales"}),
    "accounts.team": (TeamFactory.create, {"name": "Renamed"}),
    "common.company": (Company.objects.get, {"currency": "CHF"}),
}

ADMIN_ADDITIONS: Mapping[str, dict[str, Any]] = {
    "customers.customer": {"kind": "person", "name": "Ada"},
    "customers.sourcesystem": {"key": "erp", "name": "ERP", "rank": "5"},
    "customers.tierpolicy": {
        "version": "77", "measure": "revenue", "window_months": "6", "rules": '[{"tier": "gold"}]',
    },
    "customers.purpose": {"key": "x", "name": "X", "order": "1"},
    "customers.outcome": {"key": "x", "name": "X", "order": "1"},
    "customers.exchangerate": {"currency": "USD", "day": "2026-01-01", "rate": "0.9"},
    "customers.productgroup": {"name": "Screws"},
    "metrics.costentry": {"date": "2026-07-01", "category": "licence", "currency": "EUR", "actual": "10"},
    "metrics.benefit": {"name": "Paper", "hardness": "hard", "share_percent": "100", "year_1": "5"},
    "metrics.otherchange": {"what": "Strike", "happened_from": "2026-07-01"},
    "accounts.team": {"key": "north", "name": "North"},
    "accounts.user": {"email": "new@test.example", "name": "New", "role": "sales", "password": ""},
}  # fmt: skip

WITH_REFERENCES = {
    "metrics.kpirules",
    "metrics.ledgershare",
    "metrics.rollout",
    "metrics.kpitarget",
    "customers.tier",
    "auth.group",
}
"""What is added with a reference to another row, or with many fields: added in the test itself."""
