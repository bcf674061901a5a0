import pytest

from customers.importing.strings import SharedStrings


def told(*events: str) -> SharedStrings:
    """`<t` begins an element, `t>` ends one, anything else is text."""
    strings = SharedStrings()
    for event in events:
        if event.startswith("<"):
            strings.start(event[1:], {})
        elif event.endswith(">"):
            strings.end(event[:-1])
        else:
            strings.text(event)
    return strings


def test_each_has_its_number_in_the_order_they_stand_the_empty_ones_too() -> None:
    strings = told("<si", "<t", "id", "t>", "si>", "<si", "si>", "<si", "<t", "上海", "t>", "si>")
    assert [strings[number] for number in (0, 1, 2, 2, 0)] == ["id", "", "上海", "上海", "id"]


@pytest.mark.parametrize("number", [-1, 1, 2])
def test_there_is_none_of_another_number(number: int) -> None:
    with pytest.raises(IndexError):
        told("<si", "<t", "id", "t>", "si>")[number]


def test_none_is_there_before_it_has_ended() -> None:
    with pytest.raises(IndexError):
        told("<si", "<t", "id", "t>")[0]


def test_its_runs_are_one_text_without_what_stands_between_and_how_it_is_pronounced() -> None:
    strings = told(
        "\n", "<si", "\n", "<r", "<t", "東", "t>", "\n", "r>", "<r", "<t", "京", " ", "t>", "r>",
        "<rPh", "<t", "トウキョウ", "t>", "rPh>", "<phoneticPr", "phoneticPr>", "si>", "<si", "<t", "next", "t>", "si>",
    )  # fmt: skip
    assert (strings[0], strings[1]) == ("東京 ", "next")


def test_after_how_it_is_pronounced_the_text_goes_on() -> None:
    assert told("<si", "<rPh", "<t", "a", "t>", "rPh>", "<t", "b", "t>", "si>")[0] == "b"


def test_what_xml_cannot_hold_is_what_it_stands_for() -> None:
    strings = told("<si", "<t", "a_x000D_b_x005F_x000D_", "t>", "si>", "<si", "<t", "_xD800_", "t>", "si>")
    assert (strings[0], strings[1]) == ("a\rb_x000D_", "\ud800")
