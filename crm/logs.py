"""Structured logs to stderr: JSON lines in production, readable lines elsewhere."""

from typing import Any

import structlog
from structlog.typing import Processor


def configure(*, as_json: bool, level: str) -> dict[str, Any]:
    """Set structlog up and return Django's `LOGGING`, so that both write the same lines."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {"()": structlog.stdlib.ProcessorFormatter, **_rendering(shared, as_json=as_json)}
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"level": "ERROR"},  # 404s and 403s are in the request log already
            "celery.worker.strategy": {"level": "WARNING"},  # "received"; "succeeded" says enough
        },
    }


def _rendering(shared: list[Processor], *, as_json: bool) -> dict[str, Any]:
    """Options of the formatter that renders both structlog's and the standard library's records."""
    renderer: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        renderer += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        renderer.append(structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback))
    return {"processors": renderer, "foreign_pre_chain": shared}
