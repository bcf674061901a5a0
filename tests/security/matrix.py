"""Who gets what at each URL: one row per URL name. `test_access_matrix` fails for a URL that has no row here.

Add a row beside its neighbours. `arguments` makes the rows the URL speaks of, in the test's database, and returns the
URL's keyword arguments. Statuses are for a GET unless `method` says "post" (an empty form is sent). Each URL is asked
with the other method too: `posted` says what those who may see the page get for an empty form, 405 where nothing is
taken.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from metrics.models import Benefit, CostEntry, OtherChange, Rollout
from tests.factories.accounts import NoticeFactory, SavedViewFactory, TeamFactory
from tests.factories.customers import ContactFactory, CustomerFactory, MatchFactory, MatchRunFactory, RelationFactory
from tests.factories.importing import ApiTokenFactory, FeedFactory, FeedFileFactory, ImportBatchFactory, linked
from tests.factories.interactions import InteractionFactory
from tests.factories.notes import BulkJobFactory, CustomerTagFactory, NoteFactory, TagFactory, deleted, kept_file
from tests.factories.privacy import PrivacyRequestFactory
from tests.factories.to_do import TaskFactory
from tests.factories.trade import InvoiceFactory, OrderFactory
from tests.metrics import figures

ROLES = ("sales", "service", "manager", "administrator")
EVERYONE = ("anonymous", *ROLES)
Arguments = Callable[[], dict[str, Any]]


def no_arguments() -> dict[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Row:
    """`statuses` by who asks, with `method`, and `others` with the other one.

    `axe` says whether the browser test opens the page; pages that need a state of the session say why not.
    """

    statuses: Mapping[str, int]
    others: Mapping[str, int]
    arguments: Arguments = no_arguments
    method: str = "get"
    axe: bool = True


def open_to(
    *roles: str, arguments: Arguments = no_arguments, method: str = "get", status: int = 200, posted: int = 405,
    axe: bool = True,
) -> Row:  # fmt: skip
    """These roles and the administrator get `status`, the other roles 403, others are sent to the sign-in page."""

    def given(status: int) -> dict[str, int]:
        may = {*roles, "administrator"}
        return {"anonymous": 302, **{role: status if role in may or status == 405 else 403 for role in ROLES}}

    return Row(
        statuses=given(status), others=given(posted), arguments=arguments, method=method, axe=axe and status == 200
    )


def staff(
    *, arguments: Arguments = no_arguments, method: str = "get", status: int = 200, posted: int = 405, axe: bool = True
) -> Row:
    return open_to(*ROLES, arguments=arguments, method=method, status=status, posted=posted, axe=axe)


def public(
    *, arguments: Arguments = no_arguments, method: str = "get", status: int = 200, posted: int = 405, axe: bool = True
) -> Row:
    return Row(
        statuses=dict.fromkeys(EVERYONE, status), others=dict.fromkeys(EVERYONE, posted),
        arguments=arguments, method=method, axe=axe and status == 200,
    )  # fmt: skip


def before_sign_in(*, status: int = 200, posted: int = 200, signed_in: int = 302, axe: bool = True) -> Row:
    """Pages for those who are not signed in; others are sent on."""
    others = dict.fromkeys(ROLES, signed_in)
    return Row(
        statuses={"anonymous": status, **others}, others={"anonymous": posted, **others}, axe=axe and status == 200
    )


def _reset_key() -> dict[str, Any]:
    return {"uidb36": "1", "key": "none"}


def _customer() -> dict[str, Any]:
    return {"pk": CustomerFactory.create().pk}


def _link() -> dict[str, Any]:
    link = linked()
    return {"pk": link.root_id, "merge_id": link.pk}


def _contact() -> dict[str, Any]:
    return {"pk": ContactFactory.create().pk}


def _removed_contact() -> dict[str, Any]:
    return {"pk": ContactFactory.create(removed_at=datetime(2026, 11, 1, tzinfo=UTC)).pk}


def _tag() -> dict[str, Any]:
    return {"pk": TagFactory.create().pk}


def _deleted_tag() -> dict[str, Any]:
    return {"pk": deleted(TagFactory.create())}


def _customers_tag() -> dict[str, Any]:
    tagged = CustomerTagFactory.create()
    return {"pk": tagged.customer_id, "tag_id": tagged.tag_id}


def _note() -> dict[str, Any]:
    return {"pk": NoteFactory.create().pk}


def _deleted_note() -> dict[str, Any]:
    return {"pk": deleted(NoteFactory.create())}


def _file() -> dict[str, Any]:
    return {"pk": kept_file().pk}


def _deleted_file() -> dict[str, Any]:
    return {"pk": deleted(kept_file())}


def _interaction() -> dict[str, Any]:
    return {"pk": InteractionFactory.create().pk}


def _order() -> dict[str, Any]:
    return {"pk": OrderFactory.create(lines=[("2", "10", "4")]).pk}


def _invoice() -> dict[str, Any]:
    return {"pk": InvoiceFactory.create(paid=Decimal(40)).pk}


def _task() -> dict[str, Any]:
    return {"pk": TaskFactory.create().pk}


def _notice() -> dict[str, Any]:
    return {"pk": NoticeFactory.create().pk}


def _customers_field() -> dict[str, Any]:
    return {"pk": CustomerFactory.create().pk, "field": "city"}


def _bulk_job() -> dict[str, Any]:
    return {"pk": BulkJobFactory.create(state="done", changed=1).pk}


def _match() -> dict[str, Any]:
    return {"pk": MatchFactory.create().pk}


def _relation() -> dict[str, Any]:
    relation = RelationFactory.create()
    return {"pk": relation.customer_id, "relation_id": relation.pk}


def _match_run() -> dict[str, Any]:
    return {"pk": MatchRunFactory.create(state="done").pk}


def _batch() -> dict[str, Any]:
    return {"pk": ImportBatchFactory.create(state="done").pk}


def _person() -> dict[str, Any]:
    return {"pk": CustomerFactory.create(kind="person").pk}


def _erase() -> dict[str, Any]:
    return {"pk": PrivacyRequestFactory.create().pk}


def _export_file() -> dict[str, Any]:
    return {"pk": PrivacyRequestFactory.create(what="export", state="done").pk, "name": "person.json"}


def _api_token() -> dict[str, Any]:
    return {"pk": ApiTokenFactory.create().pk}


def _feed() -> dict[str, Any]:
    return {"pk": FeedFactory.create(headers=["external_id", "name"]).pk}


def _feed_file() -> dict[str, Any]:
    return {"pk": FeedFileFactory.create(state="failed").pk}


def own(*, arguments: Arguments, method: str = "get", status: int = 200, axe: bool = True) -> Row:
    """What belongs to somebody else: for the administrator alone; the other roles find nothing there."""
    found = {"anonymous": 302, **dict.fromkeys(ROLES, 404), "administrator": status}
    others = {"anonymous": 302, **dict.fromkeys(ROLES, 405)}
    return Row(statuses=found, others=others, arguments=arguments, method=method, axe=axe and status == 200)


def _a_list() -> dict[str, Any]:
    return {"of_list": "page.customers"}


def _everyones_view() -> dict[str, Any]:
    return {"pk": SavedViewFactory.create(shared="everyone").pk}


WORKERS = ("sales", "service", "manager")


def _kpi() -> dict[str, Any]:
    return {"key": "service_level"}


def _baseline() -> dict[str, Any]:
    return {"baseline_id": figures.baseline("service_level", team=TeamFactory.create()).pk}


def _rollout() -> dict[str, Any]:
    return {"team_id": Rollout.objects.create(team=TeamFactory.create(), went_live_on=date(2026, 7, 1)).team_id}


def _other_change() -> dict[str, Any]:
    return {"change_id": OtherChange.objects.create(what="Strike", happened_from=date(2026, 7, 1)).pk}


def _cost() -> dict[str, Any]:
    return {"cost_id": CostEntry.objects.create(date=date(2026, 7, 1), category="licence", currency="EUR", actual=1).pk}


def _benefit() -> dict[str, Any]:
    amounts = [{"year": 1, "amount": "5"}]
    return {"benefit_id": Benefit.objects.create(name="Less paper", hardness="hard", amounts=amounts).pk}


MATRIX: Mapping[str, Row] = {
    # metrics
    "metrics:dashboard": open_to("manager"),
    "metrics:kpi_list": open_to("manager"),
    "metrics:kpi": open_to("manager", arguments=_kpi),
    "metrics:export_series": open_to("manager", arguments=_kpi, axe=False),
    "metrics:freeze_baseline": open_to("manager", arguments=_kpi, posted=422),
    "metrics:set_target": open_to("manager", arguments=_kpi, posted=422),
    "metrics:baseline": open_to("manager", arguments=_baseline),
    "metrics:check_baseline": open_to("manager", arguments=_baseline, method="post", status=302),
    "metrics:scorecard": open_to("manager"),
    "metrics:export_scorecard": open_to("manager", axe=False),
    "metrics:rollouts": open_to("manager"),
    "metrics:rollout": open_to("manager", arguments=_rollout, posted=422),
    "metrics:withdraw_rollout": open_to("manager", arguments=_rollout, method="post", status=302),
    "metrics:other_changes": open_to("manager"),
    "metrics:add_other_change": open_to("manager", posted=422),
    "metrics:other_change": open_to("manager", arguments=_other_change, posted=422),
    "metrics:withdraw_other_change": open_to("manager", arguments=_other_change, method="post", status=302),
    "metrics:roi": open_to("manager"),
    "metrics:costs": open_to("manager"),
    "metrics:add_cost": open_to("manager", posted=422),
    "metrics:cost": open_to("manager", arguments=_cost, posted=422),
    "metrics:withdraw_cost": open_to("manager", arguments=_cost, method="post", status=302),
    "metrics:add_benefit": open_to("manager", posted=422),
    "metrics:benefit": open_to("manager", arguments=_benefit, posted=422),
    "metrics:withdraw_benefit": open_to("manager", arguments=_benefit, method="post", status=302),
    # customers
    "customers:my_news": open_to(*WORKERS),
    "customers:unmatched": open_to(*WORKERS),
    "customers:home_panel": open_to(*WORKERS, arguments=lambda: {"key": "recent"}),
    "customers:list": open_to(*WORKERS),
    "customers:create": open_to(*WORKERS, posted=422),
    "customers:similar": open_to(*WORKERS, axe=False),
    "customers:typeahead": open_to(*WORKERS, status=302, axe=False),
    "customers:duplicates": open_to(*WORKERS),
    "metrics:hygiene": open_to(*WORKERS),
    "metrics:hygiene_weights": open_to(posted=422),
    "customers:mend": open_to(*WORKERS, arguments=lambda: {"fault": "city-complete"}),
    "customers:mend_one": open_to(*WORKERS, arguments=lambda: {"fault": "city-complete", **_customer()}, posted=422),
    "customers:duplicate": open_to(*WORKERS, arguments=_match, posted=302),
    "customers:duplicate_undo": open_to(*WORKERS, arguments=_match, posted=302),
    "customers:duplicate_list": open_to(*WORKERS, posted=302),
    "customers:duplicates_decided": open_to(*WORKERS),
    "customers:duplicates_look": open_to(*WORKERS, method="post", status=302),
    "customers:duplicates_rule": open_to(posted=422),
    "customers:duplicate_run": open_to(*WORKERS, arguments=_match_run),
    "customers:duplicate_run_progress": open_to(*WORKERS, arguments=_match_run, axe=False),
    "customers:duplicate_run_progress_beside": open_to(*WORKERS, arguments=_match_run, axe=False),
    "customers:merge": open_to(*WORKERS, arguments=_customer, posted=200),
    "customers:merge_options": open_to(*WORKERS, arguments=_customer, status=302, axe=False),
    "customers:related": open_to(*WORKERS, arguments=_customer),
    "customers:related_options": open_to(*WORKERS, arguments=_customer, status=302, axe=False),
    "customers:relate": open_to(*WORKERS, arguments=_customer, method="post", status=404),  # with nobody
    "customers:part": open_to(*WORKERS, arguments=_customer, method="post", status=302),
    "customers:relation_undo": open_to(*WORKERS, arguments=_relation, method="post", status=302),
    "customers:export": open_to("sales", "manager", axe=False),
    "customers:bulk": open_to(*WORKERS, status=404, posted=404),  # without an action
    "customers:bulk_job": own(arguments=_bulk_job),
    "customers:bulk_progress": own(arguments=_bulk_job, axe=False),
    "customers:bulk_undo": own(arguments=_bulk_job, method="post", status=302),
    "customers:bulk_file": Row(
        statuses={"anonymous": 302, "sales": 404, "service": 403, "manager": 404, "administrator": 404},
        others=dict.fromkeys(EVERYONE, 405) | {"anonymous": 302},
        arguments=_bulk_job,
        axe=False,
    ),
    "customers:detail": open_to(*WORKERS, arguments=_customer),
    "customers:edit": open_to(*WORKERS, arguments=_customer, posted=422),
    "customers:timeline": open_to(*WORKERS, arguments=_customer),
    "customers:orders": open_to(*WORKERS, arguments=_customer),
    "customers:repairs": open_to(*WORKERS, arguments=_customer),
    "customers:order": open_to(*WORKERS, arguments=_order),
    "customers:invoice": open_to(*WORKERS, arguments=_invoice),
    "customers:sources": open_to(*WORKERS, arguments=_customer),
    "customers:release_value": open_to(*WORKERS, arguments=_customers_field, method="post", status=302),
    "customers:restore_value": open_to(*WORKERS, arguments=_customers_field, method="post", status=302),
    "customers:survivorship": open_to(),
    "customers:survivorship_progress": open_to(axe=False),
    "customers:survivorship_rule": open_to(arguments=lambda: {"field": "city"}, posted=422),
    "customers:take_apart": open_to(*WORKERS, arguments=_link, posted=302),
    "customers:history": open_to(*WORKERS, arguments=_customer),
    "customers:log_interaction": open_to(*WORKERS, arguments=_customer, posted=422),
    "customers:edit_interaction": open_to("manager", arguments=_interaction, posted=422),
    "customers:undo_interaction": open_to(*WORKERS, arguments=_interaction, method="post", status=302),
    "customers:people": open_to(*WORKERS, arguments=_customer),
    "customers:add_contact": open_to(*WORKERS, arguments=_customer, posted=422),
    "customers:order_list": open_to(*WORKERS),
    "customers:invoice_list": open_to(*WORKERS),
    "customers:order_export": open_to("sales", "manager", axe=False),
    "customers:invoice_export": open_to("sales", "manager", axe=False),
    "customers:owner": open_to(*WORKERS, arguments=_customer, posted=422),
    "customers:add_tag": open_to(*WORKERS, arguments=_customer, method="post", status=302),
    "customers:remove_tag": open_to(*WORKERS, arguments=_customers_tag, method="post", status=302),
    "customers:follow": open_to(*WORKERS, arguments=_customer, method="post", status=302),
    "customers:unfollow": open_to(*WORKERS, arguments=_customer, method="post", status=302),
    "customers:tags": open_to("manager"),
    "customers:tag_options": open_to(*WORKERS, axe=False),
    "customers:tag": open_to("manager", arguments=_tag, posted=422),
    "customers:merge_tag": open_to("manager", arguments=_tag, method="post", status=422),
    "customers:restore_tag": open_to("manager", arguments=_deleted_tag, method="post", status=302),
    "customers:delete_tag": open_to("manager", arguments=_tag, method="post", status=302),
    "customers:notes": open_to(*WORKERS, arguments=_customer),
    "customers:add_note": open_to(*WORKERS, arguments=_customer, posted=422),
    "customers:note": open_to(*WORKERS, arguments=_note, posted=422),
    "customers:pin_note": open_to(*WORKERS, arguments=_note, method="post", status=302),
    "customers:delete_note": open_to(*WORKERS, arguments=_note, method="post", status=302),
    "customers:restore_note": open_to(*WORKERS, arguments=_deleted_note, method="post", status=302),
    "customers:add_file": open_to(*WORKERS, arguments=_customer, posted=422),
    "customers:file": open_to(*WORKERS, arguments=_file, axe=False),
    "customers:delete_file": open_to(*WORKERS, arguments=_file, posted=422),
    "customers:restore_file": open_to(*WORKERS, arguments=_deleted_file, method="post", status=302),
    "customers:edit_contact": open_to(*WORKERS, arguments=_contact, posted=422),
    "customers:make_contact_primary": open_to(*WORKERS, arguments=_contact, method="post", status=302),
    "customers:remove_contact": open_to(*WORKERS, arguments=_contact, method="post", status=302),
    "customers:restore_contact": open_to(*WORKERS, arguments=_removed_contact, method="post", status=302),
    "customers:tasks": open_to(*WORKERS),
    "customers:task_export": open_to("sales", "manager", axe=False),
    "customers:task_bulk": open_to(*WORKERS, status=404, posted=404),  # without an action
    "customers:calendar": open_to(*WORKERS, posted=200),
    "customers:revoke_calendar": open_to(*WORKERS, method="post", status=302),
    "customers:calendar_feed": public(arguments=lambda: {"token": "none"}, status=404),
    "customers:customer_tasks": open_to(*WORKERS, arguments=_customer, status=302),
    "customers:task_new": open_to(*WORKERS, posted=422),
    "customers:task": open_to(*WORKERS, arguments=_task, posted=422),
    "customers:task_done": open_to(*WORKERS, arguments=_task, method="post", status=302),
    "customers:task_reopen": open_to(*WORKERS, arguments=_task, method="post", status=302),
    "customers:task_take": open_to(*WORKERS, arguments=_task, method="post", status=302),
    "customers:task_unsnooze": open_to(*WORKERS, arguments=_task, method="post", status=302),
    "customers:task_snooze": open_to(*WORKERS, arguments=_task, posted=302),
    "customers:task_delete": open_to(*WORKERS, arguments=_task, method="post", status=302),
    "customers:task_restore": open_to(*WORKERS, arguments=_task, posted=302),
    "customers:tiers": open_to(*WORKERS),
    "customers:imports": open_to("manager"),
    "customers:import_new": open_to("manager", posted=422),
    "customers:import_map": open_to("manager", arguments=_batch, status=302, posted=302),
    "customers:import_detail": open_to("manager", arguments=_batch),
    "customers:import_progress": open_to("manager", arguments=_batch, axe=False),
    "customers:import_rejects": open_to("manager", arguments=_batch, axe=False),
    "customers:parked": open_to("manager"),
    "customers:privacy": open_to(arguments=_person),
    "customers:privacy_export": open_to(arguments=_person, method="post", status=302),
    "customers:privacy_erase": open_to(arguments=_person, posted=422),
    "customers:privacy_requests": open_to(),
    "customers:privacy_request": open_to(arguments=_erase),
    "customers:privacy_progress": open_to(arguments=_erase, axe=False),
    "customers:privacy_confirm": open_to(arguments=_erase, posted=422),
    "customers:privacy_withdraw": open_to(arguments=_erase, method="post", status=302),
    "customers:privacy_again": open_to(arguments=_erase, method="post", status=302),
    "customers:privacy_return": open_to(arguments=_erase, method="post", status=302),
    "customers:privacy_file": open_to(arguments=_export_file, status=404),
    "customers:tokens": open_to(),
    "customers:token_new": open_to(posted=422),
    "customers:token": open_to(arguments=_api_token),
    "customers:rotate_token": open_to(arguments=_api_token, method="post", axe=False),
    "customers:revoke_token": open_to(arguments=_api_token, method="post", status=302),
    "customers:feeds": open_to(),
    "customers:feed_new": open_to(posted=422),
    "customers:feed": open_to(arguments=_feed),
    "customers:feed_edit": open_to(arguments=_feed, posted=422),
    "customers:feed_progress": open_to(arguments=_feed, axe=False),
    "customers:feed_try": open_to(arguments=_feed, method="post", status=422),
    "customers:feed_columns": open_to(arguments=_feed, posted=422),
    "customers:feed_now": open_to(arguments=_feed, method="post", status=302),
    "customers:feed_pause": open_to(arguments=_feed, method="post", status=302),
    "customers:feed_use": open_to(arguments=_feed, method="post", status=302),
    "customers:feed_delete": open_to(arguments=_feed, posted=302),
    "customers:feed_file_again": open_to(arguments=_feed_file, method="post", status=302),
    "customers:feed_file_leave": open_to(arguments=_feed_file, method="post", status=302),
    # crm
    "home": staff(),
    "api": public(arguments=lambda: {"rest": "customers"}, status=401, posted=405, axe=False),
    "api_schema": public(axe=False),
    "api_docs": public(),
    "healthz": public(axe=False),
    "readyz": public(axe=False),
    # accounts
    "accounts:profile": staff(posted=422),
    "accounts:notices": staff(),
    "accounts:bell": Row(statuses=dict.fromkeys(EVERYONE, 200), others=dict.fromkeys(EVERYONE, 405), axe=False),
    "accounts:notice": staff(arguments=_notice, status=404),
    "accounts:read_all": staff(method="post", status=302),
    "accounts:language": public(method="post", status=302),
    "accounts:theme": public(method="post", status=302),
    # Views of a list: by who may open the list; everyone's are changed by whoever may share.
    "accounts:add_view": staff(arguments=_a_list, posted=422),
    "accounts:list_options": staff(arguments=_a_list, status=404, axe=False),
    "accounts:view": open_to("manager", arguments=_everyones_view, posted=422),
    "accounts:keep_view": open_to("manager", arguments=_everyones_view, method="post", status=302),
    "accounts:delete_view": open_to("manager", arguments=_everyones_view, method="post", status=302),
    "accounts:restore_view": staff(method="post", status=302),
    "account_login": before_sign_in(),
    "account_logout": Row(
        statuses={"anonymous": 302, **dict.fromkeys(ROLES, 200)}, others=dict.fromkeys(EVERYONE, 302)
    ),
    "account_signup": before_sign_in(),
    "account_confirm_login_code": public(status=302, posted=302),
    "account_inactive": public(),
    "account_reauthenticate": staff(posted=200),
    "account_change_password": staff(posted=200),
    "account_set_password": staff(status=302, posted=302),
    "account_reset_password": public(posted=200),
    "account_reset_password_done": public(),
    "account_reset_password_from_key": public(arguments=_reset_key, posted=200),
    "account_reset_password_from_key_done": public(),
    "account_email": staff(status=302, posted=302),
    "account_email_verification_sent": public(),
    "account_confirm_email": public(arguments=lambda: {"key": "none"}, posted=404),
    # What changes the second step asks for the password first, unless it was just given: 302.
    "mfa_index": staff(),
    "mfa_authenticate": public(status=302, posted=302),
    "mfa_reauthenticate": staff(status=302, posted=302),
    "mfa_login_webauthn": public(status=302, posted=302),
    "mfa_activate_totp": staff(status=302, posted=302),
    "mfa_deactivate_totp": staff(status=404, posted=404),
    "mfa_view_recovery_codes": staff(status=404),
    "mfa_generate_recovery_codes": staff(status=302, posted=302),
    "mfa_download_recovery_codes": staff(status=404, posted=404),
    "mfa_list_webauthn": staff(),
    "mfa_add_webauthn": staff(status=302, posted=302),
    "mfa_reauthenticate_webauthn": staff(status=302, posted=302),
    "mfa_remove_webauthn": staff(arguments=lambda: {"pk": 0}, status=302, posted=302),
    "mfa_edit_webauthn": staff(arguments=lambda: {"pk": 0}, status=302, posted=302),
}
