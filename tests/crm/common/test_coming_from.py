import pytest
from django.test import RequestFactory

from crm.common.coming_from import next_of, page_of


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ({"referer": "http://testserver/customers/3/?cursor=x"}, "/customers/3/?cursor=x"),
        ({"HX-Current-URL": "http://testserver/a/", "referer": "http://testserver/b/"}, "/a/"),
        ({"referer": "http://testserver"}, "/"),
        ({}, "/else/"),
        ({"referer": "https://evil.example/a/"}, "/else/"),
        ({"referer": "javascript:alert(1)"}, "/else/"),
        ({"HX-Current-URL": "//evil.example/a/"}, "/else/"),
        ({"referer": "http://testserver//evil.example/a/"}, "/evil.example/a/"),
        ({"referer": "http://testserver/\\evil.example/a/"}, "/evil.example/a/"),
    ],
)
def test_the_page_is_one_of_ours_or_what_stands_in_for_it(headers: dict[str, str], page: str) -> None:
    assert page_of(RequestFactory().post("/customers/", headers=headers), else_to="/else/") == page


@pytest.mark.parametrize(
    ("said", "leads_to"),
    [
        ("/customers/3/?cursor=x", "/customers/3/?cursor=x"),
        ("", "/else/"),
        ("home", "/else/"),
        ("no:such", "/else/"),
        ("https://evil.example/", "/else/"),
        ("//evil.example/", "/else/"),
        ("/\\evil.example/", "/else/"),
        ("javascript:alert(1)", "/else/"),
    ],
)
def test_a_form_leads_to_a_path_of_ours(said: str, leads_to: str) -> None:
    assert next_of(RequestFactory().post("/", {"next": said}), else_to="/else/") == leads_to
