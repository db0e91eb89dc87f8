from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.errors import PprmailError
from pprmail.render.templates import packaged_folder
from pprmail.render.words import _fields_of, _fill_in, load_words
from pprmail.tables import read_tables

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.render.words import Words

SHOWN = "templates/words.en.toml"


def french(newsletter: Newsletter) -> Words:
    newsletter.change_settings("[newsletter]", '[newsletter]\nlanguage = "fr-CA"')
    return load_words(newsletter.settings)


def refusal(newsletter: Newsletter, words: str) -> str:
    newsletter.write("templates/words.en.toml", words)
    with pytest.raises(PprmailError) as caught:
        load_words(newsletter.settings)
    return str(caught.value)


def test_both_catalogues_have_the_same_words_filled_in_alike() -> None:
    english, french_words = (
        read_tables(packaged_folder() / f"words.{language}.toml", language)[0] for language in ("en", "fr")
    )

    def shape(tables: dict[str, dict[str, object]]) -> dict[tuple[str, str], object]:
        return {
            (table, key): _fields_of(phrase) if isinstance(phrase, str) else len(list(phrase))  # type: ignore[call-overload]
            for table, phrases in tables.items()
            for key, phrase in phrases.items()
        }

    assert shape(french_words) == shape(english)


def test_what_is_fixed_of_the_newsletter_is_filled_in(newsletter: Newsletter) -> None:
    words = load_words(newsletter.settings)

    assert words.mail.unsubscribe_from == "Unsubscribe from PPRNet Blog"
    assert words.issue.minutes.format(minutes=3) == "3 min read"


def test_dates_and_lists_are_said_as_the_language_says_them(newsletter: Newsletter) -> None:
    english = load_words(newsletter.settings)
    other = french(newsletter)

    assert [words.month("2020-08") for words in (english, other)] == ["August 2020", "août 2020"]
    assert [words.day(date(2020, 8, 1)) for words in (english, other)] == ["1 August 2020", "1er août 2020"]
    assert [words.join(("a", "b", "c")) for words in (english, other)] == ["a, b, and c", "a, b et c"]
    assert [words.join(("a", "b")) for words in (english, other)] == ["a and b", "a et b"]
    assert english.join(("a",)) == "a"
    assert english.join(()) == ""


def test_the_author_changes_single_words(newsletter: Newsletter) -> None:
    newsletter.write("templates/words.en.toml", '[mail]\nsubscribe = "Get your own"\n')

    words = load_words(newsletter.settings)

    assert (words.mail.subscribe, words.mail.contact) == ("Get your own", "Contact us")


def test_another_language_needs_words(newsletter: Newsletter) -> None:
    newsletter.change_settings("[newsletter]", '[newsletter]\nlanguage = "de"')

    with pytest.raises(PprmailError) as caught:
        load_words(newsletter.settings)

    assert str(caught.value) == (
        "pprmail.toml:2: 'language' under [newsletter] is 'de', and there are words for en and fr; "
        "write the others into templates/words.de.toml, which words.en.toml shows how to"
    )


def test_the_words_of_a_country_stand_over_those_of_its_language(newsletter: Newsletter) -> None:
    newsletter.change_settings("[newsletter]", '[newsletter]\nlanguage = "fr-CA"')
    newsletter.write("templates/words.fr.toml", '[mail]\nsubscribe = "Vous abonner"\ncontact = "Nous joindre"\n')
    newsletter.write("templates/words.fr-CA.toml", '[mail]\nsubscribe = "S’inscrire"\n')

    words = load_words(newsletter.settings)

    assert (words.mail.subscribe, words.mail.contact) == ("S’inscrire", "Nous joindre")


def test_a_phrase_written_over_several_lines_is_one_line(newsletter: Newsletter) -> None:
    newsletter.write("templates/words.en.toml", '[mail]\nsubscribe = """\nGet your\n  own\n"""\n')

    assert load_words(newsletter.settings).mail.subscribe == "Get your own"


def test_a_language_of_the_authors_own_takes_english_for_what_it_lacks(newsletter: Newsletter) -> None:
    newsletter.change_settings("[newsletter]", '[newsletter]\nlanguage = "de"')
    newsletter.write("templates/words.de.toml", '[mail]\nsubscribe = "Abonnieren"\n')

    words = load_words(newsletter.settings)

    assert (words.mail.subscribe, words.mail.contact) == ("Abonnieren", "Contact us")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[mial]\n", "templates/words.en.toml:1: unknown table [mial]; did you mean 'mail'?"),
        ("[mail]\n\nsubscrbe = 'x'\n", "templates/words.en.toml:3: unknown word 'subscrbe'; did you mean 'subscribe'?"),
        ("[mail]\nsubscribe = 1\n", "templates/words.en.toml:2: 'subscribe' must be a text in quotes"),
        ("[mail]\nsubscribe = ' '\n", "templates/words.en.toml:2: 'subscribe' must be a text in quotes"),
        ("[dates]\nmonths = ['a']\n", "templates/words.en.toml:2: 'months' must be a list of 12 texts"),
        (
            "[issue]\nminutes = '{minuts} min'\n",
            "templates/words.en.toml:2: 'minutes' has {minuts}, which is not filled in there; what is: {minutes}",
        ),
        (
            "[issue]\nminutes = '{minutes:>3} min'\n",
            "templates/words.en.toml:2: 'minutes' has {minutes:>3}, which is not filled in there; what is: {minutes}",
        ),
        (
            "[mail]\ncontact = 'Us {'\n",
            f"{SHOWN}:2: 'contact' has a brace that is not closed (Single '{{' encountered in format string); write {{{{ and }}}} for braces that are meant",
        ),
        ("[dates]\nmonths = ['', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l']\n", f"{SHOWN}:2: 'months' must be a list of 12 texts"),
        ("\nmail = 'x'\n", f"{SHOWN}:2: 'mail' is no table here; write [mail] on a line of its own, and its keys below it"),
        ('[mail]\ncontact = "A\\u0007"\n', f"{SHOWN}:2: 'contact' holds U+0007, which no mail may carry or which turns the text around; delete it"),
        ("[mail]\ncontact = '%%pprmail_name_html%%'\n", f"{SHOWN}:2: 'contact' holds one of the mail's own marks (%%pprmail_…); take it out"),
        ("[mail]\n[mail]\n", f"{SHOWN}:2:6: error: is not TOML: Cannot declare ('mail',) twice; put quotes around texts, and one key = value on a line"),
    ],
)  # fmt: skip
def test_words_that_cannot_be_are_told_with_their_line(newsletter: Newsletter, text: str, sentence: str) -> None:
    assert refusal(newsletter, text) == sentence


@given(st.text(), st.text())
def test_braces_that_are_meant_survive_both_fillings(title: str, name: str) -> None:
    once = _fill_in("{newsletter} {{x}}", {"newsletter": title})
    twice = _fill_in("{newsletter} {{x}} {name}", {"newsletter": title}).format(name=name)

    assert once == f"{title} {{x}}"
    assert twice == f"{title} {{x}} {name}"
