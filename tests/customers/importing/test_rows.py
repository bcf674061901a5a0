from customers.importing.rows import BrokenRow


def test_a_broken_row_says_where_and_why() -> None:
    broken = BrokenRow(7, "unknown event", "event", {"line": "1|2"})
    assert (broken.line, broken.column, str(broken), broken.row) == (7, "event", "unknown event", {"line": "1|2"})


def test_of_one_nothing_could_be_read_of_there_is_no_column_and_an_empty_row_of_its_own() -> None:
    first, second = BrokenRow(1, "cut off"), BrokenRow(2, "cut off")
    assert (first.column, first.row) == ("", {})
    first.row["line"] = "x"
    assert second.row == {}
