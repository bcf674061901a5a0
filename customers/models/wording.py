"""The words contacts are put in: what they were about and how they ended, in both languages of the interface."""

from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.common.audit.tracking import tracked


class Word(models.Model):
    """`key` is what records hold and files say, in any case; the names are what people read."""

    key = models.CharField(_("key"), max_length=60, help_text=_("As files and records say it."))
    name = models.CharField(_("name in English"), max_length=100)
    name_zh = models.CharField(_("name in Chinese"), max_length=100, blank=True)
    is_offered = models.BooleanField(_("offered when a contact is logged"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        abstract = True
        ordering = ("order", "key")

    def __str__(self) -> str:
        return (self.name_zh if is_chinese() else "") or self.name


def is_chinese() -> bool:
    return (get_language() or "").startswith("zh")


@tracked()
class Purpose(Word):
    """What a contact was about."""

    class Meta(Word.Meta):
        abstract = False
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        constraints = [models.UniqueConstraint(Lower("key"), name="purpose_key_unique")]


@tracked(exclude=("is_recount_due",))
class Outcome(Word):
    """How a contact ended. `is_recount_due`: contacts on record do not follow yet what counts (a job lets them)."""

    counts_as_contact = models.BooleanField(
        _("counts as a contact"), default=True, help_text=_("Abandoned calls, noise and automatic replies do not.")
    )
    is_solved = models.BooleanField(_("solved"), default=False, help_text=_("The matter was settled with it."))
    is_recount_due = models.BooleanField(default=False, editable=False)

    class Meta(Word.Meta):
        abstract = False
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        constraints = [models.UniqueConstraint(Lower("key"), name="outcome_key_unique")]


def name_of(model: type[Word], field: str) -> Any:
    """An expression over rows with `field`: the word's name in the reader's language, else what the row says."""
    word = model._default_manager.annotate(low=Lower("key")).filter(low=Lower(models.OuterRef(field)))  # noqa: SLF001
    name = "name_zh" if is_chinese() else "name"
    named = models.functions.NullIf(models.Subquery(word.values(name)[:1]), models.Value(""))
    return models.functions.Coalesce(named, models.F(field))
