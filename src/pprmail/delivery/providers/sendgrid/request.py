"""The bodies of POST /v3/mail/send: one request a batch, one personalization a recipient.

What all recipients share is made once; of each recipient there are the address, the id of the letter, the values of the marks
that the bodies hold, and the finished List-Unsubscribe (SendGrid does not substitute in headers).
"""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring_ascii
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from pprmail.delivery.messages import ONE_CLICK, ONE_CLICK_VALUE, list_id_header
from pprmail.marks import MARK, NAME_HTML, NAME_TEXT, UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT, personal_values

if TYPE_CHECKING:
    from pprmail.audience.tokens import Signer
    from pprmail.delivery.ledger import Batch, Recipient
    from pprmail.delivery.schedule import Schedule
    from pprmail.delivery.seal import SealedMail

    Request = dict[str, Any]

LONGEST_HEADER = 997
"""Characters of a line in a mail, less one (RFC 5322 2.1.1)."""
ATTEMPT = "pprmail_attempt"
_LONGEST_NAME = 200  # five times this, as HTML, is far below the 10,000 bytes that a recipient's values may have
# Stand where a reader's own values will be. No setting holds a NUL, and JSON spells it in one way
_ADDRESS, _ADDRESSEE, _NAME, _NAME_HTML, _RECIPIENT, _TOKEN = (
    f"\0{name}\0" for name in ("address", "addressee", "name", "name_html", "recipient", "token")
)
_PLACE_IN_JSON = re.compile(r"\\u0000([a-z_]+)\\u0000")
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_UNFIT_IN_TO = re.compile(r"[;,]+")  # "may not contain": docs, Mail Send, Limitations (2026)
_DOUBLED = re.compile(r"%(?=%)")


class _Pattern(NamedTuple):
    """JSON with places for ``%`` to fill, and what chooses a reader's values for them, in order."""

    text: str
    choose: itemgetter[str]


class RequestWriter:
    """Writes the requests of one mailing: the same bytes for the same batch, each time."""

    def __init__(
        self, sealed: SealedMail, signer: Signer, *, test: bool = False, schedule: Schedule | None = None
    ) -> None:
        """``test`` marks the subject and the tokens; ``schedule`` is for all requests alike."""
        from markupsafe import escape

        self._escape = escape
        self._sign = signer.for_letter(sealed.letter(test=test), test=test)
        self._issue = sealed.issue
        by_provider = sealed.unsubscribe_owner == "provider"
        self._list_unsubscribe = "" if by_provider else _ascii(", ".join(sealed.list_unsubscribe(_TOKEN)))
        self._named, self._nameless = (self._pattern(sealed, has_name=has_name) for has_name in (True, False))
        self._fills_name = NAME_HTML in sealed.html or NAME_TEXT in sealed.text
        self._shared = json.dumps(_shared(sealed, test=test) | _held_until(schedule))[1:-1]

    @property
    def list_unsubscribe_length(self) -> int:
        """Characters of the longest List-Unsubscribe line; all have one length, since all tokens have."""
        return len(f"List-Unsubscribe: {self._list_unsubscribe.replace(_TOKEN, self._sign('')[1])}")

    def write(self, batch: Batch) -> bytes:
        """The request that hands over ``batch``, which is not empty: JSON in ASCII."""
        arguments = {"pprmail_issue": self._issue, "pprmail_batch": str(batch.number), ATTEMPT: batch.attempt}
        personalizations = ", ".join([self._personalization(one) for one in batch.recipients])
        request = (
            f'{{"personalizations": [{personalizations}], {self._shared}, "custom_args": {json.dumps(arguments)}}}'
        )
        return request.encode("ascii")

    def _pattern(self, sealed: SealedMail, *, has_name: bool) -> _Pattern:
        """What all personalizations share, to be filled in: a dict and its JSON for each reader takes 2.2 times as long."""
        values = personal_values(_NAME, sealed.unsubscribe_url(_TOKEN)) | {NAME_HTML: _NAME_HTML}
        leaving = () if sealed.unsubscribe_owner == "provider" else (UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT)
        held = frozenset(MARK.findall(sealed.html)) | frozenset(MARK.findall(sealed.text))
        made: Request = {
            "to": [{"email": _ADDRESS, "name": _ADDRESSEE} if has_name else {"email": _ADDRESS}],
            "custom_args": {"pprmail_recipient": _RECIPIENT},
        }
        if substitutions := {mark: values[mark] for mark in (*leaving, NAME_HTML, NAME_TEXT) if mark in held}:
            made["substitutions"] = substitutions
        if self._list_unsubscribe:
            one_click = {ONE_CLICK: ONE_CLICK_VALUE} if sealed.takes_one_click else {}
            made["headers"] = {"List-Unsubscribe": self._list_unsubscribe, **one_click}
        written = json.dumps(made).replace("%", "%%")
        return _Pattern(_PLACE_IN_JSON.sub("%s", written), itemgetter(*_PLACE_IN_JSON.findall(written)))

    def _personalization(self, recipient: Recipient) -> str:
        address, full_name = recipient.subscriber
        recipient_id, token = self._sign(address)
        name = presentable(full_name)
        shown = addressee(name)
        values = {
            "address": encode_basestring_ascii(address)[1:-1],
            "addressee": encode_basestring_ascii(shown)[1:-1],
            "recipient": recipient_id,
            "token": token,
        }
        if self._fills_name:
            values["name"] = encode_basestring_ascii(name)[1:-1]
            values["name_html"] = encode_basestring_ascii(str(self._escape(name)))[1:-1]
        pattern = self._named if shown else self._nameless
        personalization: str = pattern.text % pattern.choose(values)
        return personalization


