"""The copy that is rehearsed with holds what a send reads, and nothing that tells what was sent."""

from __future__ import annotations

import stat
import sys
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pprmail.errors import PprmailError
from pprmail.rehearsal.folder import (
    POSTAL_ADDRESS,
    RehearsalFolder,
    clean_environment,
    rehearsed,
    rehearsed_batch_size,
    rehearsed_timeout_seconds,
)
from pprmail.settings import POSTAL_PLACEHOLDER, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Newsletter

ISSUE = "2020-08"
HOST = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def in_a_folder_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def test_the_copy_holds_one_issue_the_templates_and_the_list(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-07/issue.md", "Month: July 2020\n")
    newsletter.write("issues/2020-08/receipt.json", "{}")
    newsletter.write("issues/2020-08/notes/figure.docx", b"\x00\xff")
    newsletter.write("templates/site.css.j2", "a {}")
    newsletter.write(".pprmail/secret.key", "secret")
    newsletter.write("outbox/2020-08/1.eml", "mail")

    with RehearsalFolder(newsletter.settings, ISSUE) as folder:
        copied = files(folder.path)
        content = (folder.path / "issues/2020-08/notes/figure.docx").read_bytes()

    assert copied == [
        "issues/2020-08/1-doe.md",
        "issues/2020-08/2-poe.md",
        "issues/2020-08/issue.md",
        "issues/2020-08/notes/figure.docx",
        "subscribers.csv",
        "templates/site.css.j2",
    ]
    assert content == b"\x00\xff"


def test_the_list_is_copied_byte_for_byte_from_wherever_it_lies(newsletter: Newsletter) -> None:
    content = "email;name\r\nada@example.org;Müller\r\n".encode("cp1252")
    elsewhere = newsletter.root.parent / "the list.csv"
    elsewhere.write_bytes(content)
    newsletter.change_settings("[unsubscribe]", f"[subscribers]\nfile = '{elsewhere}'\n[unsubscribe]")

    with RehearsalFolder(newsletter.settings, ISSUE) as folder:
        copied = (folder.path / "subscribers.csv").read_bytes()
        told = folder.as_the_author_knows(f"{folder.path}: subscribers.csv:2: bad-address")

    assert copied == content
    assert told == f"{newsletter.root}: {elsewhere}:2: bad-address"


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX")
def test_the_copy_is_its_owners_alone(newsletter: Newsletter) -> None:
    with RehearsalFolder(newsletter.settings, ISSUE) as folder:
        mode = folder.path.stat().st_mode

    assert stat.S_IMODE(mode) == 0o700


def test_the_copy_is_gone_at_the_end_also_after_an_interrupt(newsletter: Newsletter) -> None:
    interrupted = RehearsalFolder(newsletter.settings, ISSUE)

    with RehearsalFolder(newsletter.settings, ISSUE) as folder:
        pass
    with pytest.raises(KeyboardInterrupt), interrupted:
        raise KeyboardInterrupt

    assert not folder.path.exists()
    assert not interrupted.path.exists()


def test_a_copy_that_is_kept_stays(newsletter: Newsletter) -> None:
    with RehearsalFolder(newsletter.settings, ISSUE) as folder:
        folder.keep()

    assert folder.path.is_dir()


@pytest.mark.parametrize("issue", ["2020-09", "../issues/2020-08", "..", ""])
def test_what_is_no_issue_copies_nothing(newsletter: Newsletter, issue: str) -> None:
    with RehearsalFolder(newsletter.settings, issue) as folder:
        copied = files(folder.path)

    assert copied == ["subscribers.csv"]


def test_a_list_that_cannot_be_read_is_told_by_its_name(newsletter: Newsletter) -> None:
    (newsletter.root / "subscribers.csv").unlink()
    (newsletter.root / "subscribers.csv").mkdir()

    with (
        pytest.raises(PprmailError, match=r"subscribers\.csv: cannot be copied to .* close it in Excel"),
        RehearsalFolder(newsletter.settings, ISSUE),
    ):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_a_link_out_of_the_issues_stays_one_and_others_are_followed(newsletter: Newsletter) -> None:
    outside = newsletter.write("secret.md", "secret")
    newsletter.write("issues/2020-07/1-old.md", "old")
    (newsletter.root / "issues/2020-08/3-out.md").symlink_to("../../secret.md")
    (newsletter.root / "issues/2020-08/4-in.md").symlink_to("../2020-07/1-old.md")

    with RehearsalFolder(newsletter.settings, ISSUE) as folder:
        out, within = folder.path / "issues/2020-08/3-out.md", folder.path / "issues/2020-08/4-in.md"
        leads_to, text, is_link = out.readlink(), within.read_text(encoding="utf-8"), within.is_symlink()

    assert (leads_to, text, is_link) == (outside, "old", False)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_the_receipt_of_an_issue_that_is_a_link_is_left_where_it_is(newsletter: Newsletter) -> None:
    outside = newsletter.root.parent / "elsewhere"
    (newsletter.root / "issues/2020-08").rename(outside)
    (outside / "receipt.json").write_text("{}", encoding="utf-8")
    (newsletter.root / "issues/2020-08").symlink_to(outside)

    with RehearsalFolder(newsletter.settings, ISSUE) as folder:
        leads_to = (folder.path / "issues/2020-08").readlink()

    assert leads_to == outside
    assert (outside / "receipt.json").exists()


# Settings


def test_only_what_must_differ_differs(newsletter: Newsletter) -> None:
    newsletter.change_settings(
        "[unsubscribe]",
        '[subscribers]\nfile = "ours.csv"\nencoding = "cp1252"\n'
        '[delivery]\nprovider = "smtp"\ndatabase = "sqlite:////srv/state.db"\nmax_per_day = 500\n'
        "[sendgrid]\nworkers = 2\n[unsubscribe]",
    )
    own = tomllib.loads((newsletter.root / "pprmail.toml").read_text(encoding="utf-8"))

    with RehearsalFolder(newsletter.settings, ISSUE) as folder:
        folder.write_settings(HOST, 7)
        settings = load_settings(folder.path)
        written = tomllib.loads((folder.path / "pprmail.toml").read_text(encoding="utf-8"))

    assert written == own | {
        "subscribers": {"file": "subscribers.csv", "encoding": "cp1252"},
        "delivery": {
            "provider": "sendgrid",
            "database": "sqlite:///.pprmail/state.db",
            "batch_size": 7,
            "max_per_minute": 0,
            "max_per_hour": 0,
            "max_per_day": 0,
        },
        "sendgrid": {"workers": 2, "host": HOST, "timeout_seconds": 1},
    }
    assert settings == replace(
        newsletter.settings,
        root=folder.path,
        subscribers=settings.subscribers,
        delivery=settings.delivery,
        sendgrid=settings.sendgrid,
    )


def test_settings_keep_their_signs(newsletter: Newsletter) -> None:
    newsletter.change_settings('title = "PPRNet Blog"', 'title = """Ř "quoted" \\\\ 𝄞"""')

    with RehearsalFolder(newsletter.settings, ISSUE) as folder:
        folder.write_settings(HOST, 7)
        title = load_settings(folder.path).newsletter.title

    assert title == 'Ř "quoted" \\ 𝄞'


@pytest.mark.parametrize("address", ["", " ", POSTAL_PLACEHOLDER])
def test_a_postal_address_that_is_refused_is_replaced(newsletter: Newsletter, address: str) -> None:
    newsletter.change_settings("1 Placeholder Road, Ottawa", address)

    changed = rehearsed({"sender": {"name": "x"}}, newsletter.settings, 7, {})

    assert changed["sender"] == {"name": "x", "postal_address": POSTAL_ADDRESS}


def test_the_retractions_are_looked_for_where_they_are(newsletter: Newsletter) -> None:
    newsletter.change_settings("[unsubscribe]", '[check]\nretractions = "data/watch.csv"\n[unsubscribe]')

    changed = rehearsed({}, newsletter.settings, 7, {})

    assert changed["check"] == {"retractions": str(newsletter.root / "data/watch.csv")}


def test_the_real_site_is_not_asked(newsletter: Newsletter) -> None:
    newsletter.change_settings("[unsubscribe]", '[publish]\nfolder = "/web"\nverify = true\n[unsubscribe]')

    changed = rehearsed({"publish": {"folder": "/web", "verify": True}}, newsletter.settings, 7, {})

    assert changed["publish"] == {"folder": "/web", "verify": False}


@pytest.mark.parametrize(
    ("recipients", "batch_size", "expected"),
    [(1, 500, 1), (23, 500, 1), (799, 500, 39), (2000, 50, 50), (10**6, 500, 500)],
)
def test_batches_are_many_and_no_larger_than_the_settings_have_them(
    recipients: int, batch_size: int, expected: int
) -> None:
    assert rehearsed_batch_size(recipients, batch_size) == expected


def test_a_long_log_is_waited_for() -> None:
    assert [rehearsed_timeout_seconds(count) for count in (1, 99_999, 250_000)] == [1, 1, 3]


def test_the_environment_names_no_other_newsletter_and_no_proxy() -> None:
    given = {
        "PATH": "/bin", "PPRMAIL_DATABASE": "x", "PPRMAIL_SECRET_KEY": "x", "SENDGRID_API_KEY": "real", "HTTP_PROXY": "x",
        "https_proxy": "x", "All_Proxy": "x", "NO_PROXY": "x",
    }  # fmt: skip

    cleaned = clean_environment(given, "key")

    assert cleaned == {"PATH": "/bin", "SENDGRID_API_KEY": "key", "no_proxy": "*", "PYTHONIOENCODING": "utf-8"}
