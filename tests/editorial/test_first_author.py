from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.editorial.first_author import first_author_problems, ordinal, own_author
from pprmail.manuscript.markdown import parse_text
from pprmail.model import Passage
from sources import summary_of

KEEFE = "Keefe, J. R., McMain, S. F., & Barber, J. P. (2019). On therapy. *Lancet*."
HINT = "look which of the two is another study's; a year beside the name, as in 'Smith and colleagues (2010)', says that it is"


def told(body: str, citation: str = KEEFE, title: str = "Does It Help?") -> list[str]:
    summary = summary_of(citation, title=title)._replace(body=parse_text(body, "1-doe.md")[0])
    return [str(one) for one in first_author_problems(summary)]


def test_a_stranger_is_told_with_both_names() -> None:
    assert told("Does it help?\n\nSmith and colleagues tested it.") == [
        (
            "1-doe.md:3:1: warning: 'Smith' is not an author of the citation, whose first author is 'Keefe';"
            f" {HINT} [first-author-mismatch]"
        )
    ]


def test_a_later_author_is_told_as_one() -> None:
    assert told("It helps. McMain and colleagues tested it.") == [
        (
            "1-doe.md:1:11: warning: 'McMain' is the second author of the citation, whose first author is 'Keefe';"
            f" {HINT} [first-author-mismatch]"
        )
    ]


def test_half_a_name_is_enough_to_know_an_author() -> None:
    (one,) = told("Berg and colleagues tested it.", "Keefe, J. R., & van den Berg-Roe, S. (2019). On.")

    assert "'Berg' is the second author of the citation" in one


