from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import summary_text
from pprmail.citation import source
from pprmail.editorial.repeats import _repeat, repeat_problems
from pprmail.manuscript.earlier import EarlierSources
from pprmail.manuscript.issue import load_issue

if TYPE_CHECKING:
    from conftest import Newsletter

DOE, POE, OLD = "issues/2020-08/1-doe.md", "issues/2020-08/2-poe.md", "issues/2019-05/1-firth.md"
ARTICLE = "Firth, J., & Roe, R. (2018). Exercise as a treatment of depression: A trial. *Psychiatry*, *5*(1), 9–10."
HINT = "look which of the two has the citation of another article"
MEANT = f"{HINT}; if it is meant, add 'Reprint of: 2019-05/does-it-move'"


def told(newsletter: Newsletter) -> list[str]:
    issue, _ = load_issue(newsletter.settings, "2020-08")
    return [str(one) for one in repeat_problems(issue, EarlierSources(newsletter.root))]


def test_the_samples_repeat_nothing(sample: Newsletter) -> None:
    earlier = EarlierSources(sample.root)

    for key in ("2017-07", "2019-05", "2020-08"):
        assert list(repeat_problems(load_issue(sample.settings, key)[0], earlier)) == []


def test_one_doi_in_two_files_of_an_issue_is_told_at_the_second(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(DOI="10.1000/one"))
    newsletter.write(POE, summary_text("Does It Last?", Citation=ARTICLE, DOI="https://doi.org/10.1000/ONE"))

    assert told(newsletter) == [
        f"{POE}:6:6: warning: the DOI 10.1000/one is that of 1-doe.md too; {HINT} [source-repeated]"
    ]


def test_one_citation_in_two_files_of_an_issue_is_told_at_the_second(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(Citation=ARTICLE))
    newsletter.write(POE, summary_text("Does It Last?", Citation=f"\n  {ARTICLE}"))

    assert told(newsletter) == [f"{POE}:4:3: warning: the source is that of 1-doe.md too; {HINT} [source-repeated]"]


def test_a_doi_of_an_earlier_issue_is_told_with_that_issue(newsletter: Newsletter) -> None:
    newsletter.write(OLD, summary_text("Does It Move?", DOI="10.1000/one"))
    newsletter.write(DOE, summary_text(Citation=f"{ARTICLE} https://doi.org/10.1000/ONE"))
    newsletter.write(
        POE, summary_text(Citation="Poe, E. A. (1846). The philosophy of composition. *Graham's*, *28*(4), 163–167.")
    )

    assert told(newsletter) == [
        f"{DOE}:3:11: warning: the DOI 10.1000/one is that of 'Does It Move?' in 2019-05 too; {MEANT} [source-repeated]"
    ]


def test_an_article_of_an_earlier_issue_is_told_without_a_doi_too(newsletter: Newsletter) -> None:
    newsletter.write(OLD, summary_text("Does It Move?", Citation=ARTICLE, Slug="it-moves"))
    slips = ARTICLE.replace("2018", "2019").replace("treatment", "treatmnet")
    newsletter.write(DOE, summary_text(Citation=slips, DOI="10.1000/one"))
    newsletter.write(POE, summary_text("Does It Last?"))

    assert told(newsletter) == [
        (
            f"{DOE}:3:11: warning: the source is that of 'Does It Move?' in 2019-05 too;"
            f" {HINT}; if it is meant, add 'Reprint of: 2019-05/it-moves' [source-repeated]"
        )
    ]


def test_a_reprint_of_that_issue_is_meant(newsletter: Newsletter) -> None:
    newsletter.write(OLD, summary_text("Does It Move?", Citation=ARTICLE))
    newsletter.write(POE, summary_text("Does It Last?"))

    newsletter.write(DOE, summary_text(Citation=ARTICLE, Reprint_of="2019-05/does-it-move"))
    assert told(newsletter) == []

    newsletter.write(DOE, summary_text(Citation=ARTICLE, Reprint_of="2018-05/does-it-move"))
    assert len(told(newsletter)) == 1


def test_a_summary_without_a_citation_has_its_doi_alone(newsletter: Newsletter) -> None:
    for path in (OLD, DOE, POE):
        newsletter.write(path, summary_text(Citation=""))
    assert told(newsletter) == []

    for path in (DOE, POE):
        newsletter.write(path, summary_text(Citation="", DOI="10.1000/one"))
    assert len(told(newsletter)) == 1


def test_a_folder_that_was_not_read_repeats_nothing(newsletter: Newsletter) -> None:
    issue, _ = load_issue(newsletter.settings, "2020-08")

    assert list(repeat_problems(issue._replace(is_read=False), EarlierSources(newsletter.root))) == []


ONE = "Doe, J. (2019). Group therapy for men after loss: A trial. *Groups*, *5*, 1–9."
BOOK = "In R. Roe (Ed.), *Handbook of groups* (pp. 1–9). Wiley."

