from django.contrib.staticfiles import finders


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


def test_our_own_files_are_served() -> None:
    assert finders.find("css/baseline.css") is not None


def _vendor_files() -> list[tuple[str, object]]:
    finder = finders.get_finder("crm.staticfiles.ServedFilesFinder")
    return [(path, storage) for path, storage in finder.list([]) if getattr(storage, "prefix", None)]