PLACES = {
    "et-al": ("It helps. Smith et al. tested it.", "1:11"),
    "his": ("To find out, Smith and his colleagues tested it.", "1:14"),
    "co-workers": ("Smith and her co-workers tested it.", "1:1"),
    "co-authors": ("Smith and co-authors tested it.", "1:1"),
    "ampersand": ("It helps. Smith & colleagues tested it.", "1:11"),
    "ampersand-entity": ("It helps. Smith &amp; his colleagues tested it.", "1:11"),
    "three": ("It helps. Smith, Poe, and colleagues tested it.", "1:11"),
    "four": ("In this study, Smith, van der Poe, Berg, & colleagues tested it.", "1:16"),
    "three-by": ("This study by Smith, Poe, and colleagues tested it.", "1:15"),
    "three-et-al": ("Smith, Poe, et al. tested it.", "1:1"),
    "one-and-a-comma": ("In a trial, Smith, and colleagues tested it.", "1:13"),
    "the-team": ("The team (Smith and colleagues) tested it.", "1:11"),
    "the-research-team": ("It helps. The research team (Smith, Poe, and colleagues) tested it.", "1:30"),
    "this-study": ("In this study, Smith and colleagues tested it.", "1:16"),
    "a-study": ("In a meta-analysis, Smith and colleagues tested it.", "1:21"),
    "by": ("This meta-analysis by Smith and colleagues tested it.", "1:23"),
    "particles": ("van der Kolk and colleagues tested it.", "1:1"),
    "double-name": ("Ventura Wurman and colleagues tested it.", "1:1"),
    "title": ("Dr. Smith and colleagues tested it.", "1:5"),
    "list": ("- It helps.\n- Smith and colleagues tested it.", "2:3"),
    "second-line": ("It helps.\nSmith and colleagues\ntested it.", "2:1"),
    "over-two-lines": ("It helps. Smith\nand colleagues tested it.", "1:11"),
    "colon": ("Does it: Smith and colleagues tested it.", "1:10"),
    "quote": ("“Smith and colleagues tested it.”", "1:2"),
    "after-another": ("Poe et al. (2010) asked. Smith and colleagues tested it.", "1:26"),
    "italics": ("*Poe* and colleagues tested it.", "1:2"),
    "et-al-in-italics": ("It helps. Poe *et al.* tested it.", "1:11"),
    "all-in-italics": ("It helps. *Poe et al.* tested it.", "1:12"),
    "linked": ("[Poe](https://poe.example) and colleagues tested it.", "1:2"),
    "entities": ("M&ouml;ller&nbsp;and colleagues tested it.", "1:1"),
    "no-break-space": ("Poe&nbsp;et al. tested it.", "1:1"),
    "after-an-entity": ("It helps &mdash; much.\nPoe and colleagues tested it.", "2:1"),
    "brought-together": ("Poe and colleagues brought together 16 of them.", "1:1"),
    "practice-based": ("Poe and colleagues took up the question of its worth in a practice-based study.", "1:1"),
    "a-number": ("Poe and colleagues sat down with 120 clients.", "1:1"),
    "first-in-passing": ("Poe and colleagues are no strangers. Poe and colleagues tested it.", "1:38"),
    "recently": ("Recently, Smith and colleagues asked why.", "1:11"),
    "recently-without-a-comma": ("It helps. Recently Smith and colleagues asked why.", "1:20"),
    "recently-a-list": ("Recently, Smith, Poe, and colleagues asked why.", "1:11"),
    "its-year-before": ("In 2019 Smith and colleagues asked why.", "1:9"),
    "its-year-and-a-comma": ("In 2019, Smith and colleagues asked why.", "1:10"),
    "its-year-of-a-trial": ("In a 2019 trial, Smith and colleagues asked why.", "1:18"),
    "its-year-in-brackets": ("It helps. Smith et al. (2019) asked why.", "1:11"),
    "its-year-after-colleagues": ("Smith and colleagues (2019) asked why.", "1:1"),
    "its-year-behind": ("Smith and colleagues asked in 2019 why.", "1:1"),
    "this-trial-without-a-comma": ("In this trial Smith and colleagues asked why.", "1:15"),
    "their-trial-without-a-comma": ("In their randomized trial Smith and colleagues asked why.", "1:27"),
    "a-study-without-a-comma": ("In a meta-analysis Smith and colleagues asked why.", "1:20"),
    "the-study-by": ("The study by Smith and colleagues found it.", "1:14"),
    "the-controlled-trial-by": ("The randomized controlled trial by Smith and colleagues found it.", "1:36"),
    "the-trial-of": ("It helps. The trial of Smith and colleagues found it.", "1:24"),
    "this-trial-of": ("This trial of Smith and colleagues found it.", "1:15"),
    "possessive-of-a-trial": ("Smith and colleagues’ trial was large.", "1:1"),
    "possessive-straight": ("Smith and colleagues' randomized controlled trial, now here, was large.", "1:1"),
    "possessive-of-et-al": ("Smith et al.’s Study was large.", "1:1"),
    "possessive-of-a-team": ("Smith and her team’s meta-analysis was large.", "1:1"),
    "no-year": ("Smith and colleagues asked 200 clients.", "1:1"),
    "misspelled": ("Keffe and colleagues tested it.", "1:1"),
}


@pytest.mark.parametrize(("body", "place"), PLACES.values(), ids=PLACES)
def test_a_stranger_is_told_at_its_place(body: str, place: str) -> None:
    (one,) = told(body)

    assert one.startswith(f"1-doe.md:{place}: warning: ")


@pytest.mark.parametrize(
    "others", ["colleagues", "co-workers", "coworkers", "associates", "collaborators", "co-authors", "coauthors"]
)
def test_whoever_worked_with_a_stranger_is_told(others: str) -> None:
    assert [len(told(f"Smith and {whose}{others} tested it.")) for whose in ("", "his ", "her ", "their ")] == [1] * 4


@pytest.mark.parametrize("whose", ["his", "her", "their"])
def test_a_team_is_told_with_its_owner(whose: str) -> None:
    assert len(told(f"Smith and {whose} team tested it.")) == 1
    assert told("Smith and team tested it.") == []


