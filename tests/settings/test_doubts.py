from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conftest import SETTINGS, Newsletter
from pprmail.errors import FaultsError
from pprmail.settings import FILE_NAME, load_settings
from pprmail.settings.doubts import url_fault

if TYPE_CHECKING:
    from pathlib import Path


def faults(root: Path, text: str) -> list[str]:
    """What is wrong with ``text`` as the settings, each as ``line sentence``; none when it will do."""
    Newsletter(root).write(FILE_NAME, text)
    try:
        load_settings(root)
    except FaultsError as stopped:
        return [f"{one.line} {one.message}; {one.hint}" for one in stopped.problems]
    return []


def test_the_settings_of_the_tests_are_without_doubt(tmp_path: Path) -> None:
    assert faults(tmp_path, SETTINGS) == []


# A line of conftest.SETTINGS, what stands there instead, and the sentence
CHANGED: dict[str, tuple[str, str, str]] = {
    "id-in-capitals": (
        'id = "pprnet"',
        'id = "PPRNet"',
        "2 'id' in [newsletter] is 'PPRNet'; use lower-case letters, digits and hyphens only",
    ),
    "id-that-climbs": (
        'id = "pprnet"',
        'id = "../x"',
        "2 'id' in [newsletter] is '../x'; use lower-case letters, digits and hyphens only",
    ),
    "empty-id": ('id = "pprnet"', 'id = " "', "2 'id' in [newsletter] is empty; write it between the quotes"),
    "title-on-two-lines": (
        'title = "PPRNet Blog"',
        'title = "PPRNet\\nBlog"',
        "3 'title' in [newsletter] holds a line break or a control character; write it on one line",
    ),
    "http": (
        '"https://blog.example.org"',
        '"http://blog.example.org/"',
        (
            "6 'base_url' in [newsletter] is 'http://blog.example.org', which begins with http://; "
            "use https:// (http is for this machine alone)"
        ),
    ),
    "question": (
        '"https://blog.example.org"',
        '"https://blog.example.org/?p=1"',
        (
            "6 'base_url' in [newsletter] is 'https://blog.example.org/?p=1', which holds '?' or '#'; "
            "leave out what follows: it is the beginning of addresses"
        ),
    ),
    "anchor": (
        '"https://lists.example.org"',
        '"https://lists.example.org/#x"',
        (
            "18 'service_url' in [unsubscribe] is 'https://lists.example.org/#x', which holds '?' or '#'; "
            "leave out what follows: it is the beginning of addresses"
        ),
    ),
    "topics-of-one-slug": (
        'topics = ["Adherence",',
        'topics = ["Adherence", "Adhérence!",',
        (
            "22 'topics' in [vocabulary] holds 'Adherence' and 'Adhérence!', which have one address (adherence); "
            "keep one of them; other spellings stand under [vocabulary.aliases]"
        ),
    ),
    "own-mark": (
        'title = "PPRNet Blog"',
        'title = "Dear %%pprmail_name_text%%"',
        "3 'title' in [newsletter] holds one of the mail's own marks (%%pprmail_…); take it out",
    ),
    "own-mark-in-a-list": (
        'topics = ["Adherence",',
        'topics = ["Adherence", "%%pprmail_name_text%%",',
        "22 'topics' in [vocabulary] holds one of the mail's own marks (%%pprmail_…); take it out",
    ),
    "http-of-a-lookalike": (
        '"https://blog.example.org"',
        '"http://localhost.example.org"',
        (
            "6 'base_url' in [newsletter] is 'http://localhost.example.org', which begins with http://; "
            "use https:// (http is for this machine alone)"
        ),
    ),
    "no-address": (
        '"https://blog.example.org"',
        '"blog.example.org"',
        "6 'base_url' in [newsletter] is 'blog.example.org', which is no web address; write one that begins with https://",
    ),
    "authority-without-year": (
        '"blog.example.org,2013"',
        '"blog.example.org"',
        (
            "7 'tag_authority' in [newsletter] is 'blog.example.org'; "
            "write a domain that you held and the year, such as blog.example.org,2013"
        ),
    ),
    "no-mail-address": (
        '"newsletter@example.org"',
        '"newsletter"',
        (
            "11 'address' in [sender] is 'newsletter', which is no mail address "
            "(an email address must have an @-sign); write one such as editor@example.org"
        ),
    ),
    "header-in-the-name": (
        'name = "PPRNet Blog"',
        'name = "PPRNet\\r\\nBcc: x"',
        "10 'name' in [sender] holds a line break or a control character; write it on one line",
    ),
    "no-service": (
        'service_url = "https://lists.example.org"',
        "",
        (
            "17 'service_url' in [unsubscribe] is missing or empty; "
            'write where the links lead, such as https://lists.example.org, or take owner = "reply"'
        ),
    ),
    "no-mailto": (
        'mailto = "unsubscribe@example.org"',
        "",
        "17 [unsubscribe] has no 'mailto'; add mailto = \"unsubscribe@…\", an address that somebody reads",
    ),
    "topic-with-semicolon": (
        '["Adherence", ',
        '["Adherence", "A; B", ',
        "22 'topics' in [vocabulary] holds 'A; B'; a name is not empty and has no ';'",
    ),
    "alias-of-nothing": (
        '"Adherance" = "Adherence"',
        '"Adherance" = "Adherense"',
        "24 the alias 'Adherance' stands for 'Adherense', which is not in [vocabulary]; did you mean 'Adherence'?",
    ),
}


