from typing import Any

from django import forms
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

CHOICES = [("", "---------"), ("<&\"'>", "<b>&\"'"), (mark_safe("a&amp;b"), mark_safe("<i>safe</i>")), (7, 7)]
OPTIONS = """
  <option value="" selected>–</option>
  <option value="&lt;&amp;&quot;&#x27;&gt;">&lt;b&gt;&amp;&quot;&#x27;</option>
  <option value="a&amp;b"><i>safe</i></option>
  <option value="7">7</option>"""


class Marked(forms.Select):
    """With what an option can carry beside its value."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        option["attrs"] |= {"data-x": '"<&', "hidden": True, "disabled": False}
        return option


def test_an_option_is_escaped_and_nothing_chosen_is_a_dash() -> None:
    assert forms.Select(choices=CHOICES).render("a", "") == f'<select name="a">{OPTIONS}\n</select>'


def test_groups_have_their_name() -> None:
    groups = [("<A>", [("1", "one")]), ("2", "two")]
    assert forms.Select(choices=groups).render("a", "1", attrs={"id": "x"}) == (
        '<select name="a" id="x">\n  <optgroup label="&lt;A&gt;">\n  <option value="1" selected>one</option>\n'
        '  </optgroup>\n  <option value="2">two</option>\n</select>'
    )


def test_several_can_be_chosen() -> None:
    shown = forms.SelectMultiple(choices=[(1, "a"), (2, "b"), (3, "c")]).render("a", [1, 3])
    assert shown.startswith('<select name="a" multiple>')
    assert [" selected" in line for line in shown.splitlines()[1:4]] == [True, False, True]


def test_what_an_option_carries_stays_with_it() -> None:
    shown = Marked(choices=[("1", "a")]).render("a", "")
    assert '<option value="1" data-x="&quot;&lt;&amp;" hidden>a</option>' in shown


def test_words_are_in_the_readers_language() -> None:
    widget = forms.Select(choices=[("1", _("Language"))])
    assert ">Language</option>" in widget.render("a", "")
    with override("zh-hans"):
        assert ">语言</option>" in widget.render("a", "")
