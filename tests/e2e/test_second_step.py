"""Passkeys and the authenticator app in a real browser, the passkey on Chromium's virtual authenticator."""

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from tests.conftest import PASSWORD, UserFor
from tests.e2e.test_accessibility import faults
from tests.live import LiveStack

pytestmark = pytest.mark.browser


@pytest.fixture
def ann(user_for: UserFor, live_stack: LiveStack) -> User:
    user = user_for("sales")
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt")  # the live server's own hasher
    user.save()
    return user


def sign_in(page: Page) -> None:
    page.get_by_label("Email").fill("sales@test.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def code_of(secret: str) -> str:
    counter = list(yield_hotp_counters_from_time())[-1]
    return format_hotp_value(hotp_value(secret, counter))


def test_a_passkey_is_added_and_signs_in(page: Page, context: BrowserContext, ann: User, live_stack: LiveStack) -> None:
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    site = live_stack.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, not to an address
    page.goto(f"{site}/accounts/2fa/webauthn/add/")
    sign_in(page)
    confirm(page)
    assert faults(page) == []
    page.get_by_label("Name").fill("This laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page).to_have_url(f"{site}/accounts/2fa/recovery-codes/")
    assert faults(page) == []
    page.goto(f"{site}/accounts/2fa/webauthn/")
    expect(page.get_by_text("This laptop")).to_be_visible()
    assert faults(page) == []

    page.locator(".user-button").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator(".user-button")).to_be_visible()


def test_an_authenticator_app_is_switched_on_and_asked_for(page: Page, ann: User) -> None:
    page.goto("/accounts/2fa/totp/activate/")
    sign_in(page)
    confirm(page)
    assert faults(page) == []
    secret = page.locator("input[readonly], input[disabled]").first.input_value()
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page).to_have_url("/accounts/2fa/recovery-codes/")
    page.locator(".user-button").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page)
    expect(page).to_have_url("/accounts/2fa/authenticate/")
    assert faults(page) == []
