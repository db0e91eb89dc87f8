"""What SendGrid's POST /v3/mail/send takes: the keys, their types and limits, and the rules between them. Also what stops its batches.

The table is of keys and limits in Twilio's OpenAPI description (sendgrid-oai, tsg_mail_v3, 2026-01) and of the published list of mail send errors.
Where SendGrid is silent or says two things, the stricter holds here; and what a newsletter must never ask for is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pprmail.rehearsal.standin.scheduled_sends import STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Found = Iterator[tuple[str, str]]

LARGEST_BODY_BYTES = 20 * 1000 * 1000
"""SendGrid's own limit is 30 MB for the mail; encodings eat a third of it."""
MOST_RECIPIENTS = 1000
MOST_BYTES_OF_A_READER = 10_000
LONGEST_HEADER = 998
_LONGEST_ADDRESS = 320
"""Characters of a line in a mail (RFC 5322 2.1.1); SendGrid says nothing of folding."""
LONGEST_SCHEDULE_SECONDS = 72 * 3600

RESERVED_HEADERS = frozenset(
    {
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    }
)
BYPASSES = tuple(f"bypass_{what}_management" for what in ("list", "spam", "bounce", "unsubscribe"))


# The table


@dataclass(frozen=True, slots=True)
class Text:
    """A string of ``least`` to ``most`` characters, one of ``choices`` if any are given."""

    least: int = 0
    most: int | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """An integer; true and false are none."""


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Several:
    """A list of ``least`` to ``most``."""

    of: Kind
    least: int = 0
    most: int | None = None
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Strings:
    """An object of strings under any keys, ``most`` of them."""

    most: int | None = None


@dataclass(frozen=True, slots=True)
class Anything:
    """An object of anything."""


@dataclass(frozen=True, slots=True)
class Keys:
    """An object of these keys and no others."""

    may: Mapping[str, Kind]
    must: frozenset[str] = field(default_factory=frozenset)


Kind = Text | Whole | Flag | Several | Strings | Anything | Keys

ADDRESS = Keys({"email": Text(3, _LONGEST_ADDRESS), "name": Text()}, frozenset({"email"}))
SWITCH = Keys({"enable": Flag()})

PERSONALIZATION = Keys(
    {
        "from": ADDRESS,
        "to": Several(ADDRESS, 1, MOST_RECIPIENTS),
        "cc": Several(ADDRESS, 1, MOST_RECIPIENTS),
        "bcc": Several(ADDRESS, 1, MOST_RECIPIENTS),
        "subject": Text(1),
        "headers": Strings(),
        "substitutions": Strings(10_000),
        "dynamic_template_data": Anything(),
        "custom_args": Strings(10_000),
        "send_at": Whole(),
    },
    frozenset({"to"}),
)

CONTENT = Keys({"type": Text(1), "value": Text(1)}, frozenset({"type", "value"}))

ATTACHMENT = Keys(
    {
        "content": Text(1),
        "type": Text(1),
        "filename": Text(1),
        "disposition": Text(choices=("inline", "attachment")),
        "content_id": Text(),
    },
    frozenset({"content", "filename"}),
)

MAIL_SETTINGS = Keys(
    dict.fromkeys(BYPASSES, SWITCH)
    | {"footer": Keys({"enable": Flag(), "text": Text(), "html": Text()}), "sandbox_mode": SWITCH}
)

TRACKING_SETTINGS = Keys(
    {
        "click_tracking": Keys({"enable": Flag(), "enable_text": Flag()}),
        "open_tracking": Keys({"enable": Flag(), "substitution_tag": Text()}),
        "subscription_tracking": Keys({"enable": Flag(), "text": Text(), "html": Text(), "substitution_tag": Text()}),
        "ganalytics": Keys(
            {"enable": Flag()} | {f"utm_{part}": Text() for part in ("source", "medium", "term", "content", "campaign")}
        ),
    }
)

