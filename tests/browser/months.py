"""Two months that nobody would write and everything must bear: eight long summaries, and one in French with odd characters."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from conftest import ROOT, Newsletter

if TYPE_CHECKING:
    from pathlib import Path

SUMMARY_WORDS = 450
_SENTENCES = (
    "The authors followed {n} patients in {m} clinics, and asked each of them after every session how the work had gone.",
    "At the end of treatment the difference between the two groups was moderate (*d* = 0.{n}, 95% CI [0.1{k}, 0.9{k}]).",
    "Those who came to fewer than {k} sessions did no better than those who waited, χ²(1, *N* = {n}) = 5.{m}, *p* = .0{m}.",
    "Therapists differed from one another, and that difference accounted for {k} % of the outcome.",
    "None of this was true of the {m} patients who had left before the third session.",
    "It remains open whether the same would hold in a practice where nobody is paid to measure anything.",
    "The R&D budget was small: M<SD and SD>3 on two of the scales, with *r* = −.{n} between them.",
    "A year later, {n} of the {n}0 who could be reached had kept what they had gained.",
    "Most of the studies relied on what patients said of themselves, which is not the same as what others see.",
    "When the alliance was strong in the first weeks, later outcome was better, and the reverse was seen less often.",
)


def copy_of_sample(root: Path) -> Newsletter:
    """The repository's own newsletter, copied into the folder ``root``."""
    shutil.copy(ROOT / "pprmail.toml", root)
    shutil.copytree(ROOT / "issues", root / "issues")
    return Newsletter(root)


def eight_summaries(newsletter: Newsletter, key: str) -> None:
    """Put a month of eight summaries, each of 450 words or a few more, into ``newsletter``."""
    newsletter.write(f"issues/{key}/issue.md", f"Month: {key}\n")
    for number in range(1, 9):
        newsletter.write(f"issues/{key}/{number}-study.md", _study(number))


def _study(number: int) -> str:
    paragraphs = _paragraphs(number, SUMMARY_WORDS - 70)
    return (
        f"Title: What Does Study Number {number} Tell Clinicians About Its Question?\n"
        f"Blurb: the question of study {number}\n"
        f"Citation: Writer, A. B., & Other, C. D. (201{number}). On question {number}: A study of practice. "
        f"*Journal of Practice*, *{number}*(2), 1{number}–2{number}.\n"
        f"DOI: 10.1000/study.{number}\n"
        "Topics: Common Factors; Client Factors\n"
        "Type of Research: Practice-based study\n\n"
        f"{paragraphs}\n\n## Practice Implications\n\n{_paragraphs(number + 3, 70)}\n"
    )


def _paragraphs(start: int, words: int) -> str:
    """Paragraphs of five sentences, of ``words`` words or up to one sentence more."""
    sentences: list[str] = []
    while sum(len(one.split()) for one in sentences) < words:
        at = start + len(sentences)
        sentences.append(_SENTENCES[at % len(_SENTENCES)].format(n=20 + at, m=11 + at % 9, k=2 + at % 7))
    return "\n\n".join(" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5))


LONG_TITLE = (
    "L’alliance thérapeutique prédit-elle vraiment l’issue des psychothérapies ? "
    "Une méta-analyse de 295 études menées dans 31 pays divers"
)
LONG_CITATION = (
    "Řezníčková, Ž., Haddad, N. (نور حدّاد), Cohen, Y. (יעל כהן), D’Août, É., & Müller-Weiß, J. (2018). *L’alliance, la rupture et "
    "la réparation : Étude d’un thérapeute & de ses pairs*. Dans P. Lefèvre & O. Grønn (dir.), *Manuel des processus* "
    "(3ᵉ éd., p. 214–259). Presses de l’Université d’Ottawa & Cie."
)


def in_french(newsletter: Newsletter, key: str) -> None:
    """Make ``newsletter`` French, with one month of odd characters, right-to-left names, and titles as long as they get."""
    assert len(LONG_TITLE) == 133
    assert len(LONG_CITATION) == 300
    newsletter.change_settings('language = "en"', 'language = "fr"')
    newsletter.write(
        f"issues/{key}/issue.md", f"Month: {key}\nDate: {key}-14\n\nUn mot de la rédaction : merci à נעמה et à فاطمة.\n"
    )
    newsletter.write(f"issues/{key}/1-rezn.md", _french_study(LONG_TITLE, LONG_CITATION))
    newsletter.write(
        f"issues/{key}/2-cohen.md",
        "Retracted: 2021-03-01 10.1000/avis\n"
        + _french_study(
            "מה קורה כשמטפלים מקשיבים? (Écouter, & après ?)", "Cohen, Y. (2019). *Écouter*. Presses de Montréal."
        ),
    )


def _french_study(title: str, citation: str) -> str:
    return (
        f"Title: {title}\nCitation: {citation}\nKind: chapter\n"
        "Topics: Alliance and Therapeutic Relationship; Empathy\nType of Research: Meta-analysis\n"
        "Author email: zofie.reznickova@universite.example\nSummary by: Žofie Řezníčková\n\n"
        "Trois résultats ressortent : l’effet est faible à modéré (*r* = .278, *p* < .0001), il varie d’un pays à l’autre "
        "(χ²(30) = 61,4 ; I² ≥ 45 %), et M<SD & SD>3 pour deux échelles. « Rien n’est simple », écrivent les auteurs ; ont-ils "
        "tort ?\n\n"
        "- Řezníčková : *d* = −0,31 ≤ *d* ≤ 0,12\n- نور حدّاد : β = .19 ± .04\n- יעל כהן : 10 % & plus\n\n"
        "Pour en savoir plus, voir [le protocole de l’étude](https://example.org/protocole?a=1&b=2).\n\n"
        "## Practice Implications\n\n"
        "Demander tôt, et souvent, comment va le travail commun : c’est là que se joue la suite.\n"
    )
