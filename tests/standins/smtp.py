"""A stand-in for a mail host: a small SMTP server on the loopback, strict, with the faults one orders."""

from __future__ import annotations

import ssl
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pprmail.rehearsal.standin.loopback import StandIn
from standins.smtp_host import Letter, MailHost, Security
from standins.smtp_session import Session

if TYPE_CHECKING:
    from pathlib import Path

    import trustme

    from standins.smtp_faults import SmtpFault

__all__ = ["Letter", "MailHost", "Security", "SmtpStandIn"]


@dataclass
class _Order:
    fault: SmtpFault
    seen: int = 0
    met: int = 0

    def fits(self, at: str, addresses: list[str]) -> bool:
        """Whether the fault is of such a command."""
        return self.fault.at == at and (self.fault.address is None or self.fault.address in addresses)

    @property
    def is_due(self) -> bool:
        return self.seen > self.fault.passes and (self.fault.times is None or self.met < self.fault.times)


class SmtpStandIn(StandIn):
    """A mail host at ``host`` and ``port``, for as long as its context lasts.

    ``accepted`` is in order of arrival; ``commands`` are all that came, without what AUTH tells.
    """

    handler = Session

    def __init__(self, mail_host: MailHost | None = None) -> None:
        super().__init__()
        self.mail_host = mail_host or MailHost()
        self.accepted: list[Letter] = []
        self.commands: list[str] = []
        self._ordered: list[_Order] = []

    def order(self, *faults: SmtpFault) -> None:
        """Have these faults; where several are due at one command, the first of them."""
        with self.lock:
            self._ordered += [_Order(fault) for fault in faults]

    def mailed(self) -> Counter[str]:
        """How often each address was accepted."""
        with self.lock:
            return Counter(address for letter in self.accepted for address in letter.recipients)

    def trusting(self) -> ssl.SSLContext:
        """What a client needs to trust this host, and nobody else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        _authority().configure_trust(context)
        return context

    def write_authority(self, path: Path) -> None:
        """Put the certificate that signed this host's own at ``path``, as PEM."""
        _authority().cert_pem.write_to_path(path)

    # What the sessions ask

    def fault_for(self, at: str, addresses: list[str]) -> SmtpFault | None:
        """The fault due at a command."""
        with self.lock:
            fitting = [order for order in self._ordered if order.fits(at, addresses)]
            for order in fitting:
                order.seen += 1
            due = next((order for order in fitting if order.is_due), None)
            if due is None:
                return None
            due.met += 1
            return due.fault

    def accept(self, letter: Letter) -> None:
        """Keep a letter."""
        with self.lock:
            self.accepted.append(letter)
            self.lock.notify_all()

    def server_context(self) -> ssl.SSLContext:
        """The host's own certificate, for the names it is certified for."""
        return _server_context(self.mail_host.certified_for)


@cache
def _authority() -> trustme.CA:
    import trustme

    return trustme.CA()


@cache
def _server_context(names: tuple[str, ...]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _authority().issue_cert(*names).configure_cert(context)
    return context
