import pytest

from customers.identity.matching.latin import words
from customers.identity.matching.naming import organization, person


@pytest.mark.parametrize(
    ("name", "given", "family"),
    [
        ("Mitchell Green", "mitchell", "green"),
        ("Green, Mitchell", "mitchell", "green"),
        ("Dr. Mary-Ann van der Berg", "maryann", "vanderberg"),
        ("John Paul Smith", "johnpaul", "smith"),
        ("Müller", "", "muller"),
        ("O'Neill", "", "oneill"),
        ("张三", "san", "zhang"),
        ("張三", "san", "zhang"),
        ("王小明", "xiaoming", "wang"),
        ("欧阳修", "xiu", "ouyang"),
        ("Владимир Петров", "vladimir", "petrov"),
        ("Mr", "", "mr"),
        ("!", "", ""),
        ("", "", ""),
    ],
)
def test_a_persons_name_has_two_parts(name: str, given: str, family: str) -> None:
    assert person(name) == (given, family)


@pytest.mark.parametrize(
    ("name", "told", "forms"),
    [
        ("The ACME Trading Corporation, Ltd.", ["acme", "trading"], ["corp", "ltd"]),
        ("Acme Corp.", ["acme"], ["corp"]),
        ("Müller & Söhne GmbH & Co. KG", ["muller", "sohne"], ["co", "gmbh", "kg"]),
        ("Limited", ["limited"], ["ltd"]),
        ("Fine Foods S.A.", ["fine", "food"], ["sa"]),
        ("Glass Technologies (Europe) Inc", ["glass", "technology"], ["inc"]),
        ("上海华信贸易有限公司", ["shanghai", "huaxin", "trading"], ["ltd"]),
        ("廈門宏達紡織股份有限公司", ["xiamen", "hongda", "textile"], ["plc"]),
        ("Xiamen Hongda Textile Co., Ltd.", ["xiamen", "hongda", "textile"], ["co", "ltd"]),
        ("华信（上海）科技公司", ["huaxin", "technology"], []),
        ("华为技术有限公司深圳分公司", ["huawei", "technology"], ["ltd"]),
        ("北京", ["beijing"], []),
        ("电子", ["dianzi"], []),
    ],
)
def test_an_organizations_name_is_what_tells_it_and_its_legal_form(
    name: str, told: list[str], forms: list[str]
) -> None:
    assert organization(name) == (told, forms)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Straße 5ª", ["strasse", "5a"]),
        ("ＡＢＣ　１２", ["abc", "12"]),
        ("Øresund Ελλάδα", ["oresund", "ellada"]),
        ("中山路271号", ["zhong", "shan", "lu", "271", "hao"]),
        ("…", []),
    ],
)
def test_any_script_is_read_in_plain_letters(text: str, plain: list[str]) -> None:
    assert words(text) == plain
