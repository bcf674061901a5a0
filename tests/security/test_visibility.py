"""What pages show goes through `visible_to`: every queryset of ours has it, no view reads around it."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from accounts.access import OPERATOR
from tests.conftest import UserFor

APPS = ("customers", "service", "metrics")
# What everyone who is signed in may know: who works here, in which teams, which tiers there are.
FOR_EVERYONE = r"(?:Team|Tier|User)"
AROUND = re.compile(rf"\b(?!{FOR_EVERYONE}\b)[A-Z]\w+\.objects\.(?!visible_to\()")
PASSED_WHOLE = re.compile(rf"get_object_or_404\((?!{FOR_EVERYONE}\b)[A-Z]\w+,")


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


def test_the_pages_of_every_app_are_covered() -> None:
    shown = {"Customer", "Order", "Invoice", "Interaction", "ImportBatch", "ParkedRow", "SurveyAnswer"}
    shown |= {"Baseline", "KpiTarget", "OtherChange", "Rollout", "Evaluation", "CostEntry", "Benefit"}
    assert shown <= {model.__name__ for model in models_with_a_queryset_of_ours()}
