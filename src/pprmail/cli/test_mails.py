"""``send --test``: the same message and headers to a few addresses, its subject marked, outside the ledger of mailings."""

from __future__ import annotations

import secrets
from contextlib import closing
from typing import TYPE_CHECKING

from pprmail.addresses import BadAddressError, normal_address
from pprmail.cli import clock, safeguards
from pprmail.cli.outlets import Content, make_outbox, make_provider, outlet
from pprmail.cli.sending import make_ledger, sealed_of
from pprmail.delivery.answer import Outcome
from pprmail.delivery.journal import Journal, Streak
from pprmail.delivery.ledger import Batch, Recipient
from pprmail.errors import EXIT_DONE, PprmailError
from pprmail.mailcheck.proof import proofread
from pprmail.model import Subscriber

if TYPE_CHECKING:
    from pprmail.cli.console import Console
    from pprmail.delivery.providers.base import Provider
    from pprmail.delivery.providers.outbox import OutboxProvider
    from pprmail.settings import Settings


def send_test(console: Console, settings: Settings, issue: str, provider: str, addresses: tuple[str, ...]) -> int:
    """Send test mails of ``issue`` to ``addresses`` and print where they are, or that they were accepted."""
    safeguards.refuse_owner(settings, provider)
    if provider != "outbox":
        safeguards.refuse_unready(settings, None)
    recipients = [_test_recipient(address) for address in dict.fromkeys(addresses)]
    proof = proofread(settings, issue)
    mail = proof.clean_mail(f"no test mail of {issue} was sent: mend the errors first")
    console.problems(proof.problems, to_stderr=True)
    sealed = sealed_of(settings, proof.issue, mail)
    ledger, keyring = make_ledger(settings)
    with closing(ledger):
        now = clock.second()
        content = Content(sealed, now, keyring.current, test=True)
        through = outlet(settings, provider)
        if provider == "outbox":
            lines = _write(settings, make_outbox(settings, through, content), recipients)
        else:
            hand_over = make_provider(settings, through, content)
            with closing(hand_over):
                hand_over.prepare()
                _hand_over(hand_over, recipients)
            lines = [f"{one.address}: accepted by {provider}" for one in recipients]
        ledger.record_test(issue, sealed.sha256, now)
    for line in lines:
        console.product(line)
    return EXIT_DONE


def _write(settings: Settings, outbox: OutboxProvider, recipients: list[Subscriber]) -> list[str]:
    outbox.prepare()
    try:
        paths = [outbox.put(recipient) for recipient in recipients]
    except OSError as error:
        message = f"{outbox.shown}: cannot be written ({error.strerror}); make room on the disk and check the folder's permissions"
        raise PprmailError(message) from error
    return [str(path.relative_to(settings.root)) if path.is_relative_to(settings.root) else str(path) for path in paths]


def _hand_over(provider: Provider, recipients: list[Subscriber]) -> None:
    """Hand all over in one batch. Raises ``PprmailError`` unless all were accepted."""
    batch = Batch(1, f"test.{secrets.token_hex(8)}", tuple(Recipient(at, one) for at, one in enumerate(recipients, 1)))
    journal = Journal(lambda _number, _rejections: None, Streak())
    answer = provider.hand_over(batch, journal)
    if answer.outcome is Outcome.UNKNOWN:
        message = f"the answer of {provider.name} was lost ({answer.detail}): the test mail may come or not; wait a little, then run this again"
        raise PprmailError(message)
    refused = "; ".join(f"{recipients[one.number - 1].address}: {one.reason}" for one in journal.rejections)
    if answer.outcome is not Outcome.ACCEPTED or refused:
        message = f"{provider.name} did not take the test mail: {refused or answer.detail}"
        raise PprmailError(message)


def _test_recipient(address: str) -> Subscriber:
    try:
        return Subscriber(normal_address(address.strip()))
    except BadAddressError as error:
        message = f"--test {address!r} is no mail address ({error}); write one such as you@example.org"
        raise PprmailError(message) from error
