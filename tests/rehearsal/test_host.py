"""The stand-in of a rehearsal fails at random, the same for the same seed, and is the death of a sender when it is told to."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest

from pprmail.rehearsal.host import FAULTS, Purpose, UnreliableSendGrid, kind_of, purpose_of
from pprmail.rehearsal.kills import Aim, Kill
from pprmail.rehearsal.standin.http_server import Moment
from pprmail.rehearsal.standin.sendgrid import DOMAINS, KEY, LOGS, MAIL_SEND, SCOPES

if TYPE_CHECKING:
    from pprmail.rehearsal.standin.http_faults import Fault

SENDER = "News@Lists.Example.org"
MAIL = {
    "personalizations": [{"to": [{"email": "ada@example.org"}]}],
    "from": {"email": SENDER},
    "subject": "August",
    "content": [{"type": "text/plain", "value": "Hello"}],
}


def post(host: UnreliableSendGrid, path: str = MAIL_SEND, body: object = MAIL) -> int:
    """The status of the answer; 0 without one."""
    headers = {"Authorization": f"Bearer {KEY}", "Accept": "application/json", "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection(host.host, host.port, timeout=5)) as connection:
        with suppress(OSError, http.client.HTTPException):
            connection.request("POST" if path in {MAIL_SEND, LOGS} else "GET", path, json.dumps(body), headers)
            return connection.getresponse().status
        return 0


def found(host: UnreliableSendGrid, address: str) -> list[object]:
    """What the log shows of an address."""
    headers = {"Authorization": f"Bearer {KEY}", "Accept": "*/*", "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection(host.host, host.port, timeout=5)) as connection:
        connection.request("POST", LOGS, json.dumps({"query": f"to_email = '{address}'"}), headers)
        messages: list[object] = json.loads(connection.getresponse().read())["messages"]
        return messages


def drawn(host: UnreliableSendGrid, *paths: str, count: int = 50) -> list[Fault | None]:
    return [host.fault_for("POST", path) for _ in range(count) for path in paths]


def test_the_sender_is_known_in_any_case() -> None:
    with UnreliableSendGrid(SENDER, seed=1, faults=0) as host:
        assert post(host) == 202

    assert host.mailed() == {"ada@example.org": 1}


def test_the_same_seed_draws_the_same_faults() -> None:
    one, same, other = (UnreliableSendGrid(SENDER, seed, 0.5) for seed in (1, 1, 2))

    first, second, third = (drawn(host, MAIL_SEND) for host in (one, same, other))

    assert first == second != third


def test_questions_in_between_change_no_answer_to_mail() -> None:
    one, other = UnreliableSendGrid(SENDER, 1, 0.5), UnreliableSendGrid(SENDER, 1, 0.5)

    alone, between = drawn(one, MAIL_SEND), drawn(other, SCOPES, MAIL_SEND, LOGS, DOMAINS)

    assert between[1::4] == alone


@pytest.mark.parametrize("path", [MAIL_SEND, SCOPES, DOMAINS, LOGS, f"{LOGS}/one"])
def test_every_request_meets_its_share_of_faults_of_every_kind(path: str) -> None:
    host = UnreliableSendGrid(SENDER, 3, 0.33)

    faults = [fault for fault in drawn(host, path, count=2000) if fault]

    assert 0.3 < len(faults) / 2000 < 0.36
    assert set(faults) == set(FAULTS)
    assert host.faulted == {purpose_of(path): len(faults)}
    assert host.kinds == Counter(kind_of(fault) for fault in faults)


def test_faults_are_counted_in_few_words() -> None:
    assert {kind_of(fault) for fault in FAULTS} == {
        "429", "500", "502", "503", "odd answer", "reset", "closed", "cut short", "garbled", "no answer",
    }  # fmt: skip


def test_a_fault_after_mail_was_accepted_is_counted_once() -> None:
    host = UnreliableSendGrid(SENDER, 3, 0.9)

    faults = [fault for fault in drawn(host, MAIL_SEND, LOGS)[::2] if fault]

    assert host.taken_unanswered == sum(fault.accepts for fault in faults) > 0


def test_requests_are_counted_by_purpose_and_not_kept() -> None:
    with UnreliableSendGrid(SENDER, seed=1, faults=0) as host:
        for path in (SCOPES, MAIL_SEND, DOMAINS, MAIL_SEND, LOGS):
            post(host, path)

    assert host.asked == {Purpose.EXAMINATION: 2, Purpose.MAIL: 2, Purpose.LOG: 1}
    assert host.requests == []


@pytest.mark.parametrize(
    ("moment", "accepted_before", "told"),
    [
        (Moment.ARRIVED, 1, "when request 2 had arrived, before its body was read"),
        (Moment.READ, 1, "when the body of request 2 was read, before anything came of it"),
        (Moment.PROCESSED, 2, "after request 2 was accepted, before the answer"),
        (Moment.ENDED, 2, "after the answer to request 2"),
    ],
)
def test_a_kill_falls_before_the_request_goes_on(moment: Moment, accepted_before: int, told: str) -> None:
    accepted: list[int] = []

    def kill_sender() -> bool:
        accepted.append(host.mailed().total())
        return len(accepted) == 1

    with UnreliableSendGrid(SENDER, seed=1, faults=0) as host:
        aim = Aim(Kill(0, moment), 2, kill_sender)

        host.aim(aim)
        for _ in range(3):
            post(host)
            host.wait_until_idle()  # a kill after an answer falls when the client has it

    assert accepted[:1] == [accepted_before]
    assert aim.fallen == told


def test_nobody_is_killed_once_the_aim_is_taken_away() -> None:
    aim = Aim(Kill(0, Moment.READ), 1, lambda: True)
    with UnreliableSendGrid(SENDER, seed=1, faults=0) as host:
        host.aim(aim)
        host.aim(None)
        post(host)

    assert aim.fallen is None


def test_the_log_has_what_was_accepted_once_it_has_caught_up() -> None:
    with UnreliableSendGrid(SENDER, seed=1, faults=0) as host:
        counts = []
        for lag in (True, False, False):
            post(host)
            host.logs_lag = lag
            counts.append(len(found(host, "ada@example.org")))

    assert counts == [0, 2, 3]


class Slow(UnreliableSendGrid):
    """Takes its time over a request until ``may_go_on`` is set."""

    def __init__(self) -> None:
        super().__init__(SENDER, seed=1, faults=0)
        self.may_go_on = threading.Event()

    def passes(self, moment: Moment, path: str) -> None:
        if moment is Moment.READ:
            self.may_go_on.wait()
        super().passes(moment, path)


def test_it_is_not_idle_before_what_a_client_left_behind_is_dealt_with() -> None:
    with Slow() as host:
        connection = http.client.HTTPConnection(host.host, host.port)
        headers = {"Authorization": f"Bearer {KEY}", "Accept": "*/*", "Content-Type": "application/json"}
        connection.request("POST", MAIL_SEND, json.dumps(MAIL), headers)
        connection.close()

        with pytest.raises(TimeoutError):
            host.wait_until_idle(0.05)
        host.may_go_on.set()
        host.wait_until_idle()

        assert host.mailed().total() == 1


def letter(*addresses: str, way_out: str = "") -> dict[str, object]:
    headers = {"headers": {"List-Unsubscribe": way_out}} if way_out else {}
    return {"to": [{"email": address} for address in addresses], **headers}


ADA, BOB = "ada@example.org", "bob@example.org"


@pytest.mark.parametrize(
    ("letters", "said"),
    [
        pytest.param([letter(ADA, way_out="<u1>"), letter(BOB, way_out="<u2>")], (), id="each-their-own"),
        pytest.param([letter(ADA), letter(BOB)], (), id="the-providers-way-out"),
        pytest.param([letter(ADA, BOB)], ("letters to several readers, who see each other: 1",), id="together"),
        pytest.param(
            [letter(ADA, way_out="<u1>"), letter(BOB, way_out="<u1>")],
            ("readers with another's way out: 2",),
            id="one-way-out",
        ),
    ],
)
def test_readers_who_learn_of_each_other_are_told(letters: list[object], said: tuple[str, ...]) -> None:
    with UnreliableSendGrid(SENDER, seed=1, faults=0) as host:
        assert post(host, body=MAIL | {"personalizations": letters}) == 202

        assert host.disclosures() == said
