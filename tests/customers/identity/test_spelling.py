"""Names in Chinese characters are found as they are typed in Latin letters."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin

from customers.identity import respelling, search_sql
from customers.identity.search import matching, read
from customers.identity.spelling import as_spelt
from customers.models import Contact, ContactSpelling, Customer, CustomerSpelling, Tier
from tests.conftest import ClientFor
from tests.customers.importing.files import load, write_csv
from tests.factories.customers import ContactFactory, CustomerFactory

PART = {"HX-Request": "true"}


def names(text: str) -> list[str]:
    found = matching(Customer.objects.exclude(city="hidden"), read(text))
    return [customer.name for customer in found.order_by("relevance", "pk")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("张三", "zhangsan|zhang san|zhangs|zs|ZS|Zhāng Sān|san zhang|san"),
        ("張三豐", "zhangsanfeng|zsf"),
        ("上海华信贸易有限公司", "shanghaihuaxin|huaxin|shhx|hx|huaxinmaoyi|shanghai maoyi|hua xin|shhxmy|shanghaih"),
        ("重庆长安", "chongqing|changan|chang'an|chong qing chang an|cqca|zhongqing"),
        ("招商银行股份有限公司", "yinhang|zhaoshang|zsyh|zhaoshangyinhang"),
        ("中國銀行", "zhongguo|yinhang"),
        ("单晓明", "shan|shanxiaoming|sxm|dan"),
        ("曾国藩", "zeng|zengguofan|zgf"),
        ("吕布", "lv|lu|lü|lvbu|lubu|lb"),
        ("女娲", "nvwa|nuwa|nü wa"),
        ("厦门朝阳", "xiamen|chaoyang|xmcy|xiamenchaoyang"),
        ("IBM中国", "ibm zhongguo|zhongguo|ibmzhongguo|izg|zg"),
        ("李 明", "liming|li ming|lm|li"),
        ("Acme 上海 Ltd", "shanghai|acme shanghai|sh"),
        ("公司", "gongsi|gs"),
    ],
)
def test_a_name_is_found_by_its_syllables_and_their_initials(name: str, typed: str) -> None:
    CustomerFactory.create(name=name)
    CustomerFactory.create(name="王五")
    CustomerFactory.create(name="Somebody Else")
    for text in typed.split("|"):
        assert names(text) == [name], text


@pytest.mark.django_db
def test_what_begins_within_a_syllable_finds_nobody() -> None:
    CustomerFactory.create(name="上海华信贸易有限公司")
    CustomerFactory.create(name="X Mark 公")
    for text in (
        "anghai",
        "gha",
        "uaxin",
        "huaxn",
        "hxs",
        "gongsi",
        "ai",
        "zhang huaxin",
        "shanghai2",
        "xmark",
        "ark hua",
        "mx",
        "a" * 41,
    ):
        assert names(text) == [], text


@pytest.mark.django_db
def test_people_are_found_so_too_and_come_last() -> None:
    ContactFactory.create(customer__name="Acme", name="张三")
    CustomerFactory.create(name="开张三")
    assert names("zhangsan") == ["开张三", "Acme"]
    assert names("zs") == ["开张三", "Acme"]


@pytest.mark.django_db
def test_who_is_written_so_comes_before_who_is_typed_so_in_each_class_and_the_best_tier_first() -> None:
    platinum = Tier.objects.get(key="platinum")
    for name, tier in (
        ("Huaxin Ltd", None), ("华信", None), ("华信贸易", platinum), ("The Huaxin", None), ("上海华信", None),
        ("北京华信", platinum), ("Ahuaxin", platinum),
    ):  # fmt: skip
        CustomerFactory.create(name=name, tier=tier)
    CustomerFactory.create(name="华信", city="hidden", tier=platinum)
    in_order = ["Huaxin Ltd", "华信贸易", "华信", "The Huaxin", "北京华信", "上海华信", "Ahuaxin"]
    assert names("huaxin") == in_order


@pytest.mark.django_db
def test_two_letters_find_who_begins_with_them_and_whose_initials_they_are() -> None:
    for name in ("HP Ltd", "The HP", "Shp", "黄鹏", "李黄鹏", "Hua", "和平"):
        CustomerFactory.create(name=name)
    assert names("hp") == ["HP Ltd", "和平", "黄鹏", "The HP", "李黄鹏"]
    assert names("li") == ["李黄鹏"]


@pytest.mark.django_db
def test_where_a_spelling_is_too_common_the_best_tiers_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_sql, "CAP", 3)
    Customer.objects.bulk_create([Customer(name=f"华信{number:03d}") for number in range(20)])
    CustomerFactory.create(name="贸易华信", tier=Tier.objects.get(key="platinum"))
    found = matching(Customer.objects.all(), read("huaxin"), most=3).order_by("relevance", "pk")
    assert "贸易华信" in [customer.name for customer in matching(Customer.objects.all(), read("maoyi"), most=3)]
    assert len(found) == 3


@pytest.mark.parametrize(
    "words", [[], ["a"], ["zs1"], ["é"], ["zhang", "3"], ["a" * 41], ["公公"], ["b" * 20, "c" * 21]]
)
def test_what_is_not_letters_alone_or_too_long_is_nobodys_spelling(words: list[str]) -> None:
    assert as_spelt(words) == {}


def test_words_that_give_a_trigram_are_looked_up() -> None:
    assert as_spelt(["z", "s"]) == as_spelt(["zs"])
    assert as_spelt(["zs"]) == {
        "spelt_begins": " (Z[sS]|zzss)",
        "spelt_within": "( Z[sS]|zzss)",
        "spelt_each": ["( Z[sS]|zzss)"],
        "syllables_0": "% zs%",
        "initials_0": "%zzss%",
    }
    assert as_spelt(["lv", "min", "hua"]) == {
        "spelt_begins": " (L[uU][mM][iI][nN][hH][uU][aA]|lluummiinnhhuuaa)",
        "spelt_within": "(L[uU][mM][iI][nN][hH][uU][aA]|lluummiinnhhuuaa)",
        "spelt_each": ["(L[uU]|lluu)", "(M[iI][nN]|mmiinn)", "(H[uU][aA]|hhuuaa)"],
        "syllables_0": "%min%",
        "initials_0": "%mmiinn%",
        "syllables_1": "%hua%",
        "initials_1": "%hhuuaa%",
    }


CHARACTERS = "张三王五上海华信国际贸易北京天津小明丽娜吕布女士银行重庆长安音乐厦门"
NAMES = st.text(CHARACTERS, min_size=1, max_size=8)


def syllables(name: str) -> list[str]:
    return [one.replace("ü", "u").replace("v", "u") for one in lazy_pinyin(name, style=Style.NORMAL)]


def starts(each: list[str]) -> list[str]:
    return ["".join(each[at:]) for at in range(len(each))]


def is_typed(name: str, text: str) -> bool:
    """A plain reading of the package's."""
    each = syllables(name)
    spelt = starts(each) if len(text) > 2 else starts(each)[:1]
    return any(one.startswith(text) for one in (*spelt, *starts([one[0] for one in each])))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(known=["张三", "三张"], of=0, begin=0, length=6, by_initials=False)
