from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.audience.choose import STATUSES, Audience, choose_audience
from pprmail.model import EXCLUSION_REASONS, Exclusion, Row, Subscriber

if TYPE_CHECKING:
    from collections.abc import Sequence

TODAY = date(2022, 3, 1)
ADA = Row(line=2, email="ada@example.org", name="Ada", status="subscribed")


def choose(*rows: Row, suppressed: Sequence[str] = (), require_consent: bool = False, today: date = TODAY) -> Audience:
    """The audience, in tuples."""
    chosen = choose_audience(rows, lambda address: address in suppressed, require_consent=require_consent, today=today)
    return Audience(chosen.rows, tuple(chosen.recipients), tuple(chosen.exclusions), tuple(chosen.unsubscribed))


def again(line: int, **changes: str) -> Row:
    """Another row of Ada's."""
    return ADA._replace(line=line, **changes)


def test_recipients_stand_in_the_lists_order() -> None:
    bea, cem = Row(line=3, email="Bea <Bea@EXAMPLE.org>"), Row(line=4, email=" mailto:cem@münchen.de ", name="Cem")

    chosen = choose(cem, ADA, bea)

    assert chosen == Audience(
        rows=3,
        recipients=(
            Subscriber("cem@xn--mnchen-3ya.de", "Cem"),
            Subscriber("ada@example.org", "Ada"),
            Subscriber("Bea@example.org"),
        ),
        exclusions=(),
        unsubscribed=(),
    )


def test_an_empty_list_has_nobody() -> None:
    assert choose() == Audience(rows=0, recipients=(), exclusions=(), unsubscribed=())


@pytest.mark.parametrize(
    ("changes", "reason", "detail"),
    [
        pytest.param({"status": "unsubscribed"}, "unsubscribed", "", id="unsubscribed"),
        pytest.param({"status": "pending"}, "pending", "", id="pending"),
        pytest.param(
            {"status": "subcribed"},
            "bad-address",
            "unknown status 'subcribed'; write one of subscribed, unsubscribed, pending",
            id="unreadable-status",
        ),
        pytest.param({"email": ""}, "bad-address", "the email is empty", id="no-email"),
        pytest.param(
            {"email": "ada@example"},
            "bad-address",
            "no address that can be mailed: the part after the @-sign is not valid. It should have a period",
            id="no-domain",
        ),
        pytest.param(
            {"email": "zoë@example.org"},
            "bad-address",
            "no address that can be mailed: the part before the @ is not ASCII, and mail providers do not take that",
            id="local-part-outside-ascii",
        ),
        pytest.param(
            {"name": "Ada\r\nBcc: bea@example.org"},
            "bad-address",
            "the name holds a line break or a control character",
            id="line-break-in-name",
        ),
        pytest.param(
            {"name": "Ada\u2028L"},
            "bad-address",
            "the name holds a line break or a control character",
            id="line-separator-in-name",
        ),
        pytest.param({"name": "A" * 201}, "bad-address", "the name has more than 200 characters", id="endless-name"),
        pytest.param(
            {"fault": "has 3 cells for 2 columns"}, "bad-address", "has 3 cells for 2 columns", id="too-many-cells"
        ),
    ],
)
def test_a_row_that_is_not_mailed_has_its_reason(changes: dict[str, str], reason: str, detail: str) -> None:
    row = again(2, **changes)

    chosen = choose(row)

    assert (chosen.recipients, chosen.exclusions) == ((), (Exclusion(2, reason, detail),))
    assert chosen.excluded() == {reason: 1}


def test_nothing_that_is_told_holds_an_address() -> None:
    rows = [again(2, email=email) for email in ("ada..l@example.org", "ada@exa mple.org", "ada@-.org", "a" * 999)]

    chosen = choose(*rows)

    assert [one.reason for one in chosen.exclusions] == ["bad-address"] * 4
    assert not [one.detail for one in chosen.exclusions if "ada" in one.detail]


@pytest.mark.parametrize(
    "email",
    ["ada@example.org", "ADA@Example.ORG", "Ada Lovelace <aDa@example.org>", "\u200bada@example.org\u00a0"],
)
def test_two_spellings_are_one_subscriber_who_is_mailed_once(email: str) -> None:
    chosen = choose(ADA, again(7, email=email, name="A. L."))

    assert chosen.recipients == (Subscriber("ada@example.org", "Ada"),)
    assert chosen.exclusions == (Exclusion(7, "duplicate", "the address stands already on line 2"),)


def test_two_forms_of_one_domain_are_one_subscriber() -> None:
    chosen = choose(again(2, email="a@münchen.de"), again(3, email="a@xn--mnchen-3ya.de"))

    assert chosen.recipients == (Subscriber("a@xn--mnchen-3ya.de", "Ada"),)


