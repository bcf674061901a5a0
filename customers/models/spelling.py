"""How names with Chinese characters are typed in Latin letters, kept by the database wherever a name is written."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.customers import TRIGRAMS


class CustomerSpelling(models.Model):
    """`crm_spelt(name)` of the customer; no row where the name has no Chinese character.

    Triggers write and delete it, so that it has no key to the customer that they would have to wait for.
    """

    customer_id = models.BigIntegerField(primary_key=True)
    spelt = models.TextField(db_collation="C")

    class Meta:
        verbose_name = _("spelling of a customer")
        verbose_name_plural = _("spellings of customers")
        default_permissions = ("view",)
        indexes = [GinIndex(fields=["spelt"], **TRIGRAMS, name="customer_spelt")]

    def __str__(self) -> str:
        return self.spelt


class ContactSpelling(models.Model):
    """The same of a person at a customer."""

    contact_id = models.BigIntegerField(primary_key=True)
    spelt = models.TextField(db_collation="C")

    class Meta:
        verbose_name = _("spelling of a contact")
        verbose_name_plural = _("spellings of contacts")
        default_permissions = ("view",)
        indexes = [GinIndex(fields=["spelt"], **TRIGRAMS, name="contact_spelt")]

    def __str__(self) -> str:
        return self.spelt
