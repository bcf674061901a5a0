"""The base of every refusal the domain makes; pages and commands show its message, tests match its class."""

from typing import ClassVar


class DomainError(Exception):
    """What was asked cannot be done; the message says where and what, translated, and nothing was written.

    `status`: what a page says it with, of HTTP.
    """

    status: ClassVar[int] = 422
