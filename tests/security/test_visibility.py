"""What pages show goes through `visible_to`: whatever people look at has it, and who reads around it says why."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from pghistory.models import Event

from accounts.access import OPERATOR
from customers.tiers.ladder import tiers
from tests.conftest import ClientFor, UserFor
from tests.factories.customers import CustomerFactory

APPS = ("customers", "service", "metrics")
MANAGERS = ("objects", "_default_manager", "_base_manager")
# What everyone who is signed in may know: who works here, in which teams, which tiers there are.
FOR_EVERYONE = r"(?:Team|Tier|User)"
AROUND = re.compile(rf"\b(?!{FOR_EVERYONE}\b)[A-Z]\w+\.objects\.(?!visible_to\()")
PASSED_WHOLE = re.compile(rf"get_object_or_404\((?!{FOR_EVERYONE}\b)[A-Z]\w+,")


# Models without it, and how they reach a page.
BY_THE_CUSTOMER = "shown on the page of a customer, who is looked up by visible_to"
FOR_ALL = "what everyone who is signed in may know"
BY_ADMINISTRATORS = "shown in the administration alone"
WORK = "the engine's own; figures, sums and counts come out of it"
WITHOUT = {
    **dict.fromkeys(("Contact", "ContactPoint", "SourceRecord", "TierAssignment"), BY_THE_CUSTOMER),
    **dict.fromkeys(("CustomerFigures", "CustomerTag"), BY_THE_CUSTOMER),
    **dict.fromkeys(
        ("Merge", "MergedRow"), "what merged whom is told by the customer's history, and in the administration"
    ),
    **dict.fromkeys(("MergeRule", "SurvivorshipRule", "SuppressedKey"), BY_ADMINISTRATORS),
    **dict.fromkeys(("Follow", "Visit", "CalendarFeed"), "whoever is signed in is shown their own"),
    **dict.fromkeys(("BulkChange",), "shown with their bulk action"),
    **dict.fromkeys(("OrderLine", "Payment"), "shown with their orders and invoices"),
    **dict.fromkeys(("ImportReject",), "shown with its import"),
    **dict.fromkeys(("Tier", "TierPolicy", "Purpose", "Outcome", "SourceSystem", "KpiRules", "Tag"), FOR_ALL),
    **dict.fromkeys(
        ("Queue", "Call", "CallEvent", "ExchangeRate", "ProductGroup", "Product", "LedgerShare"), BY_ADMINISTRATORS
    ),
    **dict.fromkeys(
        ("PointMark", "TrustChange", "TierMark", "Mark", "IssueMark", "Clock", "FigureMark", "FiguresClock"), WORK
    ),
    **dict.fromkeys(("CustomerSpelling", "ContactSpelling", "SharedKey"), WORK),
    **dict.fromkeys(("CustomerHygiene", "HygieneCount", "HygieneMark", "HygieneClock", "HygieneDay"), WORK),
    **dict.fromkeys(("RetierMark", "RetierClock", "MonthRollup"), WORK),
    **dict.fromkeys(("CheckRun", "RecomputeRun", "Rollup", "RollupVersion", "Issue"), WORK),
}
# Modules that read around it, and why.
VERB = "a verb: who may call it is the page's to ask"
JOB = "a job or a command: nobody reads"
AROUND_IT = {
    "customers/identity/editing.py": VERB,
    "customers/identity/holding.py": VERB,
    "customers/identity/hygiene/confirming.py": VERB,
    "customers/identity/matching/joining.py": JOB,
    "customers/identity/matching/kept.py": JOB,
    "customers/identity/reviewing/apart.py": VERB,
    "customers/identity/reviewing/deciding.py": VERB,
    "customers/identity/reviewing/following.py": VERB,
    "customers/identity/reviewing/running.py": JOB,
    "customers/identity/reviewing/runs.py": JOB,
    "customers/identity/merging/choosing.py": VERB,
    "customers/identity/merging/absorbing.py": VERB,
    "customers/identity/merging/forest.py": VERB,
    "customers/identity/merging/naming.py": JOB,
    "customers/identity/merging/undoing.py": VERB,
    "customers/identity/owning.py": VERB,
    "customers/identity/relating/checking.py": JOB,
    "customers/identity/relating/regrouping.py": VERB,
    "customers/identity/relating/relating.py": VERB,
    "customers/identity/privacy/asking.py": VERB,
    "customers/identity/privacy/erasing.py": JOB,
    "customers/identity/privacy/exporting.py": JOB,
    "customers/identity/privacy/files.py": JOB,
    "customers/identity/privacy/subjects.py": VERB,
    "customers/identity/privacy/tasks.py": JOB,
    "customers/identity/privacy/trying.py": JOB,
    "customers/identity/previewing_rules.py": "counts what a rule would change, for who may change rules",
    "customers/identity/promotion.py": JOB,
    "customers/identity/releasing.py": VERB,
    "customers/identity/search.py": "the scope of a token says what it finds: what is of its source",
    "customers/identity/trust.py": JOB,
    "customers/importing/api/daily.py": VERB,
    "customers/importing/api/reading.py": "the scope of a token says what it reads: what is of its source",
    "customers/importing/api/tokens.py": VERB,
    "customers/importing/applying.py": JOB,
    "customers/importing/batches.py": JOB,
    "customers/importing/expiring.py": JOB,
    "customers/importing/feeds/closing.py": JOB,
    "customers/importing/feeds/looking.py": JOB,
    "customers/importing/feeds/mapping.py": "how the last file was mapped, for whoever maps the next",
    "customers/importing/feeds/reading.py": JOB,
    "customers/importing/feeds/setting_up.py": VERB,
    "customers/importing/feeds/taking.py": JOB,
    "customers/importing/feeds/tasks.py": JOB,
    "customers/importing/feeds/trying.py": VERB,
    "customers/importing/freeing.py": JOB,
    "customers/importing/progress.py": "how the last file was mapped, for whoever maps the next",
    "customers/importing/tasks.py": JOB,
    "customers/page/listing.py": "what those show who were found among the visible ones",
    "customers/interactions/correcting.py": VERB,
    "customers/interactions/attaching.py": VERB,
    "customers/interactions/noting.py": VERB,
    "customers/interactions/recording.py": VERB,
    "customers/interactions/to_do/bulk.py": VERB,
    "customers/interactions/to_do/changing.py": VERB,
    "customers/interactions/to_do/completing.py": VERB,
    "customers/interactions/to_do/reminding.py": JOB,
    "customers/interactions/to_do/removing.py": VERB,
    "customers/interactions/to_do/zone.py": JOB,
    "customers/page/bulk/files.py": JOB,
    "customers/page/bulk/owner.py": VERB,
    "customers/page/bulk/running.py": JOB,
    "customers/page/bulk/tasks.py": JOB,
    "customers/tiers/tiering.py": JOB,
    "customers/page/history.py": "names the files that changed a customer, who is looked up by visible_to",
    "customers/time_zone.py": JOB,
    "demo/bulk.py": JOB,
    "demo/days_work.py": JOB,
    "demo/goals.py": JOB,
    "demo/relations.py": JOB,
    "demo/seeding.py": JOB,
    "metrics/goals/asking.py": VERB,
    "metrics/goals/baselines.py": VERB,
    "metrics/goals/drift_checks.py": JOB,
    "metrics/goals/rollouts.py": "verbs; and the company's go-live day, which every figure is drawn against",
    "metrics/goals/targets.py": VERB,
    "metrics/verdicts/evaluating.py": JOB,
    "metrics/verdicts/reading.py": JOB,
}


def models_with_a_queryset_of_ours() -> list[type[Model]]:
    found = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return [model for model in found if type(model._default_manager.all()).__module__.startswith(APPS)]


def views() -> list[Path]:
    return sorted(path for app in APPS for path in (settings.BASE_DIR / app).rglob("*views.py"))


@pytest.mark.parametrize("path", views(), ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_no_view_reads_around_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert AROUND.findall(text) + PASSED_WHOLE.findall(text) == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", models_with_a_queryset_of_ours(), ids=lambda model: model.__name__)
def test_it_shows_nothing_to_whom_it_is_not_for(model: type[Model], user_for: UserFor) -> None:
    rows = model._default_manager.all()
    assert rows.visible_to(AnonymousUser()).query.is_empty()  # type: ignore[attr-defined]
    assert not rows.visible_to(OPERATOR).query.is_empty()  # type: ignore[attr-defined]
    assert not rows.visible_to(user_for("administrator")).query.is_empty()  # type: ignore[attr-defined]


def test_every_model_has_it_or_says_why_not() -> None:
    ours = [model for app in APPS for model in apps.get_app_config(app).get_models() if not issubclass(model, Event)]
    without = {model.__name__ for model in ours if not hasattr(model._default_manager.all(), "visible_to")}
    assert without == set(WITHOUT)


def reads_around(tree: ast.Module, names: set[str]) -> Iterator[str]:
    """The models among `names` whose rows are taken without `visible_to` coming first."""
    managers = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in MANAGERS]
    narrowed = {node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "visible_to"}
    for manager in managers:
        if isinstance(manager.value, ast.Name) and manager.value.id in names and manager not in narrowed:
            yield manager.value.id


@pytest.mark.slow
def test_who_reads_around_it_says_why() -> None:
    names = {model.__name__ for model in models_with_a_queryset_of_ours()}
    modules = [path for app in (*APPS, "accounts", "crm", "demo") for path in (settings.BASE_DIR / app).rglob("*.py")]
    around = {
        str(path.relative_to(settings.BASE_DIR))
        for path in modules
        if "migrations" not in path.parts and any(reads_around(ast.parse(path.read_text(encoding="utf-8")), names))
    }
    assert around == set(AROUND_IT)


@pytest.mark.parametrize(
    ("code", "around"),
    [
        ("Order.objects.visible_to(user).filter(pk=1)", []),
        ("Order.objects.filter(pk=1)", ["Order"]),
        ("get(Order.objects)", ["Order"]),
        ("Order._default_manager.filter(pk=1).visible_to(user)", ["Order"]),
        ("Tier.objects.all()", []),
    ],
)
def test_reading_around_is_seen(code: str, around: list[str]) -> None:
    assert list(reads_around(ast.parse(code), {"Order"})) == around


@pytest.mark.django_db
def test_the_tiers_count_the_customers_one_may_see(client_for: ClientFor) -> None:
    CustomerFactory.create()
    assert tiers(OPERATOR).total == 1
    assert tiers(AnonymousUser()).total == 0
    assert client_for("sales").get("/tiers/").context["tiers"].total == 1