@given(
    known=st.lists(NAMES, min_size=1, max_size=6),
    of=st.integers(0, 5),
    begin=st.integers(0, 7),
    length=st.integers(2, 12),
    by_initials=st.booleans(),
)
@pytest.mark.django_db
def test_who_is_found_is_who_a_plain_reading_finds(
    known: list[str], of: int, begin: int, length: int, by_initials: bool
) -> None:
    each = syllables(known[of % len(known)])
    text = "".join(one[0] if by_initials else one for one in each[begin % len(each) :])[:length]
    assume(len(text) >= 2)
    with transaction.atomic():
        Customer.objects.bulk_create(Customer(name=name) for name in known)
        found = sorted(names(text))
        # Who stands in a word may be typed as they are read alone, too; which words there are, each has its own idea.
        alone = [name for name in known if syllables(name) != [one for each in name for one in syllables(each)]]
        transaction.set_rollback(True)
    expected = sorted(name for name in known if is_typed(name, text))
    assert [name for name in found if name not in alone] == [name for name in expected if name not in alone]
    assert set(expected) <= set(found)


def spelt() -> dict[str, str]:
    found = dict(CustomerSpelling.objects.values_list("customer_id", "spelt"))
    return {name: found[pk] for pk, name in Customer.objects.values_list("pk", "name") if pk in found}


@pytest.mark.django_db
def test_the_database_keeps_it_whoever_writes_the_name() -> None:
    made = CustomerFactory.create(name="张三")
    CustomerFactory.create(name="Ada")
    assert spelt() == {"张三": " ZhangSan zzss"}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET name = '李四' WHERE name = 'Ada'")
        cursor.execute("UPDATE customers_customer SET name = 'Eve', city = 'X' WHERE name = '张三'")
    assert spelt() == {"李四": " LiSi llss"}
    Customer.objects.filter(pk=made.pk).update(name="王五")
    assert spelt() == {"李四": " LiSi llss", "王五": " WangWu wwww"}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET id = id WHERE true")
    Customer.objects.filter(name="李四").delete()
    assert (spelt(), CustomerSpelling.objects.count()) == ({"王五": " WangWu wwww"}, 1)


