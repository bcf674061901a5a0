"""Addresses for mails and calendars, which are read elsewhere."""

from django.conf import settings


def link_to(path: str) -> str:
    """The whole address of a page; empty where nobody has said under which address the product is found (CRM_URL)."""
    return f"{settings.CRM_URL.rstrip('/')}{path}" if settings.CRM_URL else ""
