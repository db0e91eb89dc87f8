"""What a reply proves, and how it is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.delivery.providers.smtp.replies import Meaning, Reply, Step, meaning_of, quoted, remedy_for

YES, REFUSED, PUT_OFF = Meaning.YES, Meaning.RECIPIENT_REFUSED, Meaning.RECIPIENT_LATER
SENDER, LATER, CLOSING, NONSENSE = Meaning.SENDER_REFUSED, Meaning.LATER, Meaning.CLOSING, Meaning.NONSENSE

REPLIES = {
    "mail-taken": (Step.MAIL, 250, "2.1.0 OK", YES),
    "recipient-taken": (Step.RCPT, 250, "2.1.5 OK", YES),
    "recipient-forwarded": (Step.RCPT, 251, "User not local; will forward", YES),
    "data-wanted": (Step.DATA, 354, "End data with <CR><LF>.<CR><LF>", YES),
    "letter-taken": (Step.LETTER, 250, "2.0.0 Queued", YES),
    "letter-asked-for-again": (Step.LETTER, 354, "Go on", NONSENSE),
    "letter-answered-by-bye": (Step.LETTER, 221, "Bye", NONSENSE),
    "letter-answered-by-the-reply-to-vrfy": (Step.LETTER, 252, "Cannot verify", NONSENSE),
    "data-answered-by-ok": (Step.DATA, 250, "OK", NONSENSE),
    "no-reply": (Step.RCPT, 0, "", NONSENSE),
    "shutting-down": (Step.RCPT, 421, "4.3.2 Service shutting down", CLOSING),
    # Recipients
    "postfix-unknown-user": (
        Step.RCPT,
        550,
        "5.1.1 <a@example.org>: Recipient address rejected: User unknown in local recipient table",
        REFUSED,
    ),
    "exchange-unknown-user": (Step.RCPT, 550, "5.1.10 RESOLVER.ADR.RecipientNotFound; not found", REFUSED),
    "gmail-over-quota": (Step.RCPT, 552, "5.2.2 The recipient's inbox is out of storage space and over quota", REFUSED),
    "full-without-enhanced-code": (Step.RCPT, 552, "Mailbox full: over quota", REFUSED),
    "bad-syntax-of-address": (Step.RCPT, 501, "5.1.3 Bad recipient address syntax", REFUSED),
    "no-words": (Step.RCPT, 550, "", REFUSED),
    "policy-that-names-nobody": (Step.LETTER, 554, "5.7.1 Message rejected under policy 3", REFUSED),
    "a-relay-that-knows-no-such-user": (Step.RCPT, 550, "relay.example.org: no such user", REFUSED),
    "mailbox-full-for-now": (Step.RCPT, 452, "4.2.2 Mailbox full", PUT_OFF),
    "greylisted": (Step.RCPT, 450, "4.2.0 <a@example.org>: Recipient address rejected: Greylisted", PUT_OFF),
    "greylisted-by-451": (Step.RCPT, 451, "Greylisted, please try again in 300 seconds", PUT_OFF),
    "domain-without-answer": (Step.RCPT, 450, "4.1.2 <a@example.org>: Domain not found", PUT_OFF),
    "busy-mailbox": (Step.RCPT, 450, "Requested action not taken", PUT_OFF),
    # The sender
    "mail-refused": (Step.MAIL, 550, "No", SENDER),
    "basic-login-ended": (Step.RCPT, 550, "5.7.30 Basic authentication is not supported for Client Submission", SENDER),
    "not-allowed-to-send-as": (
        Step.LETTER,
        550,
        "5.7.60 SMTP; Client does not have permissions to send as this sender",
        SENDER,
    ),
    "send-as-denied": (Step.LETTER, 554, "5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException", SENDER),
    "send-as-denied-by-code": (Step.LETTER, 554, "5.2.252 SendAsDenied; not allowed", SENDER),
    "exchange-daily-limit": (Step.RCPT, 550, "5.1.90 Your message can't be sent", SENDER),
    "gmail-daily-limit": (Step.RCPT, 550, "5.4.5 Daily user sending limit exceeded", SENDER),
    "university-quota": (Step.RCPT, 550, "5.7.1 You have exceeded your hourly message quota", SENDER),
    "limit-reached": (Step.RCPT, 550, "Recipient limit reached for this account", SENDER),
    "too-many": (Step.RCPT, 554, "5.7.1 Too many messages from you today", SENDER),
    "login-required": (Step.RCPT, 530, "5.7.0 Authentication required", SENDER),
    "login-required-by-words": (Step.RCPT, 550, "5.7.1 Authentication is required to send here", SENDER),
    "login-too-weak": (Step.RCPT, 534, "5.7.9 Please log in with your web browser", SENDER),
    "relay-denied": (Step.RCPT, 554, "5.7.1 <a@example.org>: Relay access denied", SENDER),
    "sender-refused-at-the-recipient": (
        Step.RCPT,
        550,
        "5.1.8 <n@example.org>: Sender address rejected: Domain not found",
        SENDER,
    ),
    "host-refused": (Step.RCPT, 554, "5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied", SENDER),
    "too-big": (Step.LETTER, 552, "5.3.4 Message size exceeds fixed limit", SENDER),
    "out-of-order": (Step.DATA, 503, "5.5.1 Bad sequence of commands", SENDER),
    # Nobody, for now
    "mail-put-off": (Step.MAIL, 451, "4.3.0 Temporary failure", LATER),
    "letter-put-off": (Step.LETTER, 451, "4.7.1 Try again later", LATER),
    "disk-full": (Step.RCPT, 452, "4.3.1 Insufficient system storage", LATER),
    "too-many-in-a-connection": (Step.RCPT, 452, "4.5.3 Too many recipients", LATER),
    "rate-limit": (Step.RCPT, 450, "4.7.1 Error: too many recipients from 192.0.2.1", LATER),
    "local-error": (Step.RCPT, 451, "Requested action aborted: local error in processing", LATER),
}


@pytest.mark.parametrize(("step", "code", "words", "meaning"), REPLIES.values(), ids=REPLIES)
def test_a_reply_proves_this_much(step: Step, code: int, words: str, meaning: Meaning) -> None:
    assert meaning_of(step, Reply(code, words)) is meaning


def test_the_enhanced_code_is_believed_when_it_is_of_the_replys_class() -> None:
    assert meaning_of(Step.RCPT, Reply(550, "2.1.1 daily sending limit exceeded")) is SENDER
    assert meaning_of(Step.RCPT, Reply(550, "5.1.1 daily sending limit exceeded")) is REFUSED
    assert meaning_of(Step.RCPT, Reply(550, "5.1.1234 daily sending limit exceeded")) is SENDER


steps = st.sampled_from(Step)
replies = st.builds(Reply, st.integers(0, 999), st.text() | st.from_regex(r"\A[245]\.[0-9]\.[0-9]{1,3} \w*"))


@given(steps, replies)
def test_nothing_but_the_replies_that_say_so_is_a_yes(step: Step, reply: Reply) -> None:
    yes = {Step.MAIL: {250}, Step.RCPT: {250, 251, 252}, Step.DATA: {354}, Step.LETTER: {250}}

    assert (meaning_of(step, reply) is YES) == (reply.code in yes[step])


@given(steps, replies)
def test_a_recipient_is_refused_for_good_by_a_5xx_alone(step: Step, reply: Reply) -> None:
    meaning = meaning_of(step, reply)

    assert 500 <= reply.code < 600 or meaning not in {REFUSED, SENDER}
    assert 400 <= reply.code < 500 or meaning not in {PUT_OFF, LATER, CLOSING}


# What is shown

QUOTES = {
    "plain": (550, "5.1.1 User unknown", "550 5.1.1 User unknown"),
    "no-words": (550, "", "550"),
    "address": (550, "5.1.1 <bea@example.org>: User unknown", "550 5.1.1 <(address)>: User unknown"),
    "someone-elses-address": (550, "ask postmaster@example.net", "550 ask (address)"),
    "local-part": (550, "5.1.1 BEA... User unknown", "550 5.1.1 (address)... User unknown"),
    "name": (550, "no mail for Bea Poe here", "550 no mail for (address) here"),
    "several-lines": (
        550,
        "5.1.1 The account does not exist.\n5.1.1 Learn more at\n5.1.1 https://support.example.org",
        "550 5.1.1 The account does not exist. Learn more at https://support.example.org",
    ),
    "queue-ids": (
        554,
        "5.7.1 Spam rejected d2e1a72fcca58-7b12 - 20261123 - gsmtp",
        "554 5.7.1 Spam rejected (id) - (id) - gsmtp",
    ),
    "hosts-stay": (550, "blocked by mx1-2.example.org and 192.0.2.1", "550 blocked by mx1-2.example.org and 192.0.2.1"),
    "terminal-controls": (550, "a\x1b[31mb\x07\rc\u202e", "550 a [31mb c"),
    "endless": (550, "word " * 100, "550 " + ("word " * 60)[:299] + "…"),
}


@pytest.mark.parametrize(("code", "words", "shown"), QUOTES.values(), ids=QUOTES)
def test_a_reply_is_shown_in_a_line_that_tells_of_nobody(code: int, words: str, shown: str) -> None:
    assert quoted(Reply(code, words), "bea@example.org", "Bea Poe", "bea") == shown


@given(replies)
def test_what_is_shown_is_one_short_printable_line(reply: Reply) -> None:
    shown = quoted(reply, "bea@example.org", "Bea Poe", "bea")

    assert shown.isprintable()
    assert len(shown) < 310


REMEDIES = {
    "quota": (Step.RCPT, 550, "5.4.5 Daily user sending limit exceeded", "wait until its limit allows more"),
    "login": (Step.MAIL, 530, "5.7.0 Must authenticate", "check 'username' in [smtp] and its password"),
    "login-by-code": (Step.RCPT, 535, "no", "check 'username' in [smtp] and its password"),
    "size": (Step.MAIL, 552, "5.3.4 Message size exceeds fixed limit", "make the issue shorter"),
    "sender": (Step.MAIL, 553, "not yours", "check that this account may send as 'address' in [sender]"),
    "send-as": (Step.LETTER, 554, "5.2.252 SendAsDenied", "check that this account may send as 'address' in [sender]"),
    "else": (Step.RCPT, 554, "5.7.1 Client host rejected", "ask those who run it"),
}


@pytest.mark.parametrize(("step", "code", "words", "remedy"), REMEDIES.values(), ids=REMEDIES)
def test_a_refusal_of_the_sender_has_a_remedy(step: Step, code: int, words: str, remedy: str) -> None:
    assert remedy_for(step, Reply(code, words)).startswith(remedy)
