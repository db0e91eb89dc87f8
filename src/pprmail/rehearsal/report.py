"""What a rehearsal has shown: the same for a program to read and for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pprmail.rehearsal.host import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pprmail.rehearsal.host import UnreliableSendGrid
    from pprmail.rehearsal.ordeal import Ordeal

SHOWN = "nobody was mailed twice, and everyone is accounted for"
_TIMES = ("0", "1", "2+")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for: how many kills, and the share of the requests that meet a fault."""

    issue: str
    seed: int
    kills: int
    faults: float

    @property
    def command(self) -> str:
        """The command that asks for the same."""
        return f"pprmail rehearse {self.issue} --seed {self.seed} --kills {self.kills} --faults {self.faults:g}"


def make_report(
    wishes: Wishes, ordeal: Ordeal, host: UnreliableSendGrid, failures: tuple[str, ...] = ()
) -> dict[str, Any]:
    """All that is told of a rehearsal: counts, and words for the kills and the ``failures``.

    ``passed`` says that there are no failures; ``mailed`` counts the recipients by how often each was mailed;
    ``missed_by_word`` those of them who were not mailed, because a person's word counts them as mailed.
    """
    planned, course, tally = ordeal.planned, ordeal.course, ordeal.tally
    standing = tally.standing
    return {
        "issue": wishes.issue,
        "seed": wishes.seed,
        "passed": not failures,
        "rows": planned.rows,
        "excluded": planned.excluded,
        "recipients": planned.recipients,
        "batches": planned.batches,
        "batch_size": planned.batch_size,
        "accepted": standing.accepted,
        "rejected": standing.rejected,
        "unknown": standing.unknown,
        "waiting": standing.waiting,
        "runs": course.runs,
        "kills": {"asked": wishes.kills, "landed": len(course.kills), "moments": list(course.kills)},
        "requests": {purpose.value: host.asked[purpose] for purpose in Purpose},
        "faults": {
            "share": wishes.faults,
            "met": host.faulted.total(),
            "at": {purpose.value: host.faulted[purpose] for purpose in Purpose},
            "kinds": dict(host.kinds.most_common()),
            "after_accepting": host.taken_unanswered,
        },
        "doubts": {
            "recipients": course.doubts,
            "found_in_log": course.found_in_log,
            "said_not_sent": course.said_not_sent,
            "said_sent": course.said_sent,
        },
        "mailed": dict(zip(_TIMES, tally.mailed_times(), strict=True)),
        "missed_by_word": tally.missed_by_word,
        "failures": list(failures),
        "repeat": wishes.command,
    }


def report_sheet(report: Mapping[str, Any]) -> str:
    """The report for a person to read; its last line says what is shown."""
    return "\n".join((f"{report['issue']}, rehearsed: nothing left this machine", *_lines(report), *_verdict(report)))


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    kills, faults, doubts, mailed = report["kills"], report["faults"], report["doubts"], report["mailed"]
    yield _line("rows", report["rows"])
    yield _line("excluded", sum(report["excluded"].values()), _counted(report["excluded"]))
    batches = f"{report['batches']:,} {'batch' if report['batches'] == 1 else 'batches'}"
    yield _line("recipients", report["recipients"], f"in {batches} of up to {report['batch_size']:,}")
    for word in ("accepted", "rejected", "unknown", "waiting"):
        yield _line(f"  {word}", report[word])
    yield _line("runs", report["runs"])
    missed = kills["asked"] - kills["landed"]
    none_left = f"of {kills['asked']:,} asked for: there was nothing left to send" if missed else ""
    first, *others = [one for one in (none_left, *kills["moments"]) if one] or [""]
    yield _line("kills", kills["landed"], first)
    yield from (_line("", "", one) for one in others)
    yield _line("requests", sum(report["requests"].values()), _counted(report["requests"]))
    yield _line("faults", faults["met"], _counted(faults["at"]))
    if faults["met"]:
        yield _line("", "", _counted(faults["kinds"]))
    if faults["after_accepting"]:
        yield _line("", "", f"{faults['after_accepting']:,} of them after mail was accepted")
    settled = {
        "found in the log": doubts["found_in_log"],
        "not mailed, as readers said, and mailed then": doubts["said_not_sent"],
        "counted as mailed by word": doubts["said_sent"],
    }
    yield _line(
        "doubts", doubts["recipients"], ", ".join(f"{count:,} {what}" for what, count in settled.items() if count)
    )
    by_word = "by word: counted as mailed, since others in doubt had the mail" if report["missed_by_word"] else ""
    yield _line("mailed 0 times", mailed["0"], by_word)
    yield _line("mailed once", mailed["1"])
    yield _line("mailed 2+ times", mailed["2+"])


def _line(label: str, count: int | str, more: str = "") -> str:
    number = f"{count:,}" if isinstance(count, int) else count
    return f"  {label:<15} {number:>8}   {more}".rstrip()


def _counted(counts: Mapping[str, int]) -> str:
    """``unsubscribed 2, pending 1``."""
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)


def _verdict(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"drawn again by: {report['repeat']}"
    if report["passed"]:
        apart = {"not mailed, by the author's word": report["missed_by_word"], "rejected": report["rejected"]}
        told = ", ".join(f"{count:,} {what}" for what, count in apart.items() if count)
        yield f"{SHOWN}: {told}" if told else SHOWN
        return
    yield "what must not be:"
    yield from (f"  {sentence}" for sentence in report["failures"])
