"""Of an erased person's calls the number cannot be worked out, and the log does not bring them twice."""

import hashlib
from pathlib import Path

import pytest

from crm.common.days import today
from customers.identity.privacy import asking
from customers.importing.exporting import export_file
from customers.models import Call, CallEvent, Customer, ImportBatch, Interaction, PrivacyRequest
from tests.conftest import NOON, UserFor
from tests.customers.identity.privacy.world import erased
from tests.customers.importing.files import counts, load
from tests.factories.customers import ContactPointFactory, CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
LINES = [
    b"1700000000.125|1.1|sales|NONE|ENTERQUEUE||0171 8765432|1\n",
    b"1700000008|1.1|sales|NONE|ABANDON|1|1|8\n",
    b"1700000100|1.2|sales|NONE|ENTERQUEUE||030 1234567|1\n",
    b"1700000200|1.3|sales|NONE|ENTERQUEUE|||1\n",
]
SAME = {"rows": 4, "unchanged": 4}


def deliver(folder: Path, lines: list[bytes]) -> ImportBatch:
    (folder / "queue_log").write_bytes(b"".join(lines))
    return load("calls", folder / "queue_log", source="pbx")


def md5(line: str) -> str:
    return hashlib.md5(line.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
def gone(tmp_path: Path, user_for: UserFor) -> Customer:
    zeb = CustomerFactory.create(kind="person", name="Zebulon")
    ContactPointFactory.create(customer=zeb, kind="phone", raw="0171 8765432", normalised="491718765432")
    assert counts(deliver(tmp_path, LINES)) == {"rows": 4, "created": 4}
    assert Interaction.objects.filter(customer=zeb).count() == 1
    erased(zeb, user_for("administrator"))
    return zeb


def facts() -> list[object]:
    return list(Call.objects.order_by("callid").values_list("callid", "outcome", "waited_ms", "caller", "position"))


def test_the_digest_of_the_line_says_nothing_of_the_number(gone: Customer) -> None:
    line = LINES[0].decode().strip()
    event = CallEvent.objects.get(callid="1.1", event="ENTERQUEUE")
    assert event.params == ["", "", "1"]
    tried = {line, line.replace("0171 8765432", ""), line.replace("0171 8765432", "").rstrip("|")}
    assert event.digest.hex not in {md5(one) for one in tried}
    others = CallEvent.objects.exclude(pk=event.pk).values_list("digest", flat=True)
    kept = {md5(one.decode().strip()) for one in LINES[1:]}
    assert {one.hex for one in others} == kept


def test_the_same_log_brings_nothing_anew(tmp_path: Path, gone: Customer) -> None:
    before = facts()
    assert counts(deliver(tmp_path, LINES)) == SAME
    assert (facts(), CallEvent.objects.count()) == (before, 4)
    assert set(Interaction.objects.filter(customer=gone).values_list("contact_value", flat=True)) == {""}


def test_nor_does_what_was_exported_nor_a_person_who_may_come_again(
    tmp_path: Path, gone: Customer, user_for: UserFor
) -> None:
    asking.let_come_again(request=PrivacyRequest.objects.get(), by=user_for("administrator"), now=NOON)
    out = tmp_path / "out"
    assert export_file(kind="calls", path=out, as_of=today(), source="pbx") == 4
    before = facts()
    assert counts(load("calls", out, source="pbx")) == SAME
    assert counts(deliver(tmp_path, LINES)) == SAME
    assert facts() == before


def test_another_call_of_the_same_number_is_somebody_s_anew(tmp_path: Path, gone: Customer) -> None:
    """Whoever rings after the erase is in the inbox of the unmatched, as anybody is."""
    late = b"1700009999|2.1|sales|NONE|ENTERQUEUE||0171 8765432|1\n"
    assert counts(deliver(tmp_path, [late])) == {"rows": 1, "created": 1}
    assert Interaction.objects.get(call__callid="2.1").customer is None
