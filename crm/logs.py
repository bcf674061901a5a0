"""Structured logs to stderr: JSON lines in production, readable lines elsewhere."""

import logging
from typing import Any

import structlog
from structlog.typing import Processor


def path_of(request: Any) -> str:
    """Without the secret, where the address is one."""
    path, token = str(request.path), request.resolver_match and request.resolver_match.kwargs.get("token")
    return path.replace(str(token), "…") if token else path


class WithoutSecrets(logging.Filter):
    """Django names the address of a request that failed."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)  # its words, where this was done: who configures twice adds it twice
        if request is not None and not isinstance(request, str) and isinstance(record.args, tuple):
            path = path_of(request)
            record.args = tuple(path if one == request.path else one for one in record.args)
            record.request = f"{request.method} {path}"
        return True


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
        "filters": {"without_secrets": {"()": WithoutSecrets}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # 404s and 403s are in the request log already
            "django.request": {"level": "ERROR", "filters": ["without_secrets"]},
            "sqlglot": {"level": "WARNING"},  # of the statements that look for duplicates
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
