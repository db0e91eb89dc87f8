"""The report of a rehearsal: short, aligned, and its last line says what is shown."""

from __future__ import annotations

from typing import Any

from pprmail.rehearsal.report import SHOWN, Wishes, report_sheet

REPORT: dict[str, Any] = {
    "issue": "2020-08", "seed": 7, "passed": True,
    "rows": 2043, "excluded": {"unsubscribed": 40, "duplicate": 3}, "recipients": 2000, "batches": 20, "batch_size": 100,
    "accepted": 2000, "rejected": 0, "unknown": 0, "waiting": 0, "runs": 9,
    "kills": {"asked": 2, "landed": 2, "moments": ["4 ms after the answer to request 4", "after request 1,007 was accepted, before the answer"]},
    "requests": {"mail": 31, "examination": 9, "log": 1021},
    "faults": {"share": 0.33, "met": 22, "at": {"mail": 10, "examination": 0, "log": 12}, "kinds": {"reset": 12, "429": 10}, "after_accepting": 9},
    "doubts": {"recipients": 1100, "found_in_log": 700, "said_not_sent": 400, "said_sent": 0},
    "mailed": {"0": 0, "1": 2000, "2+": 0}, "missed_by_word": 0, "failures": [],
    "repeat": "pprmail rehearse 2020-08 --seed 7 --kills 2 --faults 0.33",
}  # fmt: skip


def test_a_rehearsal_is_told_in_a_screen() -> None:
    assert report_sheet(REPORT) == (
        "2020-08, rehearsed: nothing left this machine\n"
        "  rows               2,043\n"
        "  excluded              43   unsubscribed 40, duplicate 3\n"
        "  recipients         2,000   in 20 batches of up to 100\n"
        "    accepted         2,000\n"
        "    rejected             0\n"
        "    unknown              0\n"
        "    waiting              0\n"
        "  runs                   9\n"
        "  kills                  2   4 ms after the answer to request 4\n"
        "                             after request 1,007 was accepted, before the answer\n"
        "  requests           1,061   mail 31, examination 9, log 1,021\n"
        "  faults                22   mail 10, log 12\n"
        "                             reset 12, 429 10\n"
        "                             9 of them after mail was accepted\n"
        "  doubts             1,100   700 found in the log, 400 not mailed, as readers said, and mailed then\n"
        "  mailed 0 times         0\n"
        "  mailed once        2,000\n"
        "  mailed 2+ times        0\n"
        "drawn again by: pprmail rehearse 2020-08 --seed 7 --kills 2 --faults 0.33\n"
        "nobody was mailed twice, and everyone is accounted for"
    )


def test_kills_that_found_nobody_are_told() -> None:
    lines = report_sheet(REPORT | {"kills": {"asked": 3, "landed": 1, "moments": ["after the answer to request 1"]}})

    assert (
        "  kills                  1   of 3 asked for: there was nothing left to send\n"
        "                             after the answer to request 1\n"
    ) in lines


def test_who_was_missed_by_word_is_told() -> None:
    told = report_sheet(REPORT | {"mailed": {"0": 5, "1": 1995, "2+": 0}, "missed_by_word": 5})

    assert "  mailed 0 times         5   by word: counted as mailed, since others in doubt had the mail\n" in told
    assert told.endswith(f"\n{SHOWN}: 5 not mailed, by the author's word")


def test_who_was_rejected_is_told() -> None:
    assert report_sheet(REPORT | {"rejected": 2}).endswith(f"\n{SHOWN}: 2 rejected")


def test_what_must_not_be_is_told_and_nothing_is_claimed() -> None:
    told = report_sheet(REPORT | {"passed": False, "failures": ["mailed more than once: 1 (number 4)"]})

    assert told.endswith("\nwhat must not be:\n  mailed more than once: 1 (number 4)")
    assert SHOWN not in told


def test_the_command_to_repeat_it_is_told() -> None:
    assert Wishes("2020-08", -1, 0, 0.0).command == "pprmail rehearse 2020-08 --seed -1 --kills 0 --faults 0"