@pytest.mark.django_db
def test_an_import_and_what_people_type_are_spelt_alike(tmp_path: Path, client_for: ClientFor) -> None:
    load("customers", write_csv(tmp_path / "customers.csv", "external_id,name", [("1", "张三"), ("2", "Ada")]))
    assert spelt() == {"张三": " ZhangSan zzss"}
    load("customers", write_csv(tmp_path / "changed.csv", "external_id,name", [("1", "李四"), ("2", "王五")]))
    assert spelt() == {"李四": " LiSi llss", "王五": " WangWu wwww"}
    client_for("manager").post("/customers/new/", {"name": "赵六", "kind": "person"})
    assert spelt()["赵六"] == " ZhaoLiu zzll"


@pytest.mark.django_db
def test_people_are_spelt_and_forgotten_too() -> None:
    person = ContactFactory.create(name="张三")
    ContactFactory.create(name="Ada")
    assert [*ContactSpelling.objects.values_list()] == [(person.pk, " ZhangSan zzss")]
    Contact.objects.filter(pk=person.pk).update(name="Eve")
    assert not ContactSpelling.objects.exists()
    Contact.objects.filter(pk=person.pk).update(name="李四")
    Contact.objects.filter(pk=person.pk).delete()
    assert not ContactSpelling.objects.exists()


@pytest.mark.django_db
def test_the_list_and_the_field_find_by_it(client_for: ClientFor) -> None:
    customer = CustomerFactory.create(name="张三贸易", country="CN")
    CustomerFactory.create(name="Other", country="CN")
    client = client_for("sales")
    for text in ("zhangsan", "zs", "zhang san"):
        assert client.get("/customers/", {"q": text}).context["listing"].rows == [customer]
        assert client.get("/customers/", {"q": text, "country": "CN"}).context["listing"].rows == [customer]
        assert client.get("/customers/", {"q": text, "country": "DE"}).context["listing"].rows == []
        assert client.get("/customers/", {"q": text, "sort": "-name"}).context["listing"].rows == [customer]
        assert "张三贸易" in client.get("/customers/search/", {"q": text}, headers=PART).content.decode()
    exported = client_for("manager").get("/customers/export/", {"q": "zs", "columns": "name"})
    assert b"".join(exported).decode("utf-8-sig").split() == ["customer_id,name", f"{customer.pk},张三贸易"]


class Killed(Exception):
    pass


@pytest.mark.django_db
def test_names_from_before_are_spelt_in_steps_and_after_a_kill_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    migration: Any = import_module("customers.migrations.0044_names_as_typed")
    made = [CustomerFactory.create(name=f"张三{number}") for number in range(5)]
    ContactFactory.create(name="李四", customer=made[0])
    CustomerSpelling.objects.all().delete()
    ContactSpelling.objects.all().delete()
    monkeypatch.setattr(migration, "FIRST", made[2].pk)
    clock = iter([0.0, 0.0])

    def killed() -> float:
        if (at := next(clock, None)) is None:
            raise Killed
        return at

    with monkeypatch.context() as patched, connection.schema_editor(atomic=False) as editor:
        patched.setattr(migration, "monotonic", killed)
        with pytest.raises(Killed):
            migration.spell_all(None, editor)
    assert CustomerSpelling.objects.count() == 3
    CustomerSpelling.objects.filter(pk=made[0].pk).update(spelt="kept")
    with connection.schema_editor(atomic=False) as editor:
        migration.spell_all(None, editor)
    assert spelt()["张三0"] == "kept"
    assert spelt()["张三4"] == " ZhangSan4 zzss44"
    assert ContactSpelling.objects.get().spelt == " LiSi llss"


@pytest.mark.django_db
def test_the_nightly_check_finds_and_mends_what_is_not_as_the_name() -> None:
    right, wrong, missing, left = (CustomerFactory.create(name=name) for name in ("张三", "李四", "王五", "Ada"))
    person = ContactFactory.create(name="张三", customer=right)
    CustomerSpelling.objects.filter(pk=wrong.pk).update(spelt="x")
    CustomerSpelling.objects.filter(pk=missing.pk).delete()
    CustomerSpelling.objects.create(pk=left.pk, spelt="y")
    ContactSpelling.objects.all().delete()
    ids = [wrong.pk, missing.pk, left.pk]
    with connection.cursor() as cursor:
        assert sorted(respelling.find_customers(cursor, 0, left.pk + 1)) == ids
        assert respelling.find_customers(cursor, 0, right.pk + 1) == []
        assert respelling.mend_customers(cursor, [right.pk, *ids]) == 3
        assert respelling.find_customers(cursor, 0, left.pk + 1) == []
        assert respelling.find_contacts(cursor, 0, person.pk + 1) == [person.pk]
        assert respelling.mend_contacts(cursor, [person.pk]) == 1
        assert respelling.find_contacts(cursor, 0, person.pk + 1) == []
    assert spelt() == {"张三": " ZhangSan zzss", "李四": " LiSi llss", "王五": " WangWu wwww"}