MAIL = Keys(
    {
        "personalizations": Several(PERSONALIZATION, 1, 1000),
        "from": ADDRESS,
        "reply_to": ADDRESS,
        "reply_to_list": Several(ADDRESS, 1, 1000, unique=True),
        "subject": Text(1),
        "content": Several(CONTENT, 1),
        "attachments": Several(ATTACHMENT),
        "template_id": Text(1),
        "headers": Strings(),
        "categories": Several(Text(1, 255), 0, 10, unique=True),
        "custom_args": Strings(),
        "send_at": Whole(),
        "batch_id": Text(1),
        "asm": Keys({"group_id": Whole(), "groups_to_display": Several(Whole(), 0, 25)}, frozenset({"group_id"})),
        "ip_pool_name": Text(2, 64),
        "mail_settings": MAIL_SETTINGS,
        "tracking_settings": TRACKING_SETTINGS,
    },
    frozenset({"personalizations", "from"}),
)

_STATUS = Text(choices=STATUSES)
BATCH_STATUS = Keys({"status": _STATUS}, frozenset({"status"}))
SCHEDULED_SEND = Keys({"batch_id": Text(1), "status": _STATUS}, frozenset({"batch_id", "status"}))

NO_TO = (
    "The to array is required for all personalization objects, and must have at least one email object "
    "with a valid email address."
)
NO_SUBJECT = (
    "The subject is required. You can get around this requirement if you use a template with a subject defined "
    "or if every personalization has a subject defined."
)
REPEATED = (
    "Each email address in the personalization block should be unique between to, cc, and bcc. "
    "We found the first duplicate instance of [{}] in the {} field."
)


def faults(body: object, now: float | None = None) -> list[tuple[str, str]]:
    """Say what SendGrid would refuse in a request's parsed body, as field and message; empty when it would take it.

    Types and keys come first, and while these are wrong nothing else is looked at. ``now``, in Unix seconds, is asked only
    for mail that is scheduled; without it every schedule passes.
    """
    return misfits(body, MAIL) or list(_broken_rules(body, now))


def misfits(body: object, kind: Kind) -> list[tuple[str, str]]:
    """Say which keys of a parsed body are wrong, and which are not of their types, as field and message."""
    return list(_misfits(body, kind, ""))


# Keys and types


def _misfits(value: object, kind: Kind, at: str) -> Found:
    """Everything at and below ``at`` that is not of its kind."""
    match kind, value:
        case Keys(), dict():
            yield from _misfit_keys(value, kind, at)
        case Several(), list():
            yield from _misfit_list(value, kind, at)
        case Strings(), dict():
            if kind.most is not None and len(value) > kind.most:
                yield at, f"may not have more than {kind.most} entries."
            yield from ((f"{at}.{key}", "must be a string.") for key, one in value.items() if not isinstance(one, str))
        case Text(), str():
            yield from _misfit_text(value, kind, at)
        case (Anything(), dict()) | (Flag(), bool()):
            pass
        case Whole(), int() if not isinstance(value, bool):
            pass
        case _:
            yield at, f"Invalid type. Expected: {type(kind).__name__.lower()}, given: {type(value).__name__}."


def _misfit_keys(value: dict[str, object], kind: Keys, at: str) -> Found:
    prefix = f"{at}." if at else ""
    for key in sorted(kind.must - value.keys()):
        yield prefix + key, NO_TO if key == "to" else f"The {key} parameter is required."
    for key, one in value.items():
        if key in kind.may:
            yield from _misfits(one, kind.may[key], prefix + key)
        else:
            yield prefix + key, f"Additional property {key} is not allowed."


def _misfit_list(value: list[object], kind: Several, at: str) -> Found:
    if len(value) < kind.least:
        yield at, NO_TO if at.endswith(".to") else f"must have at least {kind.least}."
    if kind.most is not None and len(value) > kind.most:
        yield at, f"may not have more than {kind.most}."
    if kind.unique and any(one in value[:place] for place, one in enumerate(value)):
        yield at, "must be unique."
    for place, one in enumerate(value):
        yield from _misfits(one, kind.of, f"{at}.{place}")


