"""Goal 12: checking addresses is at least 10 times faster than email-validator on every row, with the same verdicts.

A verdict is the address as it is to be written, or a refusal. email-validator takes a local part outside ASCII, which has no
ASCII form to be written in: that counts as a refusal for both.
"""

from __future__ import annotations

import random
import sys
from time import perf_counter
from typing import TYPE_CHECKING

from email_validator import EmailNotValidError, validate_email
from pairing import Row, median_ratio, milliseconds, run_alone, time_in_turn

from pprmail.addresses import BadAddressError, normal_address

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 5
PLAIN = 100_000
ODD = 2_000
LEAST = 10
GIVEN = ("amara", "Zofie", "soren", "emilie", "d", "marta", "YUKI", "j-p", "o_neil", "kathe", "wilhelmina")
FAMILY = ("nwosu", "dvorakova", "Ostergard", "cote-tremblay", "whitecloud", "p", "hashida", "van.den.berg")
HOSTS = ("example.org", "gmail.com", "Example.COM", "uottawa.ca", "psych.mcgill.ca", "mail.nhs.co.uk", "a-b.museum")
ODDITIES = (
    "",
    "no-at-sign.example.org",
    "two@@example.org",
    "a@b@example.org",
    ".leading@example.org",
    "trailing.@example.org",
    "two..dots@example.org",
    "ada@example",
    "ada@example.test",
    "ada@mail.local",
    "ada@localhost",
    "ada@-example.org",
    "ada@example-.org",
    "ada@ex_ample.org",
    "ada@example..org",
    "ada@example.org.",
    "ada@example.c",
    "ada@example.123",
    "ada@xn--bcher-kva.example.org",
    "ada@bücher.example.org",
    "zoë@example.org",
    "ada lovelace@example.org",
    '"ada lovelace"@example.org',
    "ada@[192.0.2.1]",
    " ada@example.org",
    "ada@example.org\n",
    "Ada <ada@example.org>",
    "ada!#$%&'*+/=?^_`{|}~-@example.org",
    f"{'a' * 64}@example.org",
    f"{'a' * 65}@example.org",
    f"ada@{'a' * 63}.example.org",
    f"ada@{'a' * 64}.example.org",
    f"ada@{'.'.join(['a' * 60] * 4)}.org",
    f"{'a' * 60}@{'.'.join(['a' * 60] * 3)}.example.org",
    "ada@ab--cd.example.org",
    "ada@arpa",
    "ada@example.INVALID",
)


def rows() -> list[Row]:
    """The rows of goal 12."""
    addresses = _addresses()
    different = sum(_ours(address) != _theirs(address) for address in dict.fromkeys(addresses))
    times = time_in_turn(
        {"validator": lambda: _seconds(_theirs, addresses), "ours": lambda: _seconds(_ours, addresses)}, ROUNDS
    )
    ratio = median_ratio(times["validator"], times["ours"])
    return [
        Row(
            12,
            f"{PLAIN:,} plain addresses, {ODD:,} odd ones",
            milliseconds(times["ours"]),
            f"email-validator {milliseconds(times['validator'])}",
            f"{ratio:.1f}× faster",
            f"≥ {LEAST}×",
            ratio >= LEAST,
        ),
        Row(
            12,
            "the same, verdicts",
            f"{different:,} differ",
            "email-validator",
            "",
            "none differs",
            not different,
        ),
    ]


def _ours(address: str) -> str | None:
    try:
        return normal_address(address)
    except BadAddressError:
        return None


def _theirs(address: str) -> str | None:
    try:
        return validate_email(address, check_deliverability=False).ascii_email
    except EmailNotValidError:
        return None


def _seconds(verdict: Callable[[str], str | None], addresses: list[str]) -> float:
    start = perf_counter()
    for address in addresses:
        verdict(address)
    return perf_counter() - start


def _addresses() -> list[str]:
    """Plain addresses of many shapes with odd ones among them, the same each time."""
    chance = random.Random(12)  # noqa: S311 - shapes of addresses, no secrets
    plain = [
        f"{chance.choice(GIVEN)}{chance.choice(('.', '_', '-', '+', ''))}{chance.choice(FAMILY)}"
        f"{chance.choice(('', str(chance.randrange(10_000))))}@{chance.choice(('', f'h{chance.randrange(100)}.'))}{chance.choice(HOSTS)}"
        for _ in range(PLAIN)
    ]
    mixed = plain + [ODDITIES[at % len(ODDITIES)] for at in range(ODD)]
    chance.shuffle(mixed)
    return mixed


if __name__ == "__main__":
    sys.exit(run_alone(rows))
