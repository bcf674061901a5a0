import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.identity.misspelt import has_all_but_a_typo, is_a_typo_apart, meant_by, parts
from customers.identity.search import read
from customers.models import Customer
from tests.factories.customers import CustomerFactory


def meant(text: str, *, most: int = 5) -> list[str]:
    return [customer.name for customer in meant_by(Customer.objects.exclude(city="hidden"), read(text), most=most)]


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [
        ("mark", "mork", True),
        ("mark", "mrk", True),
        ("mark", "maark", True),
        ("mark", "amrk", True),
        ("mark", "makr", True),
        ("mark", "marks", True),
        ("mark", "mark", False),
        ("mark", "mokr", False),
        ("mark", "kram", False),
        ("mark", "markus", False),
        ("mark", "amkr", False),
        ("", "a", True),
    ],
)
def test_a_typo_is_one_letter_or_two_neighbours_exchanged(one: str, other: str, is_near: bool) -> None:
    assert is_a_typo_apart(one, other) is is_a_typo_apart(other, one) is is_near


LETTERS = "abcde"
WORDS = st.text(LETTERS, min_size=5, max_size=9)


@given(word=WORDS, at=st.integers(0, 8), kind=st.integers(0, 3), letter=st.sampled_from(LETTERS))
def test_with_any_typo_a_part_of_the_word_leads_to_the_name(word: str, at: int, kind: int, letter: str) -> None:
    at = min(at, len(word) - 2)
    changes = (letter + word[at + 1 :], word[at + 1 :], letter + word[at:], word[at + 1] + word[at] + word[at + 2 :])
    typed, name = word[:at] + changes[kind], f" the {word} ltd"
    if len(typed) >= 5:
        assert any(part.strip("%") in name for part in parts(typed))
    assert typed == word or is_a_typo_apart(typed, word)


def test_all_words_but_one_are_there_as_they_were_typed() -> None:
    assert has_all_but_a_typo("alpenblick feinkost ag", ["alpenblik", "feinkost"])
    assert has_all_but_a_typo("alpenblick feinkost ag", ["feinkost", "alpemb"])
    assert not has_all_but_a_typo("alpenblick feinkost ag", ["alpenblik", "feinkosd"])
    assert not has_all_but_a_typo("alpenblick feinkost ag", ["alpenblick", "feinkost"])
    assert not has_all_but_a_typo("alpenblick feinkost ag", ["penblik"])


@pytest.mark.django_db
def test_a_name_is_found_through_one_typo() -> None:
    for name in ("Alpenblick Feinkost AG", "Märkische Möbel", "厦门瑞丰贸易有限公司", "Nordwind", "Acme"):
        CustomerFactory.create(name=name)
    for text in ("alpenblik", "Alpnblick", "alpenblickk", "lapenblick", "feinkots alpenblick", "alpembli"):
        assert meant(text) == ["Alpenblick Feinkost AG"], text
    assert meant("Merkische") == meant("markishce") == ["Märkische Möbel"]
    assert meant("瑞风贸易") == meant("厦门瑞贸易") == ["厦门瑞丰贸易有限公司"]
    assert meant("acne") == ["Acme"]
    for text in ("alpnblik", "nordwind", "nord@wimd", "nor", "norwin feinkosd", "a b c d nordwimd"):
        assert meant(text) == [], text


@pytest.mark.django_db
def test_the_most_alike_come_first_and_none_of_those_one_may_not_see() -> None:
    for name, city in (("Nordwind", "hidden"), ("Nortwint", ""), ("Nordwin", ""), ("Nordwand", "")):
        CustomerFactory.create(name=name, city=city)
    assert meant("nordwint") == ["Nordwin", "Nortwint"]
    assert meant("nordwint", most=1) == ["Nordwin"]