@pytest.mark.parametrize(("old", "new", "sentence"), CHANGED.values(), ids=CHANGED)
def test_a_value_that_cannot_be_right_is_told_at_its_line(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert SETTINGS.count(old) == 1

    assert faults(tmp_path, SETTINGS.replace(old, new)) == [sentence]


# Lines to add under a table that conftest.SETTINGS has or lacks, and the sentence
ADDED: dict[str, tuple[str, str, str]] = {
    "zone": (
        "newsletter",
        'timezone = "America/Torronto"',
        "'timezone' in [newsletter] is 'America/Torronto', which is no time zone; write one such as America/Toronto",
    ),
    "zone-that-is-a-folder": (
        "newsletter",
        'timezone = "America"',
        "'timezone' in [newsletter] is 'America', which is no time zone; write one such as America/Toronto",
    ),
    "zone-that-climbs": (
        "newsletter",
        'timezone = "../../etc/passwd"',
        "'timezone' in [newsletter] is '../../etc/passwd', which is no time zone; write one such as America/Toronto",
    ),
    "owner": (
        "unsubscribe",
        'owner = "reader"',
        "'owner' in [unsubscribe] is 'reader'; write one of service, provider, reply",
    ),
    "provider": (
        "delivery",
        'provider = "sendgird"',
        "'provider' in [delivery] is 'sendgird'; did you mean 'sendgrid'?",
    ),
    "no-batch": ("delivery", "batch_size = 0", "'batch_size' in [delivery] is 0; write 1 or more"),
    "negative-cap": ("delivery", "max_per_day = -1", "'max_per_day' in [delivery] is -1; write 0 or more"),
    "no-workers": ("sendgrid", "workers = 0", "'workers' in [sendgrid] is 0; write 1 or more"),
    "no-folder": ("outbox", 'folder = ""', "'folder' in [outbox] is empty; write it between the quotes"),
    "open-server": (
        "smtp",
        'security = "none"\nhost = "mail.example.org"',
        "'security' in [smtp] is 'none'; that is for this machine alone: write starttls or tls",
    ),
    "no-port": ("smtp", "port = 0", "'port' in [smtp] is 0; write one from 1 to 65535"),
    "command-without-user": (
        "smtp",
        'token_command = "mutt_oauth2 tokens"',
        (
            "'token_command' in [smtp] gives a token, and [smtp] has no 'username' that it is for; "
            'add username = "…", the mailbox\'s address'
        ),
    ),
    "command-with-open-quote": (
        "smtp",
        'token_command = "mutt_oauth2 \'tokens"\nusername = "editor"',
        (
            "'token_command' in [smtp] is no command: it is blank, or a quote in it does not end; "
            "write it as in a shell; it runs without one"
        ),
    ),
    "api-over-http": (
        "sendgrid",
        'host = "http://api.sendgrid.com"',
        (
            "'host' in [sendgrid] is 'http://api.sendgrid.com', which begins with http://; "
            "use https:// (http is for this machine alone)"
        ),
    ),
    "encoding": (
        "subscribers",
        'encoding = "cp1253x"',
        "'encoding' in [subscribers] is 'cp1253x', which is none; write one such as cp1252, or leave it empty for UTF-8",
    ),
    "encoding-that-refuses": (
        "subscribers",
        'encoding = "undefined"',
        (
            "'encoding' in [subscribers] is 'undefined', which is none; "
            "write one such as cp1252, or leave it empty for UTF-8"
        ),
    ),
    "encoding-of-no-text": (
        "subscribers",
        'encoding = "rot13"',
        "'encoding' in [subscribers] is 'rot13', which is none; write one such as cp1252, or leave it empty for UTF-8",
    ),
    "rule": (
        "check",
        'enable = ["body-lenght"]',
        "'enable' in [check] names 'body-lenght', which is no rule; did you mean 'body-length'?",
    ),
    "rule-of-form": (
        "check",
        'disable = ["body-length", "raw-html"]',
        "'disable' in [check] names 'raw-html', which is about form; such a rule cannot be turned off: take it out",
    ),
    "emails": ("archive", 'emails = "hidden"', "'emails' in [archive] is 'hidden'; did you mean 'hide'?"),
    "hub": (
        "archive",
        'websub_hub = "hub"',
        "'websub_hub' in [archive] is 'hub', which is no web address; write one that begins with https://",
    ),
    "folder-of-a-shell": (
        "publish",
        'folder = "~/public_html"',
        (
            "'folder' in [publish] is '~/public_html', and '~' stands for nothing here; "
            "write the whole path, such as /home/you/public_html"
        ),
    ),
    "folder-and-command": (
        "publish",
        'command = "rsync -a {site}/ web:blog/"\nfolder = "/mnt/web"',
        "[publish] has a 'folder' and a 'command'; keep the one that publishes the site",
    ),
    "blank-publishing": (
        "publish",
        'command = " "',
        (
            "'command' in [publish] is no command: it is blank, or a quote in it does not end; "
            "write it as in a shell; it runs without one"
        ),
    ),
    "verify-in-words": ("publish", 'verify = "yes"', "'verify' in [publish] must be true or false; "),
    "publish-mistyped": ("publish", 'comand = "make"', "unknown key 'comand' in [publish]; did you mean 'command'?"),
}


@pytest.mark.parametrize(("table", "lines", "sentence"), ADDED.values(), ids=ADDED)
def test_a_value_that_replaces_a_default_is_held_to_its_meaning(
    tmp_path: Path, table: str, lines: str, sentence: str
) -> None:
    header = f"[{table}]\n"
    text = SETTINGS.replace(header, header + lines + "\n") if header in SETTINGS else f"{SETTINGS}{header}{lines}\n"

    found = faults(tmp_path, text)

    assert found == [f"{text.splitlines().index(lines.splitlines()[0]) + 1} {sentence}"]


FINE = {
    "loopback-base": ('"https://blog.example.org"', '"http://127.0.0.1:8000"'),
    "reply-without-service": ('service_url = "https://lists.example.org"', 'owner = "reply"'),
    "provider-without-mailto": ('mailto = "unsubscribe@example.org"', 'owner = "provider"'),
    "no-reply-to": ('reply_to = "editor@example.org"', ""),
    "language-of-a-region": ('id = "pprnet"', 'id = "pprnet"\nlanguage = "fr-CA"'),
    "authority-of-a-day": ('"blog.example.org,2013"', '"editor@example.org,2013-06-01"'),
}


@pytest.mark.parametrize(("old", "new"), FINE.values(), ids=FINE)
def test_what_is_unusual_but_right_is_not_told(tmp_path: Path, old: str, new: str) -> None:
    assert SETTINGS.count(old) == 1

    assert faults(tmp_path, SETTINGS.replace(old, new)) == []


NONE = ("which is no web address", "write one that begins with https://")
HTTP = ("which begins with http://", "use https:// (http is for this machine alone)")
URLS = {
    "https://x.org": None,
    "https://x.org:8443/a?b=c#d": None,
    "http://localhost": None,
    "http://LOCALHOST:8000/a": None,
    "http://127.0.0.1": None,
    "http://[::1]:8000": None,
    "http://x.org": HTTP,
    "http://localhost.x.org": HTTP,
    "http://127.0.0.1.x.org": HTTP,
    "https://": NONE,
    "https://user@x.org": NONE,
    "https://x.org/a b": NONE,
    'https://x.org/"': NONE,
    "ftp://x.org": NONE,
    "x.org": NONE,
    "": NONE,
}


@pytest.mark.parametrize(("url", "fault"), URLS.items(), ids=list(URLS))
def test_an_address_is_https_or_of_this_machine(url: str, fault: tuple[str, str] | None) -> None:
    assert url_fault(url) == fault


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("[smtp]\nport = 65536", "'port' in [smtp] is 65536; write one from 1 to 65535"),
        ('[smtp]\nhost = ""', "'host' in [smtp] is empty; write it between the quotes"),
        (
            '[archive.redirects]\n"/old" = "https://elsewhere.org/"',
            (
                "the redirect '/old' = 'https://elsewhere.org/' does not lead from a path of the site to another; "
                'begin both with /, as in "/old/path.html" = "/2013-06/"'
            ),
        ),
        (
            '[preview]\ntest_addresses = ["me"]',
            (
                "'test_addresses' in [preview] holds 'me', which is no mail address "
                "(an email address must have an @-sign); write one such as editor@example.org"
            ),
        ),
    ],
    ids=["port", "host", "redirect", "test-address"],
)
def test_what_later_rooms_will_use_is_judged_now(tmp_path: Path, table: str, message: str) -> None:
    text = f"{SETTINGS}{table}\n"

    (told,) = faults(tmp_path, text)

    assert told.partition(" ")[2] == message


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('description = "Monthly summaries"', 'description = "a\\u0001"', "'description' in [newsletter]"),
        ('description = "Monthly summaries"', 'introduction = "a\\u0001"', "'introduction' in [newsletter]"),
        ('"1 Placeholder Road, Ottawa"', '"1 Road\\nOttawa"', "'postal_address' in [sender]"),
    ],
)
def test_a_control_character_never_reaches_the_feed(tmp_path: Path, old: str, new: str, key: str) -> None:
    (told,) = faults(tmp_path, SETTINGS.replace(old, new))

    assert key in told
    assert "control character" in told
