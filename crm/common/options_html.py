"""The options of a select, written as strings: a template for each took forty times as long."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.common.escaping import escaped

Groups = Sequence[tuple[Any, Sequence[Mapping[str, Any]], int]]
"""As a widget's `optgroups`: name, options, number."""
NOTHING_CHOSEN = "---------"  # Django's word for it; here nothing is a dash, as everywhere


def options_html(groups: Groups) -> str:
    return "".join(_group(name, options) for name, options, _number in groups)


def _group(name: Any, options: Sequence[Mapping[str, Any]]) -> str:
    written = "".join(map(_option, options))
    return f'\n  <optgroup label="{escaped(name)}">{written}\n  </optgroup>' if name else written


def _option(option: Mapping[str, Any]) -> str:
    label = option["label"]
    words = "–" if label == NOTHING_CHOSEN else escaped(label)
    return f'\n  <option value="{escaped(option["value"])}"{_attributes(option["attrs"])}>{words}</option>'


def _attributes(given: Mapping[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{escaped(value)}"'
        for name, value in given.items()
        if value is not False
    )
