"""Words that several apps use for the same thing."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportKind(models.TextChoices):
    """What a file holds; the value is the KIND of `import_file`."""

    CUSTOMERS = "customers", _("customers")
    CONTACTS = "contacts", _("contacts")
    PRODUCTS = "products", _("products")
    ORDERS = "orders", _("orders")
    INVOICES = "invoices", _("invoices")
    PAYMENTS = "payments", _("payments")
    REPAIRS = "repairs", _("repairs")
    INTERACTIONS = "interactions", _("interactions")
    CALLS = "calls", _("telephone queue log")
    MAIL = "mail", _("mail")
    SURVEY_ANSWERS = "survey_answers", _("survey answers")
    LEDGER = "ledger", _("ledger by month")
    COSTS = "costs", _("programme costs")


class Channel(models.TextChoices):
    """How a contact reached us, or we them."""

    PHONE = "phone", _("phone")
    EMAIL = "email", _("e-mail")
    WEB = "web", _("web form")
    LETTER = "letter", _("letter")
    VISIT = "visit", _("visit")
    CHAT = "chat", _("chat")
    SMS = "sms", _("SMS")
    SELF_SERVICE = "self_service", _("self-service")