SAME = {
    "misprint": ONE.replace("therapy", "therpay"),
    "british": (ONE.replace("loss", "behavioural loss"), ONE.replace("loss", "behavioral loss")),
    "capitals": ONE.replace("Group therapy for men", "Group Therapy for Men"),
    "ahead-of-print": "Doe, J. (2018). Group therapy for men after loss: A trial. *Groups*. Advance online publication.",
    "hyphen-lost": (ONE.replace("Group", "Meta-group"), ONE.replace("Group", "Metagroup")),
    "ampersand": (ONE.replace("loss", "grief & loss"), ONE.replace("loss", "grief and loss")),
    "article-lost": ONE.replace(": A trial", ": Trial"),
    "umlaut": (ONE.replace("Doe", "Müller"), ONE.replace("Doe", "Mueller")),
    "short-title": ("Doe, J. (2019). On loss. *Groups*.", "Doe, J. (2019). On Loss? *Groups*, *5*."),
    "not-dated": (ONE.replace("2019", "n.d."), ONE.replace("2019", "n.d.")),
    "book": ("Doe, J. (2019). *Group therapy for men*. Wiley.", "Doe, J. (2019). *Group therapy for men*. Norton."),
}
OTHER = {
    "other-people": ONE.replace("for men", "for women"),
    "other-setting": (ONE.replace("men", "inpatients"), ONE.replace("men", "outpatients")),
    "denied": (ONE.replace("for men", "effective"), ONE.replace("for men", "ineffective")),
    "other-kin": (ONE.replace("men", "patients"), ONE.replace("men", "parents")),
    "other-follow-up": (ONE.replace("loss", "loss at 6 months"), ONE.replace("loss", "loss at 12 months")),
    "other-number": (ONE.replace("loss", "loss: 100 cases"), ONE.replace("loss", "loss: 1000 cases")),
    "parts": (ONE.replace("A trial", "Part I"), ONE.replace("A trial", "Part II")),
    "later-parts": (ONE.replace("A trial", "Part VII"), ONE.replace("A trial", "Part VIII")),
    "large-number": (ONE.replace("loss", "loss: 1000 cases"), ONE.replace("loss", "loss: 10000 cases")),
    "every-word": ("Doe, J. (2019). Centre theatre fibre metre. *G*.", "Doe, J. (2019). Center theater fiber meter. *G*."),
    "protocol": ONE.replace("A trial", "A protocol for a trial"),
    "follow-up": ONE.replace("A trial", "Follow-up of a trial"),
    "erratum": ONE.replace("Group", "Erratum: Group"),
    "correction": ONE.replace("Group", "Correction to: Group"),
    "reply": ONE.replace("Group", "Reply to “Group"),
    "second-edition": ("Doe, J. (2014). *Group therapy for men*. Wiley.", "Doe, J. (2019). *Group therapy for men* (2nd ed.). Wiley."),
    "years-apart": ONE.replace("2019", "2017"),
    "other-author": ONE.replace("Doe", "Vandenberg"),
    "two-chapters": (f"Doe, J. (2019). Beginning a group. {BOOK}", f"Doe, J. (2019). Ending a group. {BOOK}"),
    "short-titles": ("Doe, J. (2019). Editorial. *Groups*.", "Doe, J. (2018). Editorial. *Groups*."),
    "dated-and-not": ONE.replace("2019", "in press"),
    "no-titles": ("Doe, J. (2019).", "Doe, J. (2019)."),
}  # fmt: skip


def are_one(given: str | tuple[str, str], doi: str = "", other_doi: str = "") -> bool:
    one, other = (ONE, given) if isinstance(given, str) else given
    first = source("2020-08", DOE, {"citation": one, "doi": doi})
    second = source("2019-05", OLD, {"citation": other, "doi": other_doi})
    found = _repeat(first, second)
    assert (found is None) == (_repeat(second, first) is None)
    return found is not None


@pytest.mark.parametrize("given", SAME.values(), ids=SAME)
def test_one_source_is_seen_through_a_slip(given: str | tuple[str, str]) -> None:
    assert are_one(given)


@pytest.mark.parametrize("given", OTHER.values(), ids=OTHER)
def test_two_sources_much_alike_are_two(given: str | tuple[str, str]) -> None:
    assert not are_one(given)


def test_two_dois_are_two_sources_unless_the_line_was_copied() -> None:
    assert not are_one(ONE.replace("5*", "6*"), "10.1000/one", "10.1000/two")
    assert are_one(ONE, "10.1000/one", "10.1000/two")


def test_chapters_may_have_the_doi_of_their_book() -> None:
    beginning, ending = (f"Doe, J. (2019). {title} a group. {BOOK}" for title in ("Beginning", "Ending"))

    assert not are_one((beginning, ending), "10.1000/book", "10.1000/book")
    assert are_one((beginning, beginning), "10.1000/book", "10.1000/book")
    assert are_one((ONE, ending), "10.1000/book", "10.1000/book")


def test_titles_that_differ_by_more_than_slips_need_no_package(
    newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsletter.write(OLD, summary_text(Citation=ONE.replace("men", "women")))
    newsletter.write(DOE, summary_text(Citation=ONE))
    monkeypatch.setitem(sys.modules, "rapidfuzz.distance", None)

    assert told(newsletter) == []


CITATIONS = st.lists(
    st.sampled_from(
        [
            "Doe, J. ",
            "(2019)",
            "(n.d.)",
            ". ",
            "Therapy ",
            "therapies ",
            "of ",
            "the ",
            "*",
            "é",
            "I",
            "10.1000/a",
            " In ",
        ]
    )
).map("".join)


@settings(derandomize=True, deadline=None)
@given(CITATIONS, CITATIONS)
def test_any_two_sources_can_be_compared(one: str, other: str) -> None:
    are_one((one, other))
    assert are_one((one, one)) or not all(source("", "", {"citation": one}).outline)