def _misfit_text(value: str, kind: Text, at: str) -> Found:
    if len(value) < kind.least:
        yield (
            at,
            "The content value must be a string at least one character in length."
            if at.startswith("content.")
            else f"must be a string of at least {kind.least} characters.",
        )
    if kind.most is not None and len(value) > kind.most:
        yield at, f"must be a string of at most {kind.most} characters."
    if kind.choices and value not in kind.choices:
        yield at, f"must be one of {', '.join(kind.choices)}."
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        yield at, "must be Unicode."


# Rules between keys; here the types are known to be right


def _broken_rules(body: Any, now: float | None) -> Found:  # noqa: ANN401 (its types were checked above)
    yield from _wrong_addresses(body)
    yield from _repeated_recipients(body)
    yield from _wrong_headers(body.get("headers", {}), "headers")
    for place, one in enumerate(body["personalizations"]):
        at = f"personalizations.{place}"
        yield from _wrong_headers(one.get("headers", {}), f"{at}.headers")
        yield from _wrong_values(one, body.get("custom_args", {}), at)
    yield from _missing_words(body)
    yield from _wrong_content(body)
    yield from _wrong_combinations(body)
    yield from _wrong_schedules(body, now)


def _recipients(personalization: Any, at: str) -> Iterator[tuple[str, dict[str, str]]]:  # noqa: ANN401
    for kind in ("to", "cc", "bcc"):
        for place, one in enumerate(personalization.get(kind, ())):
            yield f"{at}.{kind}.{place}", one


def _wrong_addresses(body: Any) -> Found:  # noqa: ANN401
    senders = [("from", body["from"])]
    others = [("reply_to", body["reply_to"])] if "reply_to" in body else []
    others += [(f"reply_to_list.{place}", one) for place, one in enumerate(body.get("reply_to_list", ()))]
    for place, one in enumerate(body["personalizations"]):
        senders += [(f"personalizations.{place}.from", one["from"])] if "from" in one else []
        recipients = list(_recipients(one, f"personalizations.{place}"))
        others += recipients
        for at, recipient in recipients:
            if set(";,") & set(recipient.get("name", "")):
                yield f"{at}.name", "A name may hold neither semicolon nor comma."
    for at, sender in senders:
        if not is_address(sender["email"]) or not sender["email"].isascii():
            yield f"{at}.email", "The from email does not contain a valid address."
    for at, one in others:
        if not is_address(one["email"]):
            yield f"{at}.email", "Does not contain a valid address."
    for at, one in senders + others:
        if re.search(r"[\r\n\0]", one.get("name", "")):
            yield f"{at}.name", "A name is one line."


def is_address(text: str) -> bool:
    """Whether this looks like an address: something before the at sign, and behind it a domain with a dot."""
    if len(text) > _LONGEST_ADDRESS or not re.fullmatch(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]+@[^\s@]+", text):
        return False
    local, _, domain = text.rpartition("@")
    labels = domain.split(".")
    return (
        not (local.startswith(".") or local.endswith(".") or ".." in local)
        and len(labels) > 1
        and all(re.fullmatch(r"[\w](?:[\w-]{0,61}[\w])?", label) for label in labels)
    )


def _repeated_recipients(body: Any) -> Found:  # noqa: ANN401
    seen: set[str] = set()
    count = 0
    for place, personalization in enumerate(body["personalizations"]):
        for at, one in _recipients(personalization, f"personalizations.{place}"):
            count += 1
            if one["email"].lower() in seen:
                yield f"personalizations.{place}", REPEATED.format(one["email"], at.rpartition(".")[0])
            seen.add(one["email"].lower())
    if count > MOST_RECIPIENTS:
        yield "personalizations", f"There may be no more than {MOST_RECIPIENTS} recipients in a request."


def _wrong_headers(headers: dict[str, str], at: str) -> Found:
    names = Counter(name.lower() for name in headers)
    for name, value in headers.items():
        if name.lower() in RESERVED_HEADERS:
            yield f"{at}.{name}", "is a reserved header."
        if not re.fullmatch(r"[!-9;-~]+", name):
            yield f"{at}.{name}", "A header's name is of ASCII letters, without spaces or colons."
        if re.search(r"[\r\n\0]", value):
            yield f"{at}.{name}", "A header's value is one line."
        if len(f"{name}: {value}") > LONGEST_HEADER:
            yield f"{at}.{name}", f"A header's line has at most {LONGEST_HEADER} characters."
        if names[name.lower()] > 1:
            yield f"{at}.{name}", "A header may be given only once."


