"""Words that make a person a disorder, or that blame (APA 7, 5.4 and 5.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

# By a part of the word that is rare, so that a text is looked through nine times and not for each word
_PEOPLE = {
    "ics": {
        "schizophrenics": "people with schizophrenia",
        "anorexics": "people with anorexia nervosa",
        "bulimics": "people with bulimia nervosa",
        "alcoholics": "people with alcohol use disorder",
        "psychotics": "people with psychosis",
        "neurotics": "people with neurotic symptoms",
        "autistics": "autistic people",
        "epileptics": "people with epilepsy",
        "diabetics": "people with diabetes",
    },
    "addicts": {
        "addicts": "people with a substance use disorder",
    },
    "abusers": {
        "drug abusers": "people who use drugs",
        "substance abusers": "people with a substance use disorder",
    },
    "borderlines": {
        "borderlines": "people with borderline personality disorder",
    },
    "narcissists": {
        "narcissists": "people with narcissistic personality disorder",
    },
    "depressives": {
        "depressives": "people with depression",
    },
    "ally ": {
        "the mentally ill": "people with a mental illness",
        "the mentally retarded": "people with an intellectual disability",
    },
    "wheelchair": {
        "wheelchair-bound": "who uses a wheelchair",
    },
    "suicide": {
        "commit suicide": "die by suicide",
        "commits suicide": "dies by suicide",
        "committed suicide": "died by suicide",
        "committing suicide": "dying by suicide",
        "successful suicide": "suicide",
        "failed suicide": "suicide attempt",
    },
}


# Between these, the word is another's
_QUOTES = frozenset("“”‘’\"'")


def person_problems(wording: Wording) -> Iterator[Problem]:
    """Each such word, with another for it."""
    text = wording.small.replace("\u00a0", " ")
    words = [pair for part, words in _PEOPLE.items() if part in text for pair in words.items()]
    for word, better in words:
        at = text.find(word)
        while at >= 0:
            end = at + len(word)
            if not (text[at - 1 : at].isalnum() or text[at - 1 : at] == "-" or text[end : end + 1].isalnum()) and (
                not text.startswith((" anonymous", " prevention"), end)
                and not (text[at - 1 : at] in _QUOTES and text[end : end + 1] in _QUOTES)
            ):
                message = f"{wording.text[at:end]!r} names people by a disorder, or blames them"
                yield wording.problem("person-first", at, message, f"write {better!r}")
            at = text.find(word, end)
