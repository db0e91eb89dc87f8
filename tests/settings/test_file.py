from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import SETTINGS, Newsletter
from pprmail.errors import FaultsError, PprmailError
from pprmail.settings import FILE_NAME, check_base_url, find_root, load_settings
from pprmail.settings.values import TABLES

if TYPE_CHECKING:
    from pathlib import Path

REQUIRED = """\
[newsletter]
id = "pprnet"
title = "PPRNet Blog"
author = "The editor"
base_url = "https://blog.example.org/"
tag_authority = "blog.example.org,2013"
[sender]
name = "PPRNet Blog"
address = "newsletter@example.org"
organisation = "Network"
contact_url = "https://blog.example.org/about/"
[unsubscribe]
service_url = "https://lists.example.org//"
mailto = "unsubscribe@example.org"
"""

# The contract's table of keys: all but [newsletter] and [sender] have these defaults
DEFAULTS: dict[str, dict[str, Any]] = {
    "newsletter": {
        "id": "pprnet",
        "title": "PPRNet Blog",
        "description": "",
        "introduction": "",
        "language": "en",
        "timezone": "America/Toronto",
        "author": "The editor",
        "base_url": "https://blog.example.org",
        "tag_authority": "blog.example.org,2013",
    },
    "sender": {
        "name": "PPRNet Blog",
        "address": "newsletter@example.org",
        "reply_to": "",
        "organisation": "Network",
        "postal_address": "",
        "contact_url": "https://blog.example.org/about/",
    },
    "subscribers": {"file": "subscribers.csv", "encoding": "", "require_consent": False},
    "unsubscribe": {
        "owner": "service",
        "service_url": "https://lists.example.org",
        "mailto": "unsubscribe@example.org",
    },
    "delivery": {
        "provider": "outbox",
        "batch_size": 500,
        "max_per_minute": 0,
        "max_per_hour": 0,
        "max_per_day": 0,
        "database": "sqlite:///.pprmail/state.db",
    },
    "outbox": {"folder": "outbox"},
    "smtp": {
        "host": "localhost",
        "port": 25,
        "security": "starttls",
        "username": "",
        "token_command": "",
        "envelope_sender": "",
    },
    "sendgrid": {"host": "https://api.sendgrid.com", "workers": 4, "timeout_seconds": 60},
    "vocabulary": {
        "topics": (),
        "types_of_research": ("Meta-analysis", "Randomized controlled trial", "Practice-based study", "Review"),
        "aliases": {},
    },
    "check": {
        "disable": (),
        "enable": (),
        "abbreviations": ("CI", "SE", "SD", "OR", "RR", "HR"),
        "retractions": "",
        "crossref_mailto": "",
    },
    "archive": {"emails": "show", "websub_hub": "", "redirects": {}},
    "publish": {"folder": "", "command": "", "verify": False},
    "preview": {"test_addresses": ()},
}


@pytest.fixture
def letter(tmp_path: Path) -> Newsletter:
    made = Newsletter(tmp_path)
    made.write(FILE_NAME, REQUIRED)
    return made


def faults(letter: Newsletter, text: str) -> list[str]:
    """What is wrong with ``text`` as the settings."""
    letter.write(FILE_NAME, text)
    with pytest.raises(FaultsError) as stopped:
        load_settings(letter.root)
    assert str(stopped.value) == "nothing was done: mend pprmail.toml first"
    return [str(one) for one in stopped.value.problems]


def told_lines(letter: Newsletter) -> list[int]:
    """The lines of the faults that the settings hold; ``PprmailError`` when they cannot be read at all."""
    try:
        load_settings(letter.root)
    except FaultsError as stopped:
        return [one.line for one in stopped.problems]
    return []


def test_every_key_that_is_left_out_has_the_contracts_default(letter: Newsletter) -> None:
    loaded = load_settings(letter.root)

    parts: list[Any] = [
        loaded.newsletter,
        loaded.sender,
        loaded.unsubscribe,
        loaded.subscribers,
        loaded.delivery,
        loaded.outbox,
    ]
    parts += [loaded.smtp, loaded.sendgrid, loaded.vocabulary_settings, loaded.check, loaded.archive]
    parts += [loaded.publish, loaded.preview]
    tables = {name: part._asdict() for name, part in zip(TABLES, parts, strict=True)}
    assert tables == DEFAULTS
    assert loaded.root == letter.root