@pytest.mark.parametrize(
    "opening",
    ["In a trial", "In an open trial", "In this study", "In their study", "To find out", "Here", "For this study",
     "For their study", "In the present study", "In the current study"],
)  # fmt: skip
def test_a_stranger_of_this_study_may_follow_an_opening(opening: str) -> None:
    assert len(told(f"{opening}, Smith and colleagues tested it.")) == 1


@pytest.mark.parametrize(
    "study",
    ["This study by", "In this study by", "The present study by", "The current study by", "In the present study by",
     "In the current study by"],
)  # fmt: skip
def test_a_stranger_may_be_whom_this_study_is_by(study: str) -> None:
    assert len(told(f"{study} Smith and colleagues tested it.")) == 1


QUIET = {
    "the-same": "Keefe and colleagues tested it.",
    "the-same-later": "Smith and colleagues tested it. Keefe et al. did so again.",
    "named-elsewhere": "Smith and colleagues tested it, said Keefe.",
    "possessive": "Keefe’s team tested it.",
    "given-name": "John Keefe and colleagues tested it.",
    "capitals": "KEEFE and colleagues tested it.",
    "year": "Smith and colleagues (2010) found it.",
    "year-after-et-al": "Smith et al. (2010) found it.",
    "year-before": "In 2010, Smith and colleagues found it.",
    "year-behind": "Smith and colleagues found it in 1998.",
    "scale": "Smith and colleagues’ scale was used.",
    "scale-straight": "Smith and colleagues' scale was used.",
    "of-a-scale": "They used the scale of Horvath and colleagues.",
    "in-brackets": "The inventory (Horvath and colleagues, 1989) was used.",
    "earlier-study": "An earlier study by Smith and colleagues found it.",
    "had": "Smith and colleagues had found it.",
    "previously": "Previously, Smith and colleagues found it.",
    "this-finding": "This finding reminds of Smith and colleagues.",
    "refuted-by": "It was refuted by Smith and colleagues.",
    "developed": "Smith and colleagues developed the scale.",
    "replicates": "The study replicates Smith and colleagues in a new sample.",
    "building-on": "Building on Smith and colleagues, the authors tested it.",
    "unlike": "Unlike Smith and colleagues, the authors saw no change.",
    "since": "Since Bowlby and colleagues, attachment is central.",
    "as": "As Smith and colleagues put it, therapy helps.",
    "here": "Here Smith and colleagues come in.",
    "according-to": "According to Linehan and colleagues, validation helps.",
    "decades": "Rogers and colleagues wrote of it decades ago.",
    "two-before": "Safran, Muran and colleagues wrote of ruptures.",
    "an-adverb-before": "However, Smith, and colleagues tested it. Recently, Smith, and colleagues tested it.",
    "a-place-before": "In Ottawa, Smith, and colleagues tested it.",
    "three-and-the-first-author": "Smith, Keefe, and colleagues tested it.",
    "three-of-another": "Earlier, Smith, Poe, and colleagues (2010) tested it.",
    "three-kinds": "Clients, friends, and colleagues were asked. Friends, Clients, and colleagues were asked.",
    "of-a-team": "The team (Smith and colleagues, 2010) tested it. The scale of the team (Smith and colleagues) tested it.",
    "team-and": "Smith & team tested it.",
    "my-colleagues": "My colleagues and I tested it.",
    "i": "I and colleagues tested it.",
    "patients": "Patients and colleagues were asked.",
    "their-own": "Therapists and their colleagues were asked. Clinicians and colleagues may use it.",
    "lower-case": "We asked friends and colleagues.",
    "family": "Friends, family, and colleagues were asked.",
    "no-name": "The and colleagues; And colleagues; 7 and colleagues; van and colleagues. Van and colleagues.",
    "colleaguesque": "Smith and teammates met. Smith et alia met.",
    "until-recently": "Until recently, Smith and colleagues asked why. More recently, Poe and colleagues asked why.",
    "recently-another": "Recently, Smith and colleagues (2010) asked why.",
    "previously-without-a-comma": "Previously Smith and colleagues asked why.",
    "earlier-without-a-comma": "Earlier Smith and colleagues asked why. Later Poe and colleagues asked why.",
    "year-before-without-a-comma": "In 2010 Smith and colleagues asked why.",
    "two-years": "Smith et al. (2010, 2019) asked why. Smith et al. (2019) asked why.",
    "year-with-a-letter": "Smith et al. (2010a) asked why. Poe et al. (2019a) asked why.",
    "year-of-another-trial": "In a 2010 trial, Smith and colleagues asked why.",
    "the-year-and-earlier": "Smith et al. (2019) had asked why. In 2019 and before, Poe and colleagues asked why.",
    "not-its-trial": "In this way Smith and colleagues asked why. In this trial of care Poe and colleagues asked why.",
    "an-earlier-study-by": "The earlier study by Smith and colleagues found it. The other trial of Poe and colleagues found it.",
    "a-study-by": "A study by Smith and colleagues found it. Another trial of Poe and colleagues found it.",
    "therapists-of": "The therapists in the trial of Smith and colleagues found it. The by Poe and colleagues found it.",
    "the-scale-by": "The inventory by Smith and colleagues found it. The results of Poe and colleagues found it.",
    "study-of-people": "The study of Freud and his colleagues is of worth.",
    "possessive-of-work": "Smith and colleagues’ view was tested in a trial. Poe et al.’s view of the trial was tested.",
    "possessive-of-an-earlier-trial": "Smith and colleagues’ earlier trial was large. Poe and colleagues’ trial of 2010 was large.",
    "possessive-later": "It rests on Smith and colleagues’ trial.",
    "possessive-of-a-view": "Smith and colleagues’ view, study by study, was tested.",
    "originally-without-a-comma": "Originally Smith and colleagues asked why.",
    "to-study-them": "To study Smith and colleagues is to see what a trial tested.",
    "famous": "Smith and colleagues’ trial is famous. Poe and colleagues’ study is often cited.",
    "well-known": "The well-known study by Smith and colleagues tested it. Poe and colleagues’ trial is known.",
    "pioneering": "The pioneering study by Smith and colleagues tested it. The influential trial of Poe and colleagues tested it.",
    "earlier-work": f"Smith and colleagues asked why {'x' * 60} in an earlier study.",
    "other-findings": f"The study by Smith and colleagues found {'x' * 60} as did other trials.",
    "nobody": "It was tested.",
    "people-who-met": "Freud and his colleagues met on Wednesdays. They studied dreams.",
    "people-who-quarrelled": "Freud and his colleagues fell out with each other, as 3 of them said.",
    "heading": "### Smith and colleagues tested it\n\nIt helps.",
    "code-like-marks": "Keefe\\* and colleagues tested it.",
}


