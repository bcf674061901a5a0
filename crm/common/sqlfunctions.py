"""SQL functions of the database (made by a migration of customers) as expressions; migrations may import these."""

from django.db import models


class CrmDay(models.Func):
    """`crm_day(timestamptz)`: the day in the company's time zone; immutable, so it can be stored and indexed."""

    function = "crm_day"
    output_field = models.DateField()


class CrmInvoiceOpen(models.Func):
    """Of amount, paid and amount in the company's currency: what is open in that; null where nothing is."""

    template = "nullif(crm_invoice_open(%(expressions)s), 0)"
    output_field = models.DecimalField(max_digits=18, decimal_places=4)


class CrmFold(models.Func):
    """`crm_fold(crm_norm(text))`: lower case, no accents, CJK characters doubled so that two of them give trigrams."""

    template = "crm_fold(crm_norm(%(expressions)s))"
    output_field = models.TextField()


class CrmNorm(models.Func):
    """`crm_norm(text)`: lower case, no accents, one blank for anything but letters and digits."""

    function = "crm_norm"
    output_field = models.TextField()


class PlainTaxId(models.Func):
    """Of a tax ID its letters and digits in upper case, as they are compared."""

    template = "regexp_replace(upper(normalize(%(expressions)s, NFKC)), '[^0-9A-Z]+', '', 'g')"
    output_field = models.TextField()
