from django.contrib.staticfiles import finders

from crm.common.assets import is_served


def test_only_what_pages_load_is_served() -> None:
    found = {f"{getattr(storage, 'prefix', None) or ''}/{path}".lstrip("/") for path, storage in _vendor_files()}
    assert found == {
        "vendor/echarts/echarts.min.js",
        "vendor/icons/fonts/tabler-icons.ttf",
        "vendor/icons/fonts/tabler-icons.woff",
        "vendor/icons/fonts/tabler-icons.woff2",
        "vendor/icons/tabler-icons.min.css",
        "vendor/tabler/css/tabler.min.css",
        "vendor/tabler/css/tabler.min.css.map",
        "vendor/tabler/js/tabler.min.js",
        "vendor/tabler/js/tabler.min.js.map",
    }
    assert finders.find("vendor/echarts/echarts.js") is None
    assert finders.find("vendor/echarts/echarts.min.js") is not None


def test_our_own_files_are_served() -> None:
    assert is_served("css/baseline.css")
    assert finders.find("css/baseline.css") is not None


def _vendor_files() -> list[tuple[str, object]]:
    finder = finders.get_finder("crm.common.assets.ServedFilesFinder")
    return [(path, storage) for path, storage in finder.list([]) if getattr(storage, "prefix", None)]