@pytest.mark.parametrize("body", QUIET.values(), ids=QUIET)
def test_who_is_nobody_or_of_another_study_is_no_stranger(body: str) -> None:
    assert told(body) == []


ALIKE = {
    "entity": ("M&uuml;ller, A.", "Müller"),
    "entity-in-the-text": ("Müller, A.", "M&#252;ller"),
    "italics-in-the-citation": ("*Müller*, A.", "Müller"),
    "umlaut": ("Müller, A.", "Mueller"),
    "spelled-out": ("Mueller, A.", "Müller"),
    "no-umlaut": ("Müller, A.", "Muller"),
    "second-half": ("Müller-Lüdenscheidt, A.", "Lüdenscheidt"),
    "two-words": ("Ventura Wurman, T.", "Wurman"),
    "no-particle": ("van der Kolk, B. A.", "Kolk"),
    "capital-particle": ("van der Kolk, B. A.", "Van der Kolk"),
    "particle-more": ("Jong-van den Berg, L.", "De Jong-van den Berg"),
    "apostrophe": ("O’Keeffe, S.", "O'Keeffe"),
    "norse": ("Øst, L.-G.", "Öst"),
    "czech": ("Řiháček, T.", "Rihacek"),
    "russian": ("Выготский, Л. С.", "Выготский"),
    "short": ("Wu, Y.", "Wu"),
    "one-letter": ("O, K.", "Smith"),
    "space": ("LeBlanc, K.", "Le Blanc"),
}


