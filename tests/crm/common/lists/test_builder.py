from typing import Any

import pytest
from django.http import QueryDict

from crm.common.lists import builder, conditions
from crm.common.lists.conditions import Group, as_data
from crm.common.lists.fields import Field
from crm.common.lists.options import MOST, Asking, Fixed

FIELDS = {
    field.key: field
    for field in (
        Field(key="city", label="City", kind="text", path="city"),
        Field(key="kind", label="Kind", kind="choice", path="k", options=Fixed(choices=[("r", "Red"), ("b", "Blue")])),
        Field(
            key="many",
            label="Many",
            kind="choice",
            path="m",
            options=Fixed(choices=[(f"{n}", f"No. {n}") for n in range(80)]),
        ),
    )
}
ME = Asking(user=None)
GONE = {"field": "colour", "op": "is", "value": "red"}


def read(query: str, group: Group = conditions.EVERYTHING) -> builder.Form:
    return builder.read(QueryDict(query), FIELDS, group)


def data(query: str, group: Group = conditions.EVERYTHING) -> Any:
    return as_data(read(query, group).group)


def one(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def test_no_button_no_form() -> None:
    assert read("f0=city&v0=x") == builder.Form()


def test_lines_are_put_together_by_their_places() -> None:
    query = (
        "m=any&f0=city&o0=is&v0=Rome&f1=kind&o1=is_not&v1=r&v1=b"
        "&m2=all&f2.1=city&o2.1=empty&f2.0=kind&o2.0=is&v2.0=r&f3=shoe&v3=x&build=apply"
    )
    form = read(query)
    assert (form.is_sent, form.is_applied) == (True, True)
    assert as_data(form.group) == {
        "any": [
            one("city", "is", "Rome"),
            one("kind", "is_not", ["r", "b"]),
            {"all": [one("kind", "is", ["r"]), one("city", "empty", "")]},
        ]
    }


def test_what_is_blank_stays_in_the_form_and_is_not_applied() -> None:
    query = "f0=city&o0=is&v0=&m1=any&f1.0=kind&o1.0=is&f2=city&o2=empty"
    assert data(f"{query}&build=apply") == {"all": [one("city", "empty", "")]}
    assert data(f"{query}&build=refresh") == {
        "all": [one("city", "is", ""), {"any": [one("kind", "is", [])]}, one("city", "empty", "")]
    }


def test_an_operation_of_another_field_becomes_the_first() -> None:
    assert data("f0=kind&o0=contains&v0=r&build=apply") == {"all": [one("kind", "is", ["r"])]}


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("add=kind&build=add", ["city", ["city"], "kind"]),
        ("add=shoe&build=add", ["city", ["city"]]),
        ("add=&build=add", ["city", ["city"]]),
        ("add.1=kind&build=add.1", ["city", ["city", "kind"]]),
        ("add.0=kind&build=add.0", ["city", ["city"]]),
        ("add.9=kind&build=add.9", ["city", ["city"]]),
        ("build=group", ["city", ["city"], []]),
        ("build=drop.0", [["city"]]),
        ("build=drop.1", ["city"]),
        ("build=drop.1.0", ["city"]),
        ("build=drop.7", ["city", ["city"]]),
        ("build=drop.1.7", ["city", ["city"]]),
        ("build=drop.0.0", ["city", ["city"]]),
        ("build=drop", ["city", ["city"]]),
        ("build=nonsense.x", ["city", ["city"]]),
    ],
)
def test_buttons_add_and_take_away(button: str, expected: Any) -> None:
    form = read(f"f0=city&v0=x&m1=any&f1.0=city&v1.0=y&{button}")
    assert (form.is_sent, form.is_applied) == (True, False)

    def keys(group: Group) -> list[Any]:
        return [keys(item) if isinstance(item, Group) else item.data["field"] for item in group.items]

    assert keys(form.group) == expected


def test_there_are_no_more_than_a_list_takes() -> None:
    many = "&".join(f"f{at}=city&v{at}=x" for at in range(25))
    group = read(f"{many}&build=refresh").group
    assert sum(1 for _one in conditions.each(group)) == conditions.MOST
    assert read(f"{many}&add=kind&build=add").group == group


def test_a_condition_the_form_cannot_show_comes_back_as_it_was() -> None:
    group = conditions.read({"all": [GONE, {"any": [GONE]}]}, FIELDS)
    query = "k0=0&m1=any&k1.0=1.0&f2=city&o2=is&v2=x&k3=9&k4=x.y&build=apply"
    assert data(query, group) == {"all": [GONE, {"any": [GONE]}, one("city", "is", "x")]}


def test_a_line_offers_what_may_be_chosen_the_chosen_first() -> None:
    asked = conditions.condition("kind", "is", ["b"], FIELDS)
    line = builder.line(asked, "0", "", ME)
    assert (line.options, line.has_more) == ([("b", "Blue", True), ("r", "Red", False)], False)
    assert builder.line(conditions.condition("city", "is", "x", FIELDS), "0", "", ME).options is None


def test_of_many_options_some_are_offered_and_the_others_found() -> None:
    asked = conditions.condition("many", "is", ["79"], FIELDS)
    line = builder.line(asked, "0", "", ME)
    assert line.options is not None
    assert (len(line.options), line.options[0], line.has_more) == (MOST + 1, ("79", "No. 79", True), True)
    found = builder.line(asked, "0", "no. 5", ME)
    assert found.options is not None
    assert [value for value, _label, _chosen in found.options] == ["79", "5", *(f"5{n}" for n in range(10))]
