from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import trustme

from batches import ADA, BEA, batch, journal
from pprmail.delivery.answer import Next, Outcome
from pprmail.rehearsal.standin import http_faults
from pprmail.rehearsal.standin.http_faults import redirect
from pprmail.rehearsal.standin.sendgrid import SendGridStandIn
from sendgrid_world import AGAIN, CLOCK, TlsStandIn, at_sendgrid, door, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Newsletter
    from pprmail.model import Subscriber
    from sendgrid_world import World


@pytest.fixture
def world(newsletter: Newsletter) -> Iterator[World]:
    with at_sendgrid(newsletter) as made:
        yield made


@pytest.mark.parametrize(
    ("recipients", "what"),
    [pytest.param((ADA, BEA), Next.HALVE, id="several"), pytest.param((ADA,), Next.WAIT, id="one")],
)
def test_a_connection_that_breaks_while_we_send_may_have_been_too_much(
    world: World, recipients: tuple[Subscriber, ...], what: Next
) -> None:
    more_than_buffers_hold = replace(world.sealed, html="<p>mail</p>" * 1_500_000)
    world.standin.next(http_faults.RESET_UNREAD)

    answer = world.provider(sealed=more_than_buffers_hold).hand_over(batch(*recipients), journal())

    assert (answer.outcome, answer.next) == (Outcome.NOT_HANDED_OVER, what)


def test_a_413_that_does_not_wait_for_the_mail_is_halved(world: World) -> None:
    more_than_buffers_hold = replace(world.sealed, html="<p>mail</p>" * 1_500_000)
    world.standin.next(http_faults.EARLY_TOO_LARGE)

    answer = world.provider(sealed=more_than_buffers_hold).hand_over(batch(ADA, BEA), journal())

    assert (answer.outcome, answer.next) == (Outcome.NOT_HANDED_OVER, Next.HALVE)


def test_a_connection_that_breaks_before_we_send_says_nothing_of_the_size(world: World) -> None:
    with door() as opened:
        answer = world.provider(host=f"https://127.0.0.1:{opened.port}").hand_over(batch(ADA, BEA), journal())

    assert answer == refused(Next.WAIT, "SendGrid could not be reached (Connection reset by peer)")


def test_nobody_listens(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"http://127.0.0.1:{listener.getsockname()[1]}"

    answer = world.provider(host=host).hand_over(batch(ADA, BEA), journal())

    assert answer == refused(Next.WAIT, "SendGrid could not be reached (Connection refused)")


def test_a_name_that_nobody_knows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    answer = world.provider(host="https://api.sendgrid.example").hand_over(batch(ADA, BEA), journal())

    assert answer == refused(Next.WAIT, "SendGrid could not be reached (its name was not found)")


def test_a_host_that_is_no_host(world: World) -> None:
    answer = world.provider(host="https://api.sendgrid.com:port").hand_over(batch(ADA), journal())

    assert answer == refused(
        Next.STOP,
        f"'host' under [sendgrid], or the proxy that the environment names, is no address of a server; mend it, {AGAIN}",
    )


def test_a_redirect_is_not_followed(world: World) -> None:
    with SendGridStandIn(clock=CLOCK) as elsewhere:
        for status in (301, 302, 303, 307, 308):
            moved = redirect(f"{elsewhere.url}/v3/mail/send")
            world.standin.next(replace(moved, answer=moved.answer._replace(status=status)))
            world.provider().hand_over(batch(ADA), journal())

        assert elsewhere.requests == []
    assert len(world.standin.requests) == 5


def test_the_host_of_the_settings_is_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with door() as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        answer = world.provider(host="https://api.eu.sendgrid.com").hand_over(batch(ADA), journal())

    assert proxy.heard[0].startswith(b"CONNECT api.eu.sendgrid.com:443 ")
    assert answer.next is Next.WAIT


def test_a_fault_of_our_own_is_raised_before_anything_is_sent(world: World) -> None:
    with pytest.raises(TypeError):
        world.provider(sealed=replace(world.sealed, subject=b"bytes")).hand_over(batch(ADA), journal())  # type: ignore[arg-type]

    assert world.standin.requests == []


# TLS


def test_a_certificate_that_nobody_vouches_for_is_refused(world: World) -> None:
    with TlsStandIn(trustme.CA()) as impostor:
        answer = world.provider(host=impostor.url).hand_over(batch(ADA, BEA), journal())

        assert answer.stop
        assert answer.detail.startswith("the server does not prove that it is SendGrid (certificate not trusted: ")
        assert impostor.requests == []


def test_a_certificate_of_a_known_authority_is_taken(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))

    with TlsStandIn(authority) as proper:
        answer = world.provider(host=proper.url).hand_over(batch(ADA, BEA), journal())

    assert answer.outcome is Outcome.ACCEPTED


def test_a_server_without_tls_is_refused(world: World) -> None:
    host = world.standin.url.replace("http:", "https:")

    answer = world.provider(host=host).hand_over(batch(ADA, BEA), journal())

    assert answer.stop
    assert answer.detail.startswith("the server does not prove that it is SendGrid (")
