"""What in the settings cannot be right, though it is well formed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pprmail.addresses import BadAddressError, normal_address
from pprmail.rules import RULES, did_you_mean
from pprmail.settings.values import TABLES
from pprmail.slugs import slug_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.settings.values import Settings

_Doubt = tuple[str, str, str, str]
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_AUTHORITY = re.compile(r"[A-Za-z0-9.@_-]+,\d{4}(?:-\d\d(?:-\d\d)?)?")
_URL = re.compile(r"(https?)://([A-Za-z0-9.-]+|\[::1\])(?::\d+)?(?:/[^\s\"'<>\\]*)?")
LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
"""How an address of this machine is written, in a URL and as a host."""
_MARK_START = "%%pprmail_"
_SERVICE_HINT = 'write where the links lead, such as https://lists.example.org, or take owner = "reply"'
_MOST_PORTS = 65_535
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_BREAKS = re.compile(r"[\r\n\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def find_doubts(settings: Settings) -> Iterator[_Doubt]:
    """Every value that cannot be right, as (table, key, message, hint). An empty required text is told as missing."""
    for test in (
        _mark_doubts,
        _newsletter_doubts,
        _sender_doubts,
        _unsubscribe_doubts,
        _delivery_doubts,
        _smtp_doubts,
        _vocabulary_doubts,
        _check_doubts,
        _publish_doubts,
    ):
        yield from test(settings)


def _texts(table: str, part: object, *keys: str) -> Iterator[_Doubt]:
    """Texts that are needed, on one line."""
    for key in keys:
        if not getattr(part, key).strip():
            yield table, key, f"{key!r} in [{table}] is empty", "write it between the quotes"
    yield from _lines(table, part, *keys)


def _lines(table: str, part: object, *keys: str) -> Iterator[_Doubt]:
    """Texts that may be empty, but go out on one line."""
    for key in keys:
        if _LINE_BREAKS.search(getattr(part, key)):
            yield table, key, f"{key!r} in [{table}] holds a line break or a control character", "write it on one line"


def _mark_doubts(settings: Settings) -> Iterator[_Doubt]:
    """Texts that hold the beginning of a mark, which a mail would have filled in for each reader."""
    for table in TABLES:
        part = settings.vocabulary_settings if table == "vocabulary" else getattr(settings, table)
        for key, value in part._asdict().items():
            texts = value.items() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
            if _MARK_START in str(tuple(texts)):
                yield (
                    table,
                    key,
                    f"{key!r} in [{table}] holds one of the mail's own marks ({_MARK_START}…)",
                    "take it out",
                )


def _bases(table: str, part: object, *keys: str) -> Iterator[_Doubt]:
    """Addresses that are lengthened: what comes after ``?`` or ``#`` would end up in the middle."""
    yield from _urls(table, part, *keys)
    for key in keys:
        value = getattr(part, key)
        if re.search(r"[?#]", value):
            yield (
                table,
                key,
                f"{key!r} in [{table}] is {value!r}, which holds '?' or '#'",
                "leave out what follows: it is the beginning of addresses",
            )


def _urls(table: str, part: object, *keys: str) -> Iterator[_Doubt]:
    for key in keys:
        value = getattr(part, key)
        if value and (fault := url_fault(value)):
            yield table, key, f"{key!r} in [{table}] is {value!r}, {fault[0]}", fault[1]


def url_fault(url: str) -> tuple[str, str] | None:
    """What is wrong with ``url`` and what to write instead; None when it will do. http is for this machine alone."""
    found = _URL.fullmatch(url)
    if not found:
        return "which is no web address", "write one that begins with https://"
    if found[1] == "http" and found[2].casefold() not in LOOPBACK:
        return "which begins with http://", "use https:// (http is for this machine alone)"
    return None


def _addresses(table: str, part: object, *keys: str) -> Iterator[_Doubt]:
    for key in keys:
        value = getattr(part, key)
        try:
            _ = value and normal_address(value)
        except BadAddressError as error:
            yield (
                table,
                key,
                f"{key!r} in [{table}] is {value!r}, which is no mail address ({error})",
                "write one such as editor@example.org",
            )


