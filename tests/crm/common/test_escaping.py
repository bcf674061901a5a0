import pytest
from django.utils.functional import lazystr
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from crm.common.escaping import escaped


class Shown:
    def __html__(self) -> str:
        return "<b>shown</b>"


@pytest.mark.parametrize(
    "value",
    ["<a href='x' title=\"y\">&", mark_safe("<b>&amp;</b>"), 7, None, lazystr("<i>"), lazystr(mark_safe("<i>")),
     _("Language"), Shown()],
)  # fmt: skip
def test_it_is_as_djangos(value: object) -> None:
    assert escaped(value) == str(conditional_escape(value))
