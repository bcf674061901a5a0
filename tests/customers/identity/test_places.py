import pytest
from django.utils import translation

from customers.identity.places import country_choices, country_name, language_choices, language_name
from tests.factories.customers import CustomerFactory


def test_a_code_is_named_in_the_readers_language() -> None:
    assert [country_name("DE"), country_name("cn"), language_name("de")] == ["Germany", "China", "German"]
    with translation.override("zh-hans"):
        assert [country_name("DE"), country_name("CN"), language_name("de")] == ["德国", "中国", "德语"]


@pytest.mark.parametrize("written", ["", "Germany", "EU", "XX", "德国"])
def test_what_is_no_country_stays_as_written(written: str) -> None:
    assert country_name(written) == written


@pytest.mark.django_db
def test_countries_of_customers_come_first() -> None:
    for country in ("CN", "DE", "Germany", ""):
        CustomerFactory.create(country=country)
    choices = list(country_choices())
    assert choices[:4] == [("", "–"), ("CN", "China"), ("DE", "Germany"), ("AF", "Afghanistan")]
    assert len({code for code, _name in choices}) == len(choices) == 1 + 250
    assert country_choices("Deutschland")[:2] == [("", "–"), ("Deutschland", "Deutschland")]
    assert country_choices("DE") == choices


def test_languages_have_chinese_in_both_scripts() -> None:
    found = dict(language_choices())
    assert (found["zh-hans"], found["zh-hant"], found["en"]) == ("Simplified Chinese", "Traditional Chinese", "English")
