import re

from tests import translations
from tests.translations import ROOT, catalogue, sources, templates


def test_every_text_of_a_template_is_marked() -> None:
    found = {str(path.relative_to(ROOT)): translations.unmarked_in_template(path) for path in templates()}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_every_label_and_message_is_marked() -> None:
    found = {
        str(path.relative_to(ROOT)): translations.unmarked_in_python(path)
        for path in sources()
        if "commands" not in path.parts
    }
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_every_marked_text_is_translated() -> None:
    known = catalogue()
    wanted = {text for path in templates() for text in translations.marked_in_template(path)}
    wanted |= {text for path in sources() for text in translations.marked_in_python(path)}
    assert sorted(text for text in wanted if not known.get(text, ("", False))[0]) == []


def test_no_translation_is_a_guess() -> None:
    assert [text for text, (_, fuzzy) in catalogue().items() if fuzzy] == []


def test_placeholders_survive_translation() -> None:
    holders = re.compile(r"%\(\w+\)0?\d*[sd]|{\w+}")
    differing = [
        text
        for text, (translated, _) in catalogue().items()
        if translated and set(holders.findall(text)) != set(holders.findall(translated))
    ]
    assert differing == []


def test_the_scanner_sees_what_was_forgotten(tmp_path: object) -> None:
    path = ROOT / "templates/base.html"
    assert translations.unmarked_in_template(path) == []
    forgotten = tmp_path / "page.html"  # type: ignore[operator]
    forgotten.write_text(
        '<p title="Hover me">{% translate "Fine" %} Forgotten {{ value }}</p>'
        "{% blocktranslate %}Fine too{% endblocktranslate %}"
        '{% empty_state "No customers" _("Fine") icon="user" %}',
        encoding="utf-8",
    )
    assert translations.unmarked_in_template(forgotten) == ["Hover me", "Forgotten", "No customers"]
    assert set(translations.marked_in_template(forgotten)) == {"Fine", "Fine too"}