def _one_of(table: str, part: object, key: str, choices: tuple[str, ...]) -> Iterator[_Doubt]:
    value = getattr(part, key)
    if value not in choices:
        yield (
            table,
            key,
            f"{key!r} in [{table}] is {value!r}",
            did_you_mean(value, choices) or f"write one of {', '.join(choices)}",
        )


def _matches(table: str, part: object, key: str, pattern: re.Pattern[str], hint: str) -> Iterator[_Doubt]:
    value = getattr(part, key)
    if value.strip() and not pattern.fullmatch(value):
        yield table, key, f"{key!r} in [{table}] is {value!r}", hint


def _newsletter_doubts(settings: Settings) -> Iterator[_Doubt]:
    own, table = settings.newsletter, "newsletter"
    yield from _texts(table, own, "id", "title", "author", "base_url", "tag_authority", "language", "timezone")
    yield from _lines(table, own, "description")
    if _CONTROL.search(own.introduction):
        yield table, "introduction", "'introduction' in [newsletter] holds a control character", "take it out"
    yield from _matches(table, own, "id", _LABEL, "use lower-case letters, digits and hyphens only")
    yield from _matches(table, own, "language", _LANGUAGE, "write a language tag such as en or fr-CA")
    yield from _matches(
        table,
        own,
        "tag_authority",
        _AUTHORITY,
        "write a domain that you held and the year, such as blog.example.org,2013",
    )
    yield from _bases(table, own, "base_url")
    try:
        _ = own.timezone and own.zone
    except (OSError, ValueError, KeyError):
        yield (
            table,
            "timezone",
            f"'timezone' in [newsletter] is {own.timezone!r}, which is no time zone",
            "write one such as America/Toronto",
        )


def _sender_doubts(settings: Settings) -> Iterator[_Doubt]:
    own, table = settings.sender, "sender"
    yield from _texts(table, own, "name", "address", "organisation", "contact_url")
    yield from _lines(table, own, "postal_address")
    yield from _addresses(table, own, "address", "reply_to")
    yield from _urls(table, own, "contact_url")


def _unsubscribe_doubts(settings: Settings) -> Iterator[_Doubt]:
    own, table = settings.unsubscribe, "unsubscribe"
    yield from _one_of(table, own, "owner", ("service", "provider", "reply"))
    yield from _bases(table, own, "service_url")
    yield from _addresses(table, own, "mailto")
    if own.owner == "service" and not own.service_url.strip():
        yield table, "service_url", "'service_url' in [unsubscribe] is missing or empty", _SERVICE_HINT
    yield from _lines(table, own, "service_url")
    if own.owner != "provider" and not own.mailto:
        yield (
            table,
            "mailto",
            "[unsubscribe] has no 'mailto'",
            'add mailto = "unsubscribe@…", an address that somebody reads',
        )


def _delivery_doubts(settings: Settings) -> Iterator[_Doubt]:
    own, table = settings.delivery, "delivery"
    yield from _one_of(table, own, "provider", ("outbox", "smtp", "sendgrid"))
    yield from _texts("outbox", settings.outbox, "folder")
    yield from _texts("subscribers", settings.subscribers, "file")
    yield from _urls("sendgrid", settings.sendgrid, "host")
    for name, part, key, least in (
        (table, own, "batch_size", 1),
        (table, own, "max_per_minute", 0),
        (table, own, "max_per_hour", 0),
        (table, own, "max_per_day", 0),
        ("sendgrid", settings.sendgrid, "workers", 1),
        ("sendgrid", settings.sendgrid, "timeout_seconds", 1),
    ):
        value = getattr(part, key)
        if value < least:
            yield name, key, f"{key!r} in [{name}] is {value}", f"write {least} or more"
    encoding = settings.subscribers.encoding
    try:
        "".encode(encoding or "utf-8")
    except (LookupError, ValueError):
        yield (
            "subscribers",
            "encoding",
            f"'encoding' in [subscribers] is {encoding!r}, which is none",
            "write one such as cp1252, or leave it empty for UTF-8",
        )


