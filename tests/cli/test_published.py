from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mailroom import Standing, last_line, through_sendgrid, through_smtp
from pprmail.archive import visitor
from pprmail.cli.published import site_addresses
from pprmail.cli.sending import sealed_of
from pprmail.mailcheck.proof import proofread
from standins.smtp import SmtpStandIn
from webhost import WebHost

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Newsletter
    from mailroom import Mailroom
    from pprmail.rehearsal.standin.sendgrid import SendGridStandIn

WHAT_TO_DO = (
    "readers would not find what the mail of 2020-08 leads to; run 'pprmail publish', give the host its time, and send then, "
    "or add --unpublished-ok to send all the same. Nothing was handed over"
)
# What the mail of the tests' issue leads to
ADDRESSES = [
    "/2020-08/",
    "/2020-08/does-therapy-help/",
    "/topics/adherence/",
    "/topics/long-term-outcomes/",
    "/research/meta-analysis/",
    "/2020-08/does-it-last/",
    "/",
]


@pytest.fixture
def site(newsletter: Newsletter, tmp_path: Path) -> Iterator[WebHost]:
    """The newsletter's site, published on the loopback under a sub-path; a send is to look for it."""
    web = tmp_path / "web"
    web.mkdir()
    with WebHost(web, "/pprnet") as host:
        newsletter.change_settings('"https://blog.example.org"', f'"{host.url}"')
        newsletter.change_settings(
            "[vocabulary]", f'[publish]\nfolder = "{web.as_posix()}"\nverify = true\n[vocabulary]'
        )
        assert newsletter.call("publish").returncode == 0
        host.asked.clear()
        yield host


@pytest.fixture
def mailroom(newsletter: Newsletter, site: WebHost, sendgrid: SendGridStandIn) -> Mailroom:
    return through_sendgrid(newsletter, sendgrid)


