"""Logging in: PLAIN (RFC 4616), LOGIN, and XOAUTH2 with a token that a command prints."""

from __future__ import annotations

import shlex
import subprocess
from base64 import b64encode
from typing import TYPE_CHECKING

from pprmail.delivery.providers.smtp.replies import quoted
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Collection

    from pprmail.delivery.providers.smtp.replies import Reply
    from pprmail.delivery.providers.smtp.wire import Wire
    from pprmail.settings.values import Smtp

TOKEN_SECONDS = 60
_CHALLENGE = 334


class RefusedError(PprmailError):
    """A plain no, which the next connection would hear as well; the sentence is for the author."""


def log_in(wire: Wire, settings: Smtp, password: str, offered: Collection[str]) -> Reply | None:
    """Log in by what the server offers; None when it worked, the reply when it cannot say now.

    Raises ``RefusedError`` for a plain no, and when there is no token. The wire must be encrypted, or lead to this machine.
    """
    if settings.token_command:
        reply = _log_in_by_token(wire, settings, offered)
    elif "PLAIN" in offered:
        reply = wire.command("AUTH PLAIN " + _base64(f"\0{settings.username}\0{password}"))
    elif "LOGIN" in offered:
        reply = _converse(wire, "AUTH LOGIN", _base64(settings.username), _base64(password))
    else:
        message = (
            f"{settings.host} offers no login by password; see its help for another port, or for OAuth ('token_command')"
            if offered
            else f"{settings.host} offers no login on port {settings.port}; try 587, or leave out 'username' in [smtp]"
        )
        raise RefusedError(message)
    if reply.is_yes:
        return None
    if reply.is_no:
        wrong = "the token" if settings.token_command else "the password"
        remedy = (
            "run 'token_command' by hand and log in anew"
            if settings.token_command
            else "check 'username' in [smtp] and PPRMAIL_SMTP_PASSWORD (some want an app password)"
        )
        message = f"{settings.host} refused the name or {wrong} ({quoted(reply, settings.username)}); {remedy}"
        raise RefusedError(message)
    return reply


def _log_in_by_token(wire: Wire, settings: Smtp, offered: Collection[str]) -> Reply:
    if "XOAUTH2" not in offered:
        message = f"{settings.host} offers no login by OAuth (XOAUTH2); leave out 'token_command' and use a password"
        raise RefusedError(message)
    token = read_token(settings.token_command)
    credentials = _base64(f"user={settings.username}\1auth=Bearer {token}\1\1")
    # A refusal comes as a challenge that holds the reason, and as a reply once an empty line answers it
    return _converse(wire, f"AUTH XOAUTH2 {credentials}", "")


def _converse(wire: Wire, command: str, *answers: str) -> Reply:
    """The reply to ``command``, or to the last of ``answers`` that the server has asked for."""
    reply = wire.command(command)
    for answer in answers:
        if reply.code != _CHALLENGE:
            break
        reply = wire.command(answer)
    return reply


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def read_token(command: str) -> str:
    """What ``command`` prints, run without a shell; nothing of it is shown, for it may hold the token.

    Raises ``RefusedError``.
    """
    name = "'token_command' in [smtp]"
    remedy = "run it by hand to see why"
    try:
        done = subprocess.run(
            shlex.split(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=TOKEN_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        message = f"{name} took longer than {TOKEN_SECONDS} seconds; {remedy}"
        raise RefusedError(message) from None  # the error holds what was printed
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no command"
        message = f"{name} cannot be run ({reason}); write the program's full path"
        raise RefusedError(message) from error
    token = done.stdout.decode("ascii", errors="replace").strip()
    if done.returncode:
        message = f"{name} ended with exit code {done.returncode}; {remedy}"
        raise RefusedError(message)
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        message = f"{name} printed no token, which is one word of ASCII; {remedy}"
        raise RefusedError(message)
    return token