def as_toml(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case tuple():
            return f"[{', '.join(as_toml(one) for one in value)}]"
        case dict():
            return "{}"
        case str():
            return f'"{value}"'
        case _:
            return str(value)


def test_every_key_can_be_written(letter: Newsletter) -> None:
    before = load_settings(letter.root)
    letter.write(
        FILE_NAME,
        "".join(
            f"[{table}]\n" + "".join(f"{key} = {as_toml(value)}\n" for key, value in keys.items())
            for table, keys in DEFAULTS.items()
        ),
    )

    assert load_settings(letter.root) == before


def test_the_vocabulary_the_time_zone_and_the_addresses_are_ready_to_use(letter: Newsletter) -> None:
    letter.write(
        FILE_NAME, "\ufeff" + REQUIRED + '[vocabulary]\ntopics = ["Adherence"]\naliases = {"Adherance" = "Adherence"}\n'
    )

    loaded = load_settings(letter.root)

    assert loaded.vocabulary.find_topic("ADHERANCE") == "Adherence"
    assert loaded.vocabulary.find_type("review") == "Review"
    assert loaded.newsletter.zone.key == "America/Toronto"
    assert loaded.newsletter.url("2020-08/") == "https://blog.example.org/2020-08/"
    assert loaded.state_folder == letter.root / ".pprmail"


UNKNOWN = {
    "key": ("[delivery]\nbatch_sise = 5", "16:1", "unknown key 'batch_sise' in [delivery]; did you mean 'batch_size'?"),
    "key-far-from-all": ("[delivery]\n\nzz = 5", "17:1", "unknown key 'zz' in [delivery]"),
    "quoted-key": (
        '[delivery]\n"batch_sise" = 5',
        "16:1",
        "unknown key 'batch_sise' in [delivery]; did you mean 'batch_size'?",
    ),
    "table": ("\n [ delivry ] # ours\nx = 1", "16:1", "unknown table [delivry]; did you mean 'delivery'?"),
    "inner-table": ("[delivery]\n[delivery.outbox]\nx = 1", "16:1", "unknown key 'outbox' in [delivery]"),
}


@pytest.mark.parametrize(("text", "place", "sentence"), UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_key_is_told_at_its_line_with_the_nearest(
    letter: Newsletter, text: str, place: str, sentence: str
) -> None:
    assert faults(letter, REQUIRED + text) == [f"pprmail.toml:{place}: error: {sentence} [settings]"]


def test_a_key_outside_any_table_is_told(letter: Newsletter) -> None:
    assert faults(letter, 'sendr = "x"\n' + REQUIRED) == [
        "pprmail.toml:1:1: error: unknown key 'sendr' outside any table; did you mean 'sender'? [settings]"
    ]


TYPES = {
    "text-for-number": ('[delivery]\nbatch_size = "5"', "'batch_size' in [delivery] must be a whole number"),
    "fraction-for-number": ("[delivery]\nbatch_size = 5.0", "'batch_size' in [delivery] must be a whole number"),
    "truth-for-number": ("[delivery]\nbatch_size = true", "'batch_size' in [delivery] must be a whole number"),
    "number-for-truth": (
        "[subscribers]\nrequire_consent = 1",
        "'require_consent' in [subscribers] must be true or false",
    ),
    "text-for-truth": (
        '[subscribers]\nrequire_consent = "no"',
        "'require_consent' in [subscribers] must be true or false",
    ),
    "number-for-text": ("[smtp]\nhost = 1", "'host' in [smtp] must be a text in quotes"),
    "date-for-text": ("[smtp]\nhost = 2020-08-14", "'host' in [smtp] must be a text in quotes"),
    "text-for-list": ('[check]\ndisable = "x"', "'disable' in [check] must be a list of texts"),
    "list-of-numbers": ("[check]\ndisable = [1]", "'disable' in [check] must be a list of texts"),
    "list-for-table": ("[archive]\nredirects = []", "'redirects' in [archive] must be a table of texts"),
    "table-of-numbers": ('[vocabulary.aliases]\n"x" = 1', "'aliases' in [vocabulary] must be a table of texts"),
}


@pytest.mark.parametrize(("text", "sentence"), TYPES.values(), ids=TYPES)
def test_a_value_of_the_wrong_type_is_told_at_its_line(letter: Newsletter, text: str, sentence: str) -> None:
    line = 15 if "aliases" in text else 16
    assert faults(letter, REQUIRED + text) == [f"pprmail.toml:{line}:1: error: {sentence} [settings]"]


def test_a_value_in_place_of_a_table_is_told(letter: Newsletter) -> None:
    assert faults(letter, 'delivery = "outbox"\n' + REQUIRED) == [
        "pprmail.toml:1:1: error: 'delivery' is a table; write [delivery] on a line of its own [settings]"
    ]


def test_everything_missing_is_told_at_once(letter: Newsletter) -> None:
    missing = [
        *(("newsletter", key) for key in ("author", "base_url", "id", "tag_authority", "title")),
        *(("sender", key) for key in ("address", "contact_url", "name", "organisation")),
    ]

    found = faults(letter, "")

    assert len(found) == len(missing) + 2
    for table, key in missing:
        assert f"pprmail.toml:1:1: error: [{table}] has no {key!r}; add {key} = … under [{table}] [settings]" in found


def test_lines_within_a_long_text_are_no_keys(letter: Newsletter) -> None:
    long_text = 'introduction = """\n[about](https://x.org)\nlanguage = x\n"""\nlanguage = "?"\n'

    found = faults(letter, REQUIRED.replace("[sender]", f"{long_text}[sender]"))

    assert found == [
        (
            "pprmail.toml:11:1: error: 'language' in [newsletter] is '?'; "
            "write a language tag such as en or fr-CA [settings]"
        )
    ]


NOT_TOML = {
    "no-quotes": (b'[newsletter]\nid = "x"\ntitle = PPRNet\n', "pprmail.toml:3:9: error: is not TOML: Invalid value"),
    "key-twice": (b"[a]\nx = 1\nx = 2\n", "pprmail.toml:3:6: error: is not TOML: Cannot overwrite a value"),
    "at-the-end": (b'[a]\nx = "', "pprmail.toml:1:1: error: is not TOML: Unterminated string"),
    "long-number": (b"x = " + b"1" * 5000, "pprmail.toml:1:1: error: is not TOML: Exceeds the limit"),
    "deep": (b"x = " + b"[" * 5000, "pprmail.toml:1:1: error: is not TOML: "),
    "latin-1": (b"[a]\nx = '\xe9'", "pprmail.toml: is not UTF-8 (byte 10); save it again as UTF-8"),
}


@pytest.mark.parametrize(("content", "sentence"), NOT_TOML.values(), ids=NOT_TOML)
def test_what_is_no_toml_gives_a_sentence_with_its_place(letter: Newsletter, content: bytes, sentence: str) -> None:
    letter.write(FILE_NAME, content)

    with pytest.raises(PprmailError) as stopped:
        load_settings(letter.root)

    assert str(stopped.value).startswith(sentence)


LINES = st.lists(
    st.sampled_from([*SETTINGS.splitlines(), "[check]", 'x = "', "id = 1", '"""', "[[delivery]]"]), max_size=30
)


@settings(
    deadline=None, derandomize=True, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(st.binary(max_size=40), LINES.map(lambda lines: "\n".join(lines).encode())))
def test_any_file_gives_settings_or_sentences_with_lines_of_it(letter: Newsletter, content: bytes) -> None:
    letter.write(FILE_NAME, content)

    lines = [1]
    with suppress(PprmailError):
        lines += told_lines(letter)

    assert all(1 <= line <= content.count(b"\n") + 1 for line in lines)


def test_the_root_is_found_upwards(letter: Newsletter) -> None:
    inner = letter.write("issues/2020-08/issue.md", "").parent

    assert find_root(inner) == letter.root
    assert find_root(letter.root) == letter.root


def test_without_a_root_the_sentence_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(PprmailError, match=r"no pprmail\.toml in .* or above it; .* start one with 'pprmail init DIR'"):
        find_root(tmp_path)


def test_settings_that_are_not_there_give_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PprmailError, match=r"pprmail\.toml: cannot be read \(No such file"):
        load_settings(tmp_path)


def test_a_base_url_given_elsewhere_is_held_to_the_same() -> None:
    assert check_base_url("https://x.org/a//") == "https://x.org/a"
    assert check_base_url("http://localhost:8000/") == "http://localhost:8000"
    with pytest.raises(PprmailError) as stopped:
        check_base_url("http://x.org")
    assert str(stopped.value) == (
        "--base-url 'http://x.org': which begins with http://; use https:// (http is for this machine alone)"
    )


def test_the_database_stands_in_the_root_and_the_environment_goes_before(
    letter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load_settings(letter.root)

    monkeypatch.delenv("PPRMAIL_DATABASE", raising=False)
    assert loaded.database_url == f"sqlite:///{letter.root / '.pprmail/state.db'}"
    monkeypatch.setenv("PPRMAIL_DATABASE", "sqlite:////tmp/other.db")
    assert loaded.database_url == "sqlite:////tmp/other.db"
    monkeypatch.setenv("PPRMAIL_DATABASE", "oracle://secret@x")
    with pytest.raises(PprmailError) as stopped:
        _ = loaded.database_url
    assert "secret" not in str(stopped.value)


def test_the_secret_key_is_the_environments_or_empty(letter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load_settings(letter.root)

    monkeypatch.delenv("PPRMAIL_SECRET_KEY", raising=False)
    assert loaded.secret_key == ""
    monkeypatch.setenv("PPRMAIL_SECRET_KEY", "k")
    assert loaded.secret_key == "k"


@pytest.mark.parametrize(
    ("variable", "key"),
    [("PPRMAIL_SMTP_PASSWORD", "smtp_password"), ("SENDGRID_API_KEY", "sendgrid_api_key")],
    ids=["smtp", "sendgrid"],
)
def test_secrets_of_providers_come_from_the_environment_alone(
    newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch, variable: str, key: str
) -> None:
    settings = newsletter.settings
    monkeypatch.delenv(variable, raising=False)
    without = getattr(settings, key)

    monkeypatch.setenv(variable, "pässword")

    assert (without, getattr(settings, key)) == ("", "pässword")
