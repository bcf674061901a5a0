"""Somebody who guesses passwords or codes is stopped; who mistyped one is not, and nor is who sits beside them.

Counted in the database, over any 15 minutes: 10 failures an account, 5 an account and network address. So one address
cannot lock an account for the others, and failures with other accounts never refuse the right password. An address with
100 failures has 2 for each account instead of 5. Whether an account exists makes no difference to any of it.
"""

import ipaddress
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.common.errors import DomainError
from crm.common.limits.counting import Taken, forget, give_back, take
from crm.common.limits.rates import Rate

AN_ACCOUNT = Rate.parse("10/15m")
AN_ACCOUNT_FROM_AN_ADDRESS = Rate.parse("5/15m")
AN_ADDRESS = Rate.parse("100/15m")
AN_ACCOUNT_FROM_A_BUSY_ADDRESS = Rate.parse("2/15m")
RESETS_OF_AN_ACCOUNT = Rate.parse("5/15m")
RESETS_FROM_AN_ADDRESS = Rate.parse("50/15m")
A_CODE = Rate.parse("1/2m")


class TooManyGuesses(DomainError):
    """Too many failures of the account lately, anywhere or from that address."""


@dataclass(frozen=True)
class Guess:
    """What was counted for it in advance."""

    counted: tuple[Taken, ...]


def begin(*, what: str, account: str, address: str) -> Guess:
    """Count a guess before it is looked at, so that guesses made at the same time are counted too.

    `what` is guessed ("password"), `account` named by the visitor. Raises TooManyGuesses.
    """
    account, network = account.strip().lower(), network_of(address)
    at_address = take(AN_ADDRESS, what, "address", network)
    rate = AN_ACCOUNT_FROM_AN_ADDRESS if at_address.is_allowed else AN_ACCOUNT_FROM_A_BUSY_ADDRESS
    from_there = take(rate, what, "account", account, network)
    anywhere = take(AN_ACCOUNT, what, "account", account) if from_there.is_allowed else from_there
    guess = Guess((at_address, from_there, anywhere))
    if not anywhere.is_allowed:
        was_none(guess)
        raise TooManyGuesses(_("Too many failed attempts. Try again later."))
    return guess


def was_none(guess: Guess) -> None:
    """It was right, or was not looked at: nothing has failed."""
    for taken in guess.counted:
        give_back(taken)


def forgive(*, what: str, account: str, address: str) -> None:
    """Who has proved to be the owner in another way (by a link in a mail) begins anew, from where they are."""
    account = account.strip().lower()
    forget(what, "account", account)
    forget(what, "account", account, network_of(address))


def may_ask_for_reset(*, account: str, address: str) -> bool:
    """Whether another mail may go to that address; a mailbox is not to be flooded, nor many by one visitor."""
    to_one = take(RESETS_OF_AN_ACCOUNT, "reset", "account", account.strip().lower())
    return to_one.is_allowed and take(RESETS_FROM_AN_ADDRESS, "reset", "address", network_of(address)).is_allowed


def is_first_use(*, code: str, account: str) -> bool:
    """A code of the second step is good once, however quickly somebody who saw it types it again."""
    return take(A_CODE, "code", account, "".join(code.split())).is_allowed


def network_of(address: str) -> str:
    """What one party holds: an IPv4 address, the /64 of an IPv6 address."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
