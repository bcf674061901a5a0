import pytest

from customers.identity.tax_ids import find_fault, linking_tax_id


@pytest.mark.parametrize(
    ("raw", "linking"),
    [
        ("DE 811 193 231", "DE811193231"),
        ("91350100M000100Y43", "91350100M000100Y43"),  # the example of GB 32100-2015
        ("９１３５０１００Ｍ０００１００Ｙ４３", "91350100M000100Y43"),
        ("11010519491231002X", "11010519491231002X"),  # the example of GB 11643-1999
        ("DE123456", "DE123456"),
        ("", ""),
    ],
)
def test_what_can_be_a_tax_id_links(raw: str, linking: str) -> None:
    assert (linking_tax_id(raw), find_fault(raw)) == (linking, "")


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("000000000", "placeholder"),
        ("111111111", "placeholder"),
        ("123456789", "placeholder"),
        ("DE123456789", "placeholder"),
        ("DE999999999", "placeholder"),
        ("n.a.", "placeholder"),
        ("none", "placeholder"),
        ("91350100M000100Y44", "check"),
        ("91350100M000100O43", "check"),  # no such code has an O
        ("110105194912310021", "check"),
    ],
)
def test_what_cannot_be_one_links_nothing_and_says_why(raw: str, fault: str) -> None:
    assert (linking_tax_id(raw), find_fault(raw)) == ("", fault)