@pytest.mark.parametrize(("author", "name"), ALIKE.values(), ids=ALIKE)
def test_a_name_is_one_however_it_is_spelled(author: str, name: str) -> None:
    assert told(f"{name} and colleagues tested it.", f"{author}, & Roe, R. (2019). On.") == []


def test_a_short_name_is_not_found_within_a_word() -> None:
    assert len(told("Smith and colleagues asked clinicians.", "Li, M., & Roe, R. (2019). On.")) == 1


@pytest.mark.parametrize("citation", ["World Health Organization. (2019). On.", "Keefe, J. R. On.", "(2019). On.", ""])
def test_without_a_person_first_nobody_is_a_stranger(citation: str) -> None:
    assert told("Smith and colleagues tested it.", citation) == []


def test_the_title_may_name_the_first_author() -> None:
    assert told("Smith and colleagues tested it.", title="What Keefe Found") == []


def test_the_blurb_may_name_the_first_author() -> None:
    blurb = Passage("What Keefe found.", "1-doe.md")
    summary = summary_of(KEEFE)._replace(blurb=blurb, body=parse_text("Smith and colleagues tested it.", "1-doe.md")[0])

    assert list(first_author_problems(summary)) == []


@pytest.mark.parametrize(
    "work", ["work", "studies", "research", "findings", "trial", "reviews", "evidence", "meta-analyses"]
)
@pytest.mark.parametrize("which", ["earlier", "previous", "prior", "other", "past", "another"])
def test_a_sentence_of_earlier_work_names_no_stranger(which: str, work: str) -> None:
    assert told(f"Smith and colleagues asked {'x' * 40} for {which} {work} said.") == []


@pytest.mark.parametrize(
    "study", ["analysis", "article", "experiment", "meta-analysis", "paper", "review", "study", "survey", "trial"]
)
def test_a_study_is_of_whom_it_is_by(study: str) -> None:
    sentences = (f"The {study} by Smith and colleagues asked why.", f"Smith and colleagues’ {study} asked why.")

    assert [len(told(one)) for one in sentences] == [1, 1]


def test_only_its_own_sentence_tells_of_earlier_work() -> None:
    assert len(told("The study by Smith and colleagues found it. Earlier studies did not.")) == 1


def test_without_a_year_in_the_citation_every_year_is_of_another() -> None:
    citation = "Keefe, J. R. (in press). On."

    assert told("Smith et al. (2019) asked why. In 2019 Poe and colleagues asked why.", citation) == []
    assert len(told("Smith et al. asked why.", citation)) == 1


def test_practice_implications_and_the_blurb_name_strangers_too() -> None:
    (prose, _) = parse_text("It helps. Smith and colleagues tested it.", "1-doe.md")
    blurb = Passage("In 2019 Smith and colleagues asked why.", "1-doe.md", ((0, 2, 8),))
    found = [
        first_author_problems(summary_of(KEEFE)._replace(**one)) for one in ({"implications": prose}, {"blurb": blurb})
    ]

    assert [(one.line, one.column, one.rule) for (one,) in found] == [
        (1, 11, "first-author-mismatch"),
        (2, 16, "first-author-mismatch"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "As Smith and colleagues put it, it was tested.",
        "Smith and colleagues (2010) tested it.",
        "Smith and Keefe, or Smith and colleagues, tested it.",
    ],
)
def test_practice_implications_and_the_blurb_may_speak_of_another_study(text: str) -> None:
    summary = summary_of(KEEFE)._replace(blurb=Passage(text, "1-doe.md"), implications=parse_text(text, "1-doe.md")[0])

    assert list(first_author_problems(summary)) == []


