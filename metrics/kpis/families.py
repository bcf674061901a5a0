"""The groups in which pages show KPIs."""

from django.utils.translation import gettext_lazy as _

from metrics.engine.sources import Family

SATISFACTION = Family(key="satisfaction", name=_("Customers' satisfaction"), order=10)
CALL_CENTRE = Family(key="call-centre", name=_("Call centre"), order=20)
TRANSACTIONS = Family(key="transactions", name=_("Transactions"), order=30)
BUSINESS = Family(key="business", name=_("Business"), order=40)
DATA = Family(key="data", name=_("Customer data"), order=50)
