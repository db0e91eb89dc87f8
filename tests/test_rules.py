from __future__ import annotations

import pytest

from pprmail.errors import Place, Problem
from pprmail.rules import ERROR, NOTE, RULES, WARNING, did_you_mean, nearest, problem


def test_every_rule_stands_under_its_own_id_with_a_reason() -> None:
    assert list(RULES) == [rule.id for rule in RULES.values()]
    assert {rule.severity for rule in RULES.values()} <= {ERROR, WARNING, NOTE}
    assert all(rule.reason.endswith(".") for rule in RULES.values())


def test_a_doubt_can_always_be_silenced() -> None:
    assert [rule.id for rule in RULES.values() if rule.severity == WARNING and not rule.judgement] == []


def test_a_rule_says_how_to_turn_it_off() -> None:
    assert RULES["raw-html"].silencing == "It is about form and cannot be silenced: mend the text."
    assert RULES["body-length"].silencing == (
        "Silence it in one file with the header 'Check-ok: body-length because …', "
        'or everywhere with disable = ["body-length"] under [check] in pprmail.toml.'
    )


def test_a_problem_takes_its_severity_from_its_rule_unless_told_otherwise() -> None:
    place = Place("issues/2020-08/issue.md", 3, 7)

    plain = problem("mail-too-large", place, "too large", "cut it")
    lesser = problem("mail-too-large", place, "large", severity=WARNING)

    assert plain == Problem(place.path, 3, 7, ERROR, "mail-too-large", "too large", "cut it")
    assert str(plain) == "issues/2020-08/issue.md:3:7: error: too large; cut it [mail-too-large]"
    assert str(lesser) == "issues/2020-08/issue.md:3:7: warning: large [mail-too-large]"


def test_a_rule_that_is_not_registered_is_a_bug() -> None:
    with pytest.raises(KeyError, match="no-such-rule"):
        problem("no-such-rule", Place("x.md"), "x")


NEAR = {
    "slip": ("Empthy", "Empathy"),
    "case": ("EMPATHY", "Empathy"),
    "far": ("Zebra", ""),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("word", "near"), NEAR.values(), ids=NEAR)
def test_the_nearest_name_is_found_whatever_the_case(word: str, near: str) -> None:
    known = ("Alliance", "Empathy")

    assert nearest(word, known) == near
    assert did_you_mean(word, known) == (f"did you mean {near!r}?" if near else "")