def test_ordinals_read_as_words_up_to_ten() -> None:
    assert [ordinal(one) for one in (1, 3, 10, 11, 12, 21, 22, 23, 111)] == [
        "first", "third", "tenth", "11th", "12th", "21st", "22nd", "23rd", "111th"
    ]  # fmt: skip


OWN = {
    "given-name": ("Tasca, G. A.", "Giorgio A. Tasca", True),
    "with-a-degree": ("Tasca, G. A.", "Giorgio A. Tasca, PhD, C.Psych.", True),
    "with-a-title": ("Tasca, G. A.", "Dr. Giorgio Tasca", True),
    "professor": ("Tasca, G. A.", "Professor Giorgio Tasca (Ottawa)", True),
    "turned-round-in-full": ("Tasca, G. A.", "Tasca, Giorgio", True),
    "turned-round": ("Tasca, G. A.", "Tasca, G. A.", True),
    "one-of-two": ("Tasca, G. A.", "Jane Doe and Giorgio Tasca", True),
    "ampersand": ("Tasca, G. A.", "Jane Doe & G. Tasca", True),
    "particles": ("van der Kolk, B. A.", "Bessel van der Kolk", True),
    "umlaut": ("Müller, A.", "Anna Müller", True),
    "entity": ("M&uuml;ller, A.", "Anna Müller", True),
    "umlaut-spelled-out": ("Müller, T. R.", "Tina Mueller", True),
    "umlaut-spelled-out-in-the-citation": ("Mueller, T. R.", "Tina Müller", True),
    "umlaut-left-out": ("Muller, T. R.", "Tina Müller", True),
    "umlaut-spelled-out-entity": ("M&uuml;ller, T. R.", "Tina Mueller, PhD", True),
    "umlaut-of-two-characters": ("Mu\u0308ller, T. R.", "Tina Mueller", True),
    "umlaut-o": ("Schön, T.", "Tina Schoen", True),
    "umlaut-a": ("Jäger, T.", "Tina Jaeger", True),
    "umlaut-capital": ("Ökten, Ü.", "Uemit Oekten", True),
    "norse": ("Østergaard, K.", "Karl Oestergaard", True),
    "norse-ae": ("Kjær, K.", "Karl Kjaer", True),
    "umlaut-and-another-initial": ("Müller, A. R.", "Tina Mueller", False),
    "no-umlaut-at-all": ("Do, J.", "Jane Doe", False),
    "other-initial": ("Tasca, M.", "Giorgio A. Tasca", False),
    "part-of-a-name": ("Tascani, G. A.", "Giorgio Tasca", False),
    "family-alone": ("Tasca, G. A.", "Tasca", False),
    "the-editor": ("Tasca, G. A.", "The editor", False),
    "nobody": ("Tasca, G. A.", "", False),
}


@pytest.mark.parametrize(("author", "writers", "is_own"), OWN.values(), ids=OWN)
def test_a_writer_is_an_author_by_family_and_first_initial(author: str, writers: str, is_own: bool) -> None:  # noqa: FBT001
    found = own_author(summary_of(f"Roe, R., & {author} (2019). On."), writers)

    assert (found.at if found else None) == (11 if is_own else None)


BODIES = st.lists(
    st.sampled_from(
        [
            "Smith",
            "Keefe",
            "Van",
            "der",
            "I",
            "’s",
            " and colleagues",
            ", and her team",
            ", & co-authors",
            " et al.",
            ". ",
            ", ",
            "(2010)",
            "\n",
            "*",
            "“",
            "İ",
            " ",
        ]
    )
).map("".join)


@settings(derandomize=True, deadline=None)
@given(st.one_of(st.text(), BODIES), st.text())
def test_no_text_is_too_odd_to_be_judged(body: str, writers: str) -> None:
    assert len(told(body)) <= 1
    own_author(summary_of(KEEFE), writers)