def presentable(name: str) -> str:
    """``name`` as it can be substituted: on one line, of a name's length, without what would be substituted again.

    All our marks have two percent signs in a row, and the order in which SendGrid replaces them is not documented.
    """
    if name.isprintable() and "%%" not in name and len(name) <= _LONGEST_NAME:
        return name
    return _DOUBLED.sub("% ", _UNFIT.sub(" ", name)).strip()[:_LONGEST_NAME]


def addressee(name: str) -> str:
    """``name`` as it may stand beside an address."""
    return " ".join(_UNFIT_IN_TO.sub(" ", name).split()) if ";" in name or "," in name else name


def _shared(sealed: SealedMail, *, test: bool) -> Request:
    """What the requests of a mailing share."""
    bodies, tracking = _bodies_and_tracking(sealed)
    return {
        "from": {"email": sealed.sender_address, "name": sealed.sender_name},
        **({"reply_to": {"email": sealed.reply_to}} if sealed.reply_to else {}),
        "subject": sealed.subject_line(test=test),
        "content": bodies,
        "headers": {
            "List-Id": _unfolded(list_id_header(sealed)),
            "List-Archive": f"<{_ascii(sealed.archive_url)}>",
            "Content-Language": sealed.language,
        },
        "categories": [sealed.newsletter_id],
        "tracking_settings": tracking,
    }


def _held_until(schedule: Schedule | None) -> Request:
    """What has SendGrid hold the mail: a time in Unix seconds, and what the mail is called off by. {} for mail that goes at once."""
    return {"send_at": int(schedule.time.timestamp()), "batch_id": schedule.slot} if schedule else {}


def _bodies_and_tracking(sealed: SealedMail) -> tuple[list[Request], Request]:
    """Both bodies, text first, and what SendGrid may add to them: nothing, unless readers leave by its own link.

    An account's own settings hold where a request is silent, so each kind of tracking is turned off by name.
    """
    text, html = sealed.text, sealed.html
    subscriptions: Request = {"enable": False}
    if sealed.unsubscribe_owner == "provider":
        tag = _free_tag(text + html + sealed.subject)
        text, html = text.replace(UNSUBSCRIBE_TEXT, tag), html.replace(UNSUBSCRIBE_HTML, tag)
        subscriptions = {"enable": True, "substitution_tag": tag}
    tracking = {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
        "subscription_tracking": subscriptions,
        "ganalytics": {"enable": False},
    }
    return [{"type": "text/plain", "value": text}, {"type": "text/html", "value": html}], tracking


def _free_tag(mail: str) -> str:
    """A tag of our marks' shape that ``mail`` does not hold; none of our marks is part of it, nor it of them."""
    tag, count = "%%pprmail_leave%%", 1
    while tag in mail:
        count += 1
        tag = f"%%pprmail_leave{count}%%"
    return tag


def _ascii(address: str) -> str:
    """A web or mail address as it may stand in a header: what is beyond ASCII in it percent-encoded."""
    return "".join(sign if sign.isascii() else quote(sign) for sign in address)


def _unfolded(header: bytes) -> str:
    """The value of a finished header, on one line (RFC 5322 2.2.3)."""
    return header.decode("ascii").partition(":")[2].replace("\r\n", "").strip()