def warnings(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What was told of the site."""
    return [line for line in re.findall(r"^warning: (.*)$", done.stderr, re.MULTILINE) if "127.0.0.1" in line]


def refused(mailroom: Mailroom, sendgrid: SendGridStandIn) -> list[str]:
    """The warnings of a send that is refused; nothing is sealed, and the provider is not even asked."""
    done = mailroom.send()
    assert (done.returncode, last_line(done)) == (1, f"pprmail: {WHAT_TO_DO}")
    assert mailroom.standing() == Standing("not-sent")
    assert not (mailroom.root / ".pprmail/state.db").exists()
    assert sendgrid.requests == []
    return warnings(done)


# The way through


def test_a_published_issue_goes_out(mailroom: Mailroom, site: WebHost) -> None:
    done = mailroom.send()

    assert (done.returncode, warnings(done)) == (0, [])
    assert "the site holds 2020-08 and what its mail leads to: 7 addresses\n" in done.stderr
    assert mailroom.standing() == Standing("sent", accepted=3)


def test_every_address_is_asked_for_once_and_the_issue_first(mailroom: Mailroom, site: WebHost) -> None:
    mailroom.send()

    assert site.asked[0] == "/2020-08/"
    assert sorted(site.asked) == sorted(ADDRESSES)


def test_a_mail_server_is_a_real_provider_too(newsletter: Newsletter, site: WebHost) -> None:
    (site.folder / "2020-08/index.html").unlink()
    with SmtpStandIn() as host:
        mailroom = through_smtp(newsletter, host)

        done = mailroom.send()

    assert (done.returncode, last_line(done)) == (1, f"pprmail: {WHAT_TO_DO}")


# What is refused


def test_a_page_that_is_missing_is_refused(mailroom: Mailroom, site: WebHost, sendgrid: SendGridStandIn) -> None:
    (site.folder / "2020-08/does-it-last/index.html").unlink()
    site.statuses["/2020-08/does-it-last/"] = 404

    assert refused(mailroom, sendgrid) == [f"{site.url}/2020-08/does-it-last/: is not there (404)"]


def test_an_issue_that_was_never_published_is_refused(
    mailroom: Mailroom, site: WebHost, sendgrid: SendGridStandIn
) -> None:
    site.statuses |= {"/2020-08/": 404, "/2020-08/does-therapy-help/": 404}

    assert refused(mailroom, sendgrid) == [
        f"{site.url}/2020-08/: is not there (404)",
        f"{site.url}/2020-08/does-therapy-help/: is not there (404)",
    ]


def test_an_older_edition_is_refused_until_it_is_published_anew(
    mailroom: Mailroom, site: WebHost, sendgrid: SendGridStandIn
) -> None:
    first = mailroom.root / "issues/2020-08/1-doe.md"
    first.write_text(first.read_text(encoding="utf-8").replace("may take this", "take this"), encoding="utf-8")

    assert refused(mailroom, sendgrid) == [f"{site.url}/2020-08/: is another edition than the issue here"]

    mailroom.call("publish")
    assert mailroom.send().returncode == 0


def test_a_site_that_moved_to_another_host_is_refused(
    mailroom: Mailroom, site: WebHost, sendgrid: SendGridStandIn
) -> None:
    site.redirects["/2020-08/"] = "https://www.example.org/2020-08/"

    (told,) = refused(mailroom, sendgrid)
    assert told == (
        f"{site.url}/2020-08/: leads to https://www.example.org/2020-08/; "
        "write the address that readers end at as 'base_url' under [newsletter]"
    )
    assert len(site.asked) == len(ADDRESSES)


def test_a_server_that_is_silent_is_asked_once(
    mailroom: Mailroom, site: WebHost, sendgrid: SendGridStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor, "TIMEOUT_SECONDS", 0.05)
    site.silent = set(ADDRESSES)

    assert refused(mailroom, sendgrid) == [f"{site.url}/2020-08/: did not answer within 0.05 seconds"]
    assert site.asked == ["/2020-08/"]


def test_a_server_that_is_down_is_told_once(newsletter: Newsletter, mailroom: Mailroom, site: WebHost) -> None:
    newsletter.change_settings(f"127.0.0.1:{site.port}", "127.0.0.1:1")

    done = mailroom.send()

    assert (done.returncode, last_line(done)) == (1, f"pprmail: {WHAT_TO_DO}")
    assert warnings(done) == ["http://127.0.0.1:1/pprnet/2020-08/: cannot be reached (Connection refused)"]
    assert "the site was not asked for the other 6 addresses\n" in done.stderr


# What is not asked


def test_with_unpublished_ok_it_goes_out_and_the_doubts_are_told(mailroom: Mailroom, site: WebHost) -> None:
    site.statuses["/2020-08/"] = 404

    done = mailroom.send("--unpublished-ok")

    assert (done.returncode, warnings(done)) == (0, [f"{site.url}/2020-08/: is not there (404)"])
    assert mailroom.standing() == Standing("sent", accepted=3)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--test", "me@example.org"), id="test"),
        pytest.param(("--dry-run",), id="dry-run"),
        pytest.param(("--yes", "--provider", "outbox"), id="outbox"),
    ],
)
def test_what_reaches_no_reader_does_not_ask(mailroom: Mailroom, site: WebHost, arguments: tuple[str, ...]) -> None:
    done = mailroom.call("send", "2020-08", *arguments)

    assert done.returncode == 0
    assert site.asked == []


def test_a_dry_run_tells_what_would_be_asked(mailroom: Mailroom, site: WebHost) -> None:
    done = mailroom.call("send", "2020-08", "--dry-run")

    _, _, told = done.stderr.partition(f"before the seal, {site.url}/ is asked for what the mail leads to:\n")
    assert sorted(told.splitlines()[:-1]) == sorted(f"  {site.url}{path}" for path in ADDRESSES)


def test_without_verify_nothing_is_asked(mailroom: Mailroom, site: WebHost) -> None:
    mailroom.newsletter.change_settings("verify = true", "verify = false")

    assert mailroom.send().returncode == 0
    assert site.asked == []


def test_a_resume_does_not_ask_again(mailroom: Mailroom, site: WebHost, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 0
    assert mailroom.send().returncode == 3
    sendgrid.account.quota = None
    site.asked.clear()
    site.statuses = dict.fromkeys(ADDRESSES, 404)

    assert mailroom.send().returncode == 0
    assert site.asked == []


# Which addresses are the site's


def addresses(newsletter: Newsletter) -> list[str]:
    settings = newsletter.settings
    proof = proofread(settings, "2020-08")
    sealed = sealed_of(settings, proof.issue, proof.clean_mail(""))
    return list(site_addresses(settings, sealed, proof.issue))


OWN = {
    "fragment": ("https://blog.example.org/2019-05/#top", ["https://blog.example.org/2019-05/"]),
    "query": ("https://blog.example.org/a?b=1#c", ["https://blog.example.org/a?b=1"]),
    "capitals": ("HTTPS://Blog.Example.ORG/Paper.pdf", ["https://blog.example.org/Paper.pdf"]),
    "http": ("http://blog.example.org/paper.pdf", ["https://blog.example.org/paper.pdf"]),
    "brackets": ("https://blog.example.org/p_(2)", ["https://blog.example.org/p_(2)"]),
    "home": ("https://blog.example.org", []),
    "known": ("https://blog.example.org/2020-08/does-it-last/", []),
    "longer-host": ("https://blog.example.org.evil.example/", []),
    "other-port": ("https://blog.example.org:8443/x", []),
    "elsewhere": ("https://doi.org/10.1000/1", []),
    "mail": ("mailto:editor@blog.example.org", []),
}


@pytest.mark.parametrize(("link", "more"), OWN.values(), ids=OWN)
def test_an_authors_link_is_asked_for_when_it_is_the_sites(newsletter: Newsletter, link: str, more: list[str]) -> None:
    newsletter.change_settings(
        'contact_url = "https://blog.example.org/about/"', 'contact_url = "https://example.org/"'
    )
    before = addresses(newsletter)
    newsletter.write(
        "issues/2020-08/issue.md", f"Month: August 2020\nDate: 2020-08-14\n\nSee [what we wrote]({link}) before.\n"
    )

    after = addresses(newsletter)

    assert [one for one in after if one not in before] == more
    assert [one for one in before if one not in after] == []


def test_a_mark_at_a_sentences_end_is_no_part_of_an_address(newsletter: Newsletter) -> None:
    settings = newsletter.settings
    proof = proofread(settings, "2020-08")
    sealed = sealed_of(settings, proof.issue, proof.clean_mail(""))

    of_a_template = replace(sealed, html="", text="All of it (https://blog.example.org/archive/).\n")

    assert site_addresses(settings, of_a_template, proof.issue) == (
        "https://blog.example.org/2020-08/",
        "https://blog.example.org/archive/",
    )


def test_a_neighbour_of_a_sub_path_is_another_site(newsletter: Newsletter) -> None:
    newsletter.change_settings('"https://blog.example.org"', '"https://example.org/pprnet"')
    newsletter.write(
        "issues/2020-08/issue.md",
        "Month: August 2020\n\nOf [the lab](https://example.org/), [its list](https://example.org/pprnet-list/) and [us](https://example.org/pprnet).\n",
    )

    assert {one.removeprefix("https://example.org/pprnet") for one in addresses(newsletter)} == set(ADDRESSES)
