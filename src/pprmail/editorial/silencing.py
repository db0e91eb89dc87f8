"""What the author has set aside: ``Check-ok`` in one file, ``[check] disable`` everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.rules import RULES, did_you_mean, problem

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from pprmail.errors import Problem
    from pprmail.model import CheckOk, Issue


def silence(
    problems: Iterable[Problem],
    issue: Issue,
    disabled: tuple[str, ...],
    enabled: tuple[str, ...],
    unasked: Container[str] = (),
) -> tuple[Problem, ...]:
    """The problems that remain, in the files' order, with a warning for each silencing line that did nothing.

    ``unasked`` are the rules that nobody looked for this time: a line that silences one of them may well do something.
    A file that is none of the author's texts (a stray document) has no such line: the one in ``issue.md`` speaks for it.
    """
    found = list(problems)
    texts = {issue.main_file, *(summary.path for summary in issue.summaries)}
    lines = {
        (one.source.path, one.rule): one
        for one in (*issue.check_ok, *(ok for summary in issue.summaries for ok in summary.check_ok))
    }
    silenced = {key for key in lines if key[1] in RULES and RULES[key[1]].judgement}

    def key_of(one: Problem) -> tuple[str, str]:
        return (one.path if one.path in texts else issue.main_file, one.rule)

    hit = {key_of(one) for one in found} & silenced
    unused = [_unused(ok) for key, ok in lines.items() if key not in hit and ok.rule not in unasked]
    kept = (one for one in (*found, *unused) if key_of(one) not in silenced and _is_on(one.rule, disabled, enabled))
    return tuple(sorted(kept))


def _is_on(rule: str, disabled: tuple[str, ...], enabled: tuple[str, ...]) -> bool:
    return rule not in disabled and (RULES[rule].default or rule in enabled)


def _unused(ok: CheckOk) -> Problem:
    if ok.rule not in RULES:
        message, hint = (
            f"no rule is called {ok.rule!r}",
            did_you_mean(ok.rule, tuple(RULES)) or "'pprmail check --explain all' lists them",
        )
    elif not RULES[ok.rule].judgement:
        message, hint = f"{ok.rule!r} is about form and cannot be silenced", "mend the text and take this line out"
    else:
        message, hint = f"{ok.rule!r} finds nothing in this file", "take this line out"
    return problem("check-ok-unused", ok.source.place(), message, hint)


def count_by_severity(problems: Iterable[Problem]) -> Iterator[int]:
    """How many errors, then how many warnings."""
    severities = [one.severity for one in problems]
    yield severities.count("error")
    yield severities.count("warning")
