import json
from io import StringIO

import pytest
from django.core.management import call_command

from customers.models import TierPolicy
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def test_prints_one_object() -> None:
    CustomerFactory.create_batch(2)
    out = StringIO()
    call_command("retier", "--as-of", "2026-03-01", "--json", stdout=out)
    printed = json.loads(out.getvalue())
    assert printed.pop("seconds") >= 0
    assert printed == {"customers": 2, "upgraded": 2, "downgraded": 0, "held": 0}


def test_without_a_policy_it_could_not_run() -> None:
    TierPolicy.objects.all().delete()
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("retier", "--json", stdout=out, stderr=err)
    assert stopped.value.code == 2
    assert json.loads(out.getvalue()) == {"error": "No tier policy is published: publish one first."}