def _smtp_doubts(settings: Settings) -> Iterator[_Doubt]:
    own, table = settings.smtp, "smtp"
    yield from _texts(table, own, "host")
    if not 1 <= own.port <= _MOST_PORTS:
        yield table, "port", f"'port' in [smtp] is {own.port}", f"write one from 1 to {_MOST_PORTS}"
    yield from _one_of(table, own, "security", ("none", "starttls", "tls"))
    if own.security == "none" and own.host not in LOOPBACK:
        yield (
            table,
            "security",
            "'security' in [smtp] is 'none'",
            "that is for this machine alone: write starttls or tls",
        )
    yield from _lines(table, own, "username", "token_command")
    if own.token_command and not own.username:
        message = "'token_command' in [smtp] gives a token, and [smtp] has no 'username' that it is for"
        yield table, "token_command", message, 'add username = "…", the mailbox\'s address'
    yield from _command(table, "token_command", own.token_command)
    yield from _addresses(table, own, "envelope_sender")


def _command(table: str, key: str, command: str) -> Iterator[_Doubt]:
    """A command line, or '', that does not fall into words as in a shell."""
    if not command:
        return
    import shlex

    try:
        is_command = bool(shlex.split(command))
    except ValueError:
        is_command = False
    if not is_command:
        message = f"{key!r} in [{table}] is no command: it is blank, or a quote in it does not end"
        yield table, key, message, "write it as in a shell; it runs without one"


def _vocabulary_doubts(settings: Settings) -> Iterator[_Doubt]:
    own = settings.vocabulary_settings
    names = own.topics + own.types_of_research
    for key, listed in (("topics", own.topics), ("types_of_research", own.types_of_research)):
        for name in listed:
            if not name.strip() or ";" in name:
                yield "vocabulary", key, f"{key!r} in [vocabulary] holds {name!r}", "a name is not empty and has no ';'"
        by_slug: dict[str, str] = {}
        for name in listed:
            slug = slug_of(name)
            if slug and by_slug.setdefault(slug, name) != name:
                message = (
                    f"{key!r} in [vocabulary] holds {by_slug[slug]!r} and {name!r}, which have one address ({slug})"
                )
                yield "vocabulary", key, message, "keep one of them; other spellings stand under [vocabulary.aliases]"
    for alias, name in own.aliases.items():
        if name not in names:
            yield (
                "vocabulary.aliases",
                alias,
                f"the alias {alias!r} stands for {name!r}, which is not in [vocabulary]",
                did_you_mean(name, names),
            )


def _check_doubts(settings: Settings) -> Iterator[_Doubt]:
    own = settings.check
    for key, listed in (("disable", own.disable), ("enable", own.enable)):
        for rule in listed:
            if rule not in RULES:
                yield (
                    "check",
                    key,
                    f"{key!r} in [check] names {rule!r}, which is no rule",
                    did_you_mean(rule, tuple(RULES)) or "'pprmail check --explain all' lists them",
                )
            elif key == "disable" and not RULES[rule].judgement:
                yield (
                    "check",
                    key,
                    f"'disable' in [check] names {rule!r}, which is about form",
                    "such a rule cannot be turned off: take it out",
                )
    yield from _one_of("archive", settings.archive, "emails", ("show", "obfuscate", "hide"))
    yield from _urls("archive", settings.archive, "websub_hub")
    yield from _addresses("check", own, "crossref_mailto")
    for old, new in settings.archive.redirects.items():
        if not (old.startswith("/") and new.startswith("/")) or ".." in old:
            message = f"the redirect {old!r} = {new!r} does not lead from a path of the site to another"
            yield "archive.redirects", old, message, 'begin both with /, as in "/old/path.html" = "/2013-06/"'
    for address in settings.preview.test_addresses:
        try:
            normal_address(address)
        except BadAddressError as error:
            message = f"'test_addresses' in [preview] holds {address!r}, which is no mail address ({error})"
            yield "preview", "test_addresses", message, "write one such as editor@example.org"


def _publish_doubts(settings: Settings) -> Iterator[_Doubt]:
    own, table = settings.publish, "publish"
    yield from _lines(table, own, "folder", "command")
    if own.folder.startswith("~"):
        message = f"'folder' in [publish] is {own.folder!r}, and '~' stands for nothing here"
        yield table, "folder", message, "write the whole path, such as /home/you/public_html"
    yield from _command(table, "command", own.command)
    if own.folder and own.command:
        yield table, "command", "[publish] has a 'folder' and a 'command'", "keep the one that publishes the site"