@pytest.mark.parametrize("order", [1, -1], ids=["first-left", "second-left"])
def test_if_either_of_two_rows_has_left_so_has_the_subscriber(order: int) -> None:
    statuses = ("unsubscribed", "subscribed")[::order]

    chosen = choose(again(2, status=statuses[0]), again(3, status=statuses[1]))

    assert chosen.recipients == ()
    assert chosen.excluded() == {"unsubscribed": 1, "duplicate": 1}
    assert chosen.unsubscribed == ("ada@example.org",)


@pytest.mark.parametrize(
    ("lines", "detail"),
    [
        pytest.param(("subcribed", "subscribed"), "unknown status 'subcribed'", id="first"),
        pytest.param(("subscribed", "subcribed"), "on line 9: unknown status 'subcribed'", id="second"),
    ],
)
def test_a_status_that_cannot_be_read_keeps_both_rows_from_being_mailed(lines: tuple[str, str], detail: str) -> None:
    chosen = choose(again(2, status=lines[0]), again(9, status=lines[1]))

    assert chosen.recipients == ()
    assert chosen.exclusions == (
        Exclusion(2, "bad-address", f"{detail}; write one of {', '.join(STATUSES)}"),
        Exclusion(9, "duplicate", "the address stands already on line 2"),
    )


def test_who_left_has_left_though_another_row_cannot_be_read() -> None:
    chosen = choose(again(2, status="subcribed"), again(3, status="unsubscribed"))

    assert chosen.excluded() == {"unsubscribed": 1, "duplicate": 1}


@pytest.mark.parametrize("order", [1, -1], ids=["pending-first", "pending-second"])
def test_a_subscribed_row_speaks_for_a_pending_one(order: int) -> None:
    first, second = (again(0, status="pending", name="P"), again(0))[::order]

    chosen = choose(first._replace(line=2), second._replace(line=3))

    assert chosen.recipients == (Subscriber("ada@example.org", "Ada"),)
    assert chosen.excluded() == {"duplicate": 1}


def test_who_asked_to_leave_is_not_mailed_whatever_the_file_says() -> None:
    chosen = choose(ADA, suppressed=["ada@example.org"])

    assert chosen.exclusions == (Exclusion(2, "suppressed", "asked to leave earlier; the file cannot undo that"),)


def test_the_file_is_believed_before_the_suppression_so_that_each_row_has_one_reason() -> None:
    chosen = choose(again(2, status="unsubscribed"), suppressed=["ada@example.org"])

    assert chosen.excluded() == {"unsubscribed": 1}


@pytest.mark.parametrize(
    ("consent", "day", "source", "reason", "detail"),
    [
        pytest.param("express", "1999-01-01", "form", "", "", id="express-never-expires"),
        pytest.param("implied", "2020-03-01", "event", "", "", id="implied-on-the-last-day"),
        pytest.param(
            "implied", "2020-02-29", "event", "consent-expired", "implied consent of 2020-02-29 lasts 2 years", id="one-day-late"
        ),
        pytest.param("express", "2022-03-01", "form", "", "", id="today"),
        pytest.param(
            "express", "2022-03-02", "form", "no-consent", "consent_date 2022-03-02 is still to come", id="tomorrow"
        ),
        pytest.param("", "2020-03-01", "form", "no-consent", "no kind of consent; write express or implied", id="no-kind"),
        pytest.param(
            "yes", "2020-03-01", "form", "no-consent", "no kind of consent; write express or implied", id="other-kind"
        ),
        pytest.param("express", "", "form", "no-consent", "consent_date is ''; write it as 2019-06-30", id="no-date"),
        pytest.param(
            "express", "1/3/2020", "form", "no-consent", "consent_date is '1/3/2020'; write it as 2019-06-30", id="bad-date"
        ),
        pytest.param(
            "express", "2020-03-01", "", "no-consent", "no consent_source; write where the consent was given", id="no-source"
        ),
    ],
)  # fmt: skip
def test_consent_is_a_kind_a_date_and_a_source(consent: str, day: str, source: str, reason: str, detail: str) -> None:
    row = again(2, consent=consent, consent_date=day, consent_source=source)

    strict, lax = choose(row, require_consent=True), choose(row)

    assert strict.exclusions == ((Exclusion(2, reason, detail),) if reason else ())
    assert lax.recipients == (Subscriber("ada@example.org", "Ada"),)


