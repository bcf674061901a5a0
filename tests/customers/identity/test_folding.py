import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from customers.identity.folding import folded, normed

PLAIN = st.text(
    st.characters(min_codepoint=1, max_codepoint=127) | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
)
ANY = st.text(st.characters(min_codepoint=1, max_codepoint=0x2FFFF, exclude_categories=["Cs"]))


def by_the_database(text: str) -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_norm(%s), crm_fold(crm_norm(%s))", [text, text])
        ((norm, fold),) = cursor.fetchall()
    return norm, fold


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(text="\x0b a_b-C\x7f㐀䶵龥!")
@given(text=PLAIN | ANY)
@pytest.mark.django_db
def test_a_text_is_folded_as_the_database_does_it(text: str) -> None:
    (norm,) = normed([text])
    assert (norm, f" {folded(norm)}") == by_the_database(text)


@pytest.mark.django_db
def test_plain_letters_need_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert normed(["Acme & Co", "  ", "张三 Ltd"]) == ["acme co", "", "张三 ltd"]
    with django_assert_num_queries(1):
        assert normed(["Müller", "张三"]) == ["muller", "张三"]
