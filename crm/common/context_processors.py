"""What every page's frame needs: navigation, theme, languages."""

from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.functional import SimpleLazyObject

from crm.common import navigation
from crm.common.company.current import company

THEMES = ("auto", "light", "dark")


def frame(request: HttpRequest) -> dict[str, object]:
    theme = request.COOKIES.get("theme", "auto")
    return {
        "navigation": SimpleLazyObject(lambda: navigation.navigation_for(request)),
        "drafts_of": SimpleLazyObject(lambda: drafts_of(request)),
        "zone_is_changing": company().zone_is_changing,
        "theme": theme if theme in THEMES else "auto",
    }


def drafts_of(request: HttpRequest) -> str:
    """Whose text the browser keeps while it is typed: a name for the user that tells nothing; empty for visitors."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    return salted_hmac("crm.drafts", str(user.pk)).hexdigest()[:16]