def _wrong_values(personalization: Any, shared: dict[str, str], at: str) -> Found:  # noqa: ANN401
    substitutions = personalization.get("substitutions", {})
    if _size_bytes(substitutions) > MOST_BYTES_OF_A_READER:
        yield f"{at}.substitutions", f"may not exceed {MOST_BYTES_OF_A_READER} bytes."
    for tag, value in substitutions.items():
        if any(other in value for other in substitutions):
            yield f"{at}.substitutions.{tag}", "A value may hold no tag."
        if not tag or re.search(r"\s", tag):
            yield f"{at}.substitutions.{tag}", "A tag has no spaces."
        if any(other != tag and tag in other for other in substitutions):
            yield f"{at}.substitutions.{tag}", "A tag may not be part of another."
    arguments = shared | personalization.get("custom_args", {})
    if _size_bytes(arguments) > MOST_BYTES_OF_A_READER:
        yield f"{at}.custom_args", f"may not exceed {MOST_BYTES_OF_A_READER} bytes."
    for key, value in arguments.items():
        if not key or not value:
            yield f"{at}.custom_args.{key}", "may not be empty."


def _size_bytes(strings: dict[str, str]) -> int:
    return sum(len(key.encode()) + len(value.encode()) for key, value in strings.items())


def _missing_words(body: Any) -> Found:  # noqa: ANN401
    if "template_id" in body:
        return
    if "subject" not in body and not all("subject" in one for one in body["personalizations"]):
        yield "subject", NO_SUBJECT
    if "content" not in body:
        yield "content", "Unless a valid template_id is provided, the content parameter is required."
    for at, one in _levels(body):
        if re.search(r"[\r\n\0]", one.get("subject", "")):
            yield f"{at}subject", "A subject is one line."


def _levels(body: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """The mail and each of its personalizations, with what their fields' names begin with."""
    yield "", body
    yield from ((f"personalizations.{place}.", one) for place, one in enumerate(body["personalizations"]))


def _wrong_content(body: Any) -> Found:  # noqa: ANN401
    types = [part["type"] for part in body.get("content", ())]
    for place, kind in enumerate(types):
        if not re.fullmatch(r"[!-~]+/[!-~]+", kind) or ";" in kind:
            yield f"content.{place}.type", "A content type may hold neither ';' nor line breaks."
    if len(types) != len(set(types)):
        yield "content", "Each content type may be given only once."
    expected = [kind for kind in ("text/plain", "text/html") if kind in types]
    if types[: len(expected)] != expected:
        yield (
            "content",
            "If present, text/plain and text/html may only be provided once, text/plain first, then text/html.",
        )


def _wrong_combinations(body: Any) -> Found:  # noqa: ANN401
    for place, category in enumerate(body.get("categories", ())):
        if not category.isascii():
            yield f"categories.{place}", "A category is of ASCII characters."
    for bypass in BYPASSES:
        if bypass in body.get("mail_settings", {}):
            yield f"mail_settings.{bypass}", "A newsletter goes round no suppression."
    if "reply_to" in body and "reply_to_list" in body:
        yield "reply_to_list", "May not be given together with reply_to."
    is_dynamic = body.get("template_id", "").startswith("d-")
    for at, one in _levels(body):
        if is_dynamic and "substitutions" in one:
            yield f"{at}substitutions", "Substitutions may not be used with dynamic templates."
        if not is_dynamic and "dynamic_template_data" in one:
            yield f"{at}dynamic_template_data", "Needs a dynamic template."


def _wrong_schedules(body: Any, now: float | None) -> Found:  # noqa: ANN401
    for at, one in _levels(body):
        if now is not None and one.get("send_at", 0) > now + LONGEST_SCHEDULE_SECONDS:
            yield f"{at}send_at", "Scheduling more than 72 hours in advance is forbidden."
