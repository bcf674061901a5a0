"""What the browser is told to refuse."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

STRICT = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


@pytest.mark.parametrize("path", ["/accounts/login/", "/admin/login/", "/no/such/page/", "/healthz"])
def test_every_answer_carries_the_strict_policy(path: str) -> None:
    header = Client().get(path).headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in header.split(";"))
    assert {name: directives[name] for name in STRICT} == STRICT
    assert "unsafe" not in header


def test_pages_hold_no_inline_script_or_style() -> None:
    html = Client().get("/accounts/login/").content.decode()
    assert "style=" not in html
    assert "onclick=" not in html
    assert "<script>" not in html


def test_the_session_is_out_of_reach_of_scripts() -> None:
    answer = Client().get("/accounts/login/")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
