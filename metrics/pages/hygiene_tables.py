"""What the page of the data hygiene lists."""

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.common.cells import dimmed, link, link_if, note, together
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import number, percent
from customers.identity.hygiene.fields import DIMENSIONS, Dimension
from metrics.pages.hygiene_page import FieldLine, Line, Part

NOBODY = Empty(text=_("No customers have been looked at yet."))


def _faulty(line: Line) -> object:
    return together(link(line.list_url, number(line.faulty)), note(gettext("of %(n)s") % {"n": number(line.figure.of)}))


def _mend(line: Line) -> object:
    words = gettext("Mend these %(n)s now") % {"n": number(line.faulty)}
    return format_html('<a class="btn btn-sm" href="{}">{}</a>', line.mend_url, words)


def _worst(may_mend: bool | None) -> tuple[Column[Line], ...]:
    shown = (
        Column[Line](key="point", title=_("What is the matter"), cell=lambda line: capfirst(line.point.label)),
        Column[Line](key="faulty", title=_("Customers"), cell=_faulty, align="end"),
        Column[Line](
            key="clean", title=_("Clean"), cell=lambda line: percent(line.figure.share, 1), align="end", shown="wide"
        ),
        Column[Line](key="weight", title=_("Weight"), cell=lambda line: line.weight, align="end", shown="wide"),
        Column[Line](
            key="lost", title=_("Costs the score"), cell=lambda line: percent(line.lost, 1), align="end",
            hint=_("By how much the score would rise if all of them were mended."),
        ),
    )  # fmt: skip
    return (*shown, Column(key="mend", title=_("Mend"), cell=_mend, spoken=True, width="fit")) if may_mend else shown


WORST = Table[Line, bool](
    key="pages.hygiene_worst",
    caption=_("The worst first"),
    columns=_worst,
    empty=Empty(text=_("Nothing is the matter with any of these customers.")),
)


def _point(line: FieldLine, dimension: Dimension) -> object:
    found = line.points.get(dimension.key)
    if found is None or found.figure.share is None:
        return dimmed("–")
    return together(
        percent(found.figure.share, 1),
        note(link_if(found.list_url if found.faulty else "", number(found.faulty))),
    )


def _dimension(dimension: Dimension) -> Column[FieldLine]:
    return Column(key=dimension.key, title=dimension.label, cell=lambda line: _point(line, dimension), align="end")


FIELDS_BY_DIMENSION = Table[FieldLine, None](
    key="pages.hygiene_fields",
    caption=_("Fields, and how many customers each number leaves out"),
    columns=(
        Column(key="field", title=_("Field"), cell=lambda line: capfirst(str(line.field.label))),
        *(_dimension(dimension) for dimension in DIMENSIONS),
    ),
    stacked=False,
    dense=True,
)


def _share(dimension: Dimension) -> Column[Part]:
    return Column(
        key=dimension.key,
        title=dimension.label,
        cell=lambda part: percent(part.dimensions[dimension.key].share, 1),
        align="end",
    )


def _parts(key: str, title: str | Promise) -> Table[Part, None]:
    return Table[Part, None](
        key=key,
        caption=title,
        columns=(
            Column(key="name", title=_("Name"), cell=lambda part: link(part.url, part.name)),
            Column(key="customers", title=_("Customers"), cell=lambda part: number(part.customers), align="end"),
            Column(key="score", title=_("Score"), cell=lambda part: percent(part.score.share, 1), align="end"),
            *(_share(dimension) for dimension in DIMENSIONS),
        ),
        stacked=False,
        dense=True,
        empty=NOBODY,
    )


BY_TEAM = _parts("pages.hygiene_teams", _("By team"))
BY_SOURCE = _parts("pages.hygiene_sources", _("By source"))