@pytest.mark.parametrize(
    ("today", "mailed"), [(date(2022, 2, 28), True), (date(2022, 3, 1), False)], ids=["last-day", "day-after"]
)
def test_implied_consent_of_a_leap_day_ends_with_february(today: date, *, mailed: bool) -> None:
    row = again(2, consent="implied", consent_date="2020-02-29", consent_source="event")

    chosen = choose(row, require_consent=True, today=today)

    assert bool(chosen.recipients) is mailed


ROWS = st.lists(
    st.builds(
        Row,
        line=st.just(0),
        email=st.one_of(st.sampled_from(["a@x.org", "A@x.org", "b@X.org", "c@münchen.de", "", "no"]), st.text()),
        name=st.text(max_size=5),
        status=st.one_of(st.sampled_from(["", *STATUSES]), st.text(max_size=5)),
        consent=st.sampled_from(["", "express", "implied"]),
        consent_date=st.one_of(st.just("2021-01-01"), st.text(max_size=10)),
        consent_source=st.sampled_from(["", "form"]),
        fault=st.sampled_from(["", "", "has 3 cells for 2 columns"]),
    )
).map(lambda rows: [row._replace(line=line) for line, row in enumerate(rows, 2)])


@given(rows=ROWS, suppressed=st.sets(st.sampled_from(["a@x.org", "b@x.org"])), require_consent=st.booleans())
def test_rows_are_recipients_and_exclusions(rows: list[Row], suppressed: set[str], *, require_consent: bool) -> None:
    chosen = choose(*rows, suppressed=tuple(suppressed), require_consent=require_consent)

    assert chosen.rows == len(rows) == len(chosen.recipients) + len(chosen.exclusions)
    assert sum(chosen.excluded().values()) == len(chosen.exclusions)
    assert {one.reason for one in chosen.exclusions} <= set(EXCLUSION_REASONS)
    lines = [one.line for one in chosen.exclusions]
    assert lines == sorted(set(lines))
    addresses = [one.address.casefold() for one in chosen.recipients]
    assert len(addresses) == len(set(addresses))
    assert not set(addresses) & {one.casefold() for one in chosen.unsubscribed}


@given(rows=ROWS, suppressed=st.sets(st.sampled_from(["a@x.org", "b@x.org"])), require_consent=st.booleans())
def test_it_does_not_matter_whose_bits_are_the_same(
    rows: list[Row], suppressed: set[str], *, require_consent: bool
) -> None:
    usual = choose(*rows, suppressed=tuple(suppressed), require_consent=require_consent)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pprmail.audience.choose._SEEN_BITS", 8)
        patch.setattr("pprmail.audience.choose.CHUNK_ROWS", 2)
        crowded = choose(*rows, suppressed=tuple(suppressed), require_consent=require_consent)

    assert crowded == usual


def test_a_long_list_is_decided_like_a_short_one() -> None:
    rows = [Row(line, f"reader{line}@example.org", f"Reader {line}") for line in range(2, 5002)]
    rows[7] = rows[7]._replace(status="unsubscribed")
    late = [
        Row(5002, "Reader2@example.org", status="unsubscribed"),
        Row(5003, "reader9@example.org"),
        Row(5004, "nobody"),
    ]

    chosen = choose(*rows, *late)

    mailed = [row for row in rows if row.line not in {2, 9}]
    assert chosen.recipients == tuple(Subscriber(row.email, row.name) for row in mailed)
    assert [one[:2] for one in chosen.exclusions] == [
        (2, "unsubscribed"),
        (9, "unsubscribed"),
        (5002, "duplicate"),
        (5003, "duplicate"),
        (5004, "bad-address"),
    ]
    assert chosen.unsubscribed == ("reader2@example.org", "reader9@example.org")


def test_an_audience_can_be_gone_through_again_and_by_two_at_a_time() -> None:
    rows = [Row(line, f"reader{line}@example.org") for line in range(2, 4002)]
    chosen = choose_audience(rows, lambda _: False, require_consent=False, today=TODAY)

    pairs = list(zip(chosen.recipients, chosen.recipients, strict=True))

    assert [one == other for one, other in pairs] == [True] * 4000
    assert len(chosen.recipients) == len(list(chosen.recipients)) == 4000


def test_no_sentence_shows_what_may_be_an_address() -> None:
    rows = [
        Row(2, "a@x.org", status="bea@x.org"),
        Row(3, "c@x.org", consent="express", consent_date="dag@x.org", consent_source="s"),
    ]

    audience = choose_audience(rows, lambda _: False, require_consent=True, today=date(2020, 8, 14))

    assert [one.detail for one in audience.exclusions] == [
        "unknown status something with '@'; write one of subscribed, unsubscribed, pending",
        "consent_date is something with '@'; write it as 2019-06-30",
    ]
