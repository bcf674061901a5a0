"""SQL goes the way imports go: a room names tables, views and functions of its own and of rooms below it.

import-linter sees imports; here are the names in .sql files and in the strings of Python. Whose a table is stands in
`TABLES`; whose a function or view is, its comment says ("trade: what …"). Which room is below which stands in
pyproject.toml, with the arrows of imports.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

BASE = Path(settings.BASE_DIR)
APPS = ("crm", "accounts", "customers", "service", "metrics", "demo")
# What belongs to rooms, by model. Of apps without rooms a table is the app's.
TABLES = {
    "customers.importing": "SourceSystem SourceRecord ImportBatch ImportReject ParkedRow ApiToken Feed FeedFile",
    "customers.identity": "Customer Contact ContactPoint CustomerEvent ContactEvent Tier TierAssignment PointMark "
    "TrustChange Merge MergedRow SharedKey Match MatchRun MergeRule MergeRuleEvent Tag CustomerTag Follow "
    "Visit CustomerSpelling ContactSpelling SurvivorshipRule SurvivorshipRuleEvent CustomerHygiene HygieneCount "
    "HygieneMark HygieneClock HygieneDay "
    "Relation GroupMember PrivacyRequest SuppressedKey",
    "customers.trade": "ExchangeRate ProductGroup Product Order OrderLine Invoice Payment Repair CustomerFigures "
    "FigureMark FiguresClock",
    "customers.interactions": "Interaction Queue CallEvent Call Purpose Outcome Task CalendarFeed Note Attachment",
    "customers.tiers": "TierPolicy TierMark RetierMark RetierClock",
    "customers.page": "BulkJob BulkChange",
    "metrics.engine": "Mark Rollup Issue IssueMark Clock RecomputeRun KpiRules CheckRun RollupVersion MonthRollup",
    "metrics.kpis": "LedgerMonth LedgerShare",
    "metrics.goals": "DriftCheck Baseline KpiTarget OtherChange Rollout",
    "metrics.verdicts": "Evaluation",
    "metrics.programme": "CostEntry Benefit",
}
# Functions from before they were told whose they are.
FUNCTIONS = {
    "crm.common": "crm_append_only crm_day crm_forget_person crm_fold crm_norm",
    "customers.importing": "crm_merge_pending_entries",
}
WRITTEN_BY_REGISTRIES = {"crm_forget_person"}
"""Functions put together from what rooms above declare (`tracked`): they name tables, their writer does not."""
ALLOWED = {
    (
        "customers.importing",
        "customers_customer",
    ): "whatever the kind, a chunk ends with locking the customers it touched"
}
"""(room, name) → why the room may name what is not below it."""


@cache
def layers() -> dict[str, tuple[int, int]]:
    """Package → its height: of the app, and of the room in it; higher numbers know lower ones."""
    contracts = tomllib.loads((BASE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    found: dict[str, tuple[int, int]] = {}
    for height, layer in enumerate(reversed(contracts[0]["layers"]), start=1):
        found |= {name.strip(): (height, 0) for name in layer.split("|")}
    for contract in contracts:
        for app in contract.get("containers", ()):
            for height, layer in enumerate(reversed(contract["layers"]), start=1):
                found |= {f"{app}.{name.strip()}": (found[app][0], height) for name in layer.split("|")}
    return found


def room_of(path: Path) -> str:
    """The longest package of the layers that the file lies in."""
    parts = path.relative_to(BASE).with_suffix("").parts
    packages = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((package for package in packages if package in layers()), parts[0])


def height_of(room: str) -> tuple[int, int]:
    return layers().get(room, (len(layers()), 0))  # crm itself (settings, urls, health) stands above all


@cache
def owners() -> dict[str, str]:
    """Table, view or function → its room."""
    by_model = {model: room for room, models in TABLES.items() for model in models.split()}
    found = {name: room for room, names in FUNCTIONS.items() for name in names.split()}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.app_label
        if (home := {"common": "crm.common"}.get(label, label)) in layers():
            told_of = getattr(model, "pgh_tracked_model", None) or model  # events lie where the rows they tell of do
            found[model._meta.db_table] = by_model.get(model.__name__) or by_model.get(told_of.__name__, home)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, split_part(obj_description(oid, 'pg_proc'), ':', 1) FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'crm\\_%'"
            " UNION SELECT relname, split_part(obj_description(oid, 'pg_class'), ':', 1) FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'"
        )
        for name, word in cursor.fetchall():
            found.setdefault(name, next((r for r in layers() if r.endswith(f".{word}")), f"nobody ({word})"))
    return found


def texts(path: Path) -> Iterator[str]:
    """The file where it is SQL; else its strings that are no docstrings."""
    if path.suffix == ".sql":
        yield re.sub(r"--.*", "", path.read_text())
        return
    tree = ast.parse(path.read_text())
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def files() -> list[Path]:
    found = (path for app in APPS for suffix in ("py", "sql") for path in (BASE / app).rglob(f"*.{suffix}"))
    return sorted(path for path in found if "migrations" not in path.parts)


@cache
def named() -> dict[tuple[str, str], set[str]]:
    """(room, name) → the files in which the room names it."""
    word = re.compile(rf"\b({'|'.join(sorted(owners(), key=len, reverse=True))})\b")
    found: dict[tuple[str, str], set[str]] = {}
    for path in files():
        for text in texts(path):
            for name in word.findall(text):
                found.setdefault((room_of(path), name), set()).add(str(path.relative_to(BASE)))
    return found


def names_in(text: str) -> set[str]:
    return {name for name in owners() if re.search(rf"\b{name}\b", text)}


def may(room: str, name: str) -> bool:
    owner = owners()[name]
    return room == owner or height_of(owner) < height_of(room) or (room, name) in ALLOWED


@pytest.mark.django_db
def test_every_table_view_and_function_has_a_room() -> None:
    homeless = sorted(
        name for name, room in owners().items() if room not in layers() or room in {"customers", "metrics"}
    )
    assert homeless == []


@pytest.mark.django_db
def test_a_room_names_in_sql_only_what_is_its_own_or_below_it() -> None:
    climbing = [f"{room} names {name} of {owners()[name]}: {', '.join(sorted(where))}"
                for (room, name), where in sorted(named().items()) if not may(room, name)]  # fmt: skip
    assert climbing == []


@pytest.mark.django_db
def test_functions_and_views_read_only_what_their_room_may() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'crm\\_%'"
            " UNION SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'"
        )
        bodies = dict(cursor.fetchall())
    assert bodies.keys() >= {"crm_tier_on", "crm_settle", "invoice_as_paid"}
    climbing = [(name, read) for name, body in bodies.items() if name not in WRITTEN_BY_REGISTRIES
                for read in names_in(body) if not may(owners()[name], read)]  # fmt: skip
    assert climbing == []


@pytest.mark.django_db
def test_what_is_allowed_is_needed() -> None:
    assert set(ALLOWED) <= set(named())


@pytest.mark.django_db
def test_the_test_sees_names_in_files_and_in_strings() -> None:
    assert "customers/interactions/telephony/sql/call_write.sql" in named()["customers.interactions", "crm_point_owner"]
    assert "customers/trade/figures_sql.py" in named()["customers.trade", "crm_owed"]
    assert owners()["crm_tier_on"] == "customers.identity"
    assert not may("customers.identity", "customers_order")
    assert not may("customers.trade", "customers_interaction")
    assert may("metrics.kpis", "customers_order")
