"""Of the npm packages, only the files that pages load are served; the rest would be compressed for nothing."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.staticfiles.finders import FileSystemFinder

VENDOR_PREFIX = "vendor/"
VENDOR_FILES = {
    "tabler.min.css",
    "tabler.min.css.map",
    "tabler.min.js",
    "tabler.min.js.map",
    "tabler-icons.min.css",
    "fonts/tabler-icons.woff2",
    "fonts/tabler-icons.woff",
    "fonts/tabler-icons.ttf",
    "echarts.min.js",
}


class ServedFilesFinder(FileSystemFinder):
    """Django's finder; below `vendor/` it lists `VENDOR_FILES` alone."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        for path, storage in super().list(ignore_patterns):
            prefix = getattr(storage, "prefix", None) or ""
            if not f"{prefix}/".startswith(VENDOR_PREFIX) or path in VENDOR_FILES:
                yield path, storage
