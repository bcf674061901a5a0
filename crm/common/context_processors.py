"""What every page's frame needs: navigation, theme, languages."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from crm.common import navigation
from crm.common.company.current import company

THEMES = ("auto", "light", "dark")


def frame(request: HttpRequest) -> dict[str, object]:
    theme = request.COOKIES.get("theme", "auto")
    return {
        "navigation": SimpleLazyObject(lambda: navigation.links_for(request)),
        "zone_is_changing": company().zone_is_changing,
        "theme": theme if theme in THEMES else "auto",
    }
