"""Whatever happens to somebody's second step and password leaves a row of the audit that names who did it."""

import re
from collections import Counter

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.core import mail
from django.db import connection
from django.test import Client

from accounts.domain import staff
from accounts.domain.history import changes_of
from accounts.models import User
from accounts.roles import Role
from crm.common.audit.models import AuditEntry
from crm.common.outbox.delivering import deliver_due
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db
PASSWORD = "ripe-pears-in-May"
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def ann() -> User:
    return staff.create_user(email="ann@example.com", name="Ann", role=Role.SALES, password=PASSWORD)


@pytest.fixture
def client(ann: User) -> Client:
    """Signed in, and the password asked for just now."""
    client = Client()
    client.post("/accounts/login/", {"login": ann.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def told(user: User) -> list[tuple[str, str]]:
    """Who and what, since the user was made, sorted."""
    found = [(change.who, text) for change in changes_of(user) for text in change.sentences]
    return sorted(pair for pair in found if pair[1] not in ("made", "role given: Sales"))


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_switching_it_on_and_off_names_the_user(ann: User, client: Client) -> None:
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    on = [("Ann", "second step added: Recovery codes"), ("Ann", "second step added: TOTP Authenticator")]
    assert told(ann) == on
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    off = [("Ann", "second step removed: Recovery codes"), ("Ann", "second step removed: TOTP Authenticator")]
    assert told(ann) == on + off


def test_new_recovery_codes_name_the_user(ann: User, client: Client) -> None:
    TOTP.activate(ann, SECRET)
    RecoveryCodes.activate(ann)
    before = told(ann)
    client.post("/accounts/2fa/recovery-codes/generate/")
    assert list((Counter(told(ann)) - Counter(before)).elements()) == [
        ("Ann", "second step added: Recovery codes"), ("Ann", "second step removed: Recovery codes"),
    ]  # fmt: skip


@pytest.mark.parametrize("place", ["", "download/"])
def test_codes_that_are_shown_leave_a_row_each_time(ann: User, client: Client, place: str) -> None:
    TOTP.activate(ann, SECRET)
    codes = RecoveryCodes.activate(ann).get_unused_codes()
    url = f"/accounts/2fa/recovery-codes/{place}"
    pages = [client.get(url).content.decode() for _ in range(2)]
    assert all(codes[0] in page for page in pages)
    assert told(ann)[:2] == [("Ann", "recovery codes shown")] * 2
    assert [one for one in told(ann)[2:] if "shown" in one[1]] == []
    entries = AuditEntry.objects.values_list("what", "user_id", "count", "details")
    assert list(entries) == [("accounts.recovery_codes", ann.pk, 10, {})] * 2


def test_codes_that_are_not_shown_leave_none(ann: User, client: Client) -> None:
    assert client.get("/accounts/2fa/recovery-codes/").status_code == 404
    TOTP.activate(ann, SECRET)
    RecoveryCodes.activate(ann)
    somebody = Client()
    somebody.force_login(ann)  # the password is not asked for just now
    assert somebody.get("/accounts/2fa/recovery-codes/").headers["Location"].startswith("/accounts/reauthenticate/")
    assert not AuditEntry.objects.exists()


def test_a_recovery_code_used_at_sign_in_names_whose_it_is(ann: User) -> None:
    TOTP.activate(ann, SECRET)
    code = RecoveryCodes.activate(ann).get_unused_codes()[0]
    client = Client()
    client.post("/accounts/login/", {"login": ann.email, "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert "_auth_user_id" in client.session
    assert ("Ann", "a recovery code used") in told(ann)


def test_a_renamed_and_a_removed_passkey_name_the_user(ann: User, client: Client) -> None:
    key = WebAuthn.add(ann, "Key", {}).instance
    client.post(f"/accounts/2fa/webauthn/keys/{key.pk}/edit/", {"name": "Blue key"})
    client.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/")
    assert not Authenticator.objects.exists()
    assert told(ann)[1:] == [("Ann", "second step removed: WebAuthn"), ("Ann", "second step renamed: WebAuthn")]


def test_an_administrator_who_removes_it_is_named(ann: User, client_for: ClientFor) -> None:
    key = TOTP.activate(ann, SECRET).instance
    url = f"/admin/mfa/authenticator/{key.pk}/delete/"
    assert client_for("administrator").post(url, {"post": "yes"}).status_code == 302
    assert ("Administrator", "second step removed: TOTP Authenticator") in told(ann)


def test_no_event_holds_a_secret(ann: User, client: Client) -> None:
    TOTP.activate(ann, SECRET)
    RecoveryCodes.activate(ann)
    client.post("/accounts/2fa/recovery-codes/generate/")
    columns = "SELECT column_name FROM information_schema.columns WHERE table_name = 'accounts_secondstepevent'"
    with connection.cursor() as cursor:
        cursor.execute(columns)
        assert {name for (name,) in cursor.fetchall()} == {
            "pgh_id", "pgh_created_at", "pgh_label", "pgh_context_id", "id", "type", "created_at", "user_id",
        }  # fmt: skip


def test_using_it_is_no_change(ann: User) -> None:
    TOTP.activate(ann, SECRET)
    before, client = told(ann), Client()
    client.post("/accounts/login/", {"login": ann.email, "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    assert "_auth_user_id" in client.session
    assert told(ann) == before


def test_a_password_set_by_the_link_in_a_mail_names_whose_mailbox_it_is(ann: User) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": ann.email})
    deliver_due()
    found = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert found is not None
    form = client.get(found[1]).headers["Location"]
    client.post(form, {"password1": "plums-in-autumn-7", "password2": "plums-in-autumn-7"})
    assert User.objects.get().check_password("plums-in-autumn-7")
    assert told(ann) == [("Ann", "password set by the link in a mail")]
