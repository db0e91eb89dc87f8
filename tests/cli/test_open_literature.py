from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import summary_text
from pprmail.cli import App
from pprmail.cli.literature import open_list, open_literature
from pprmail.editorial.silencing import silence
from pprmail.errors import PprmailError
from pprmail.manuscript.issue import load_issue
from registers.crossref_host import RETRACTION as RETRACTED
from registers.crossref_host import CrossrefHost, Reply, work
from registers.retraction_rows import row, write_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Newsletter
    from pprmail.cli.literature import Literature
    from pprmail.errors import Problem

DOI, OTHER = "10.1037/pst0000001", "10.1037/pst0000002"
CITATION = "Doe, J., & Roe, R. (2019). On therapy. *Psychotherapy*, *53*(1), 90–104."


@pytest.fixture
def cited(newsletter: Newsletter) -> Newsletter:
    """A newsletter whose first summary has a DOI, and whose second has none."""
    newsletter.write("issues/2020-08/1-doe.md", summary_text(DOI=DOI, Citation=CITATION))
    return newsletter


@pytest.fixture
def crossref(monkeypatch: pytest.MonkeyPatch) -> Iterator[CrossrefHost]:
    """A Crossref on the loopback, which ``--online`` asks."""
    with CrossrefHost(work(DOI)) as host:
        monkeypatch.setattr("pprmail.registers.crossref.HOST", host.url)
        monkeypatch.setattr("time.sleep", lambda _: None)
        yield host


def app(newsletter: Newsletter) -> App:
    return App(newsletter.root)


def problems(newsletter: Newsletter, literature: Literature | None, key: str = "2020-08") -> tuple[Problem, ...]:
    assert literature
    return literature.problems(load_issue(newsletter.settings, key)[0])


def with_address(newsletter: Newsletter) -> None:
    newsletter.write(
        "pprmail.toml",
        (newsletter.root / "pprmail.toml").read_bytes() + b'[check]\ncrossref_mailto = "e@example.org"\n',
    )


def with_list(newsletter: Newsletter, *rows: str) -> Path:
    path = write_list(newsletter.root / "lists/rw.csv", *rows)
    newsletter.write(
        "pprmail.toml", (newsletter.root / "pprmail.toml").read_bytes() + b'[check]\nretractions = "lists/rw.csv"\n'
    )
    return path


def test_without_option_and_setting_nothing_is_looked_up(cited: Newsletter) -> None:
    with open_literature(app(cited)) as literature:
        assert literature is None
    assert not (cited.root / ".pprmail").exists()


def test_the_list_of_the_settings_is_looked_up(cited: Newsletter) -> None:
    path = with_list(cited, row())

    with open_literature(app(cited)) as literature:
        found = problems(cited, literature)
        assert literature
        (line,) = literature.notices()

    assert [(one.path, one.line, one.severity, one.rule) for one in found] == [
        ("issues/2020-08/1-doe.md", 6, "error", "retracted")
    ]
    listing = open_list(app(cited), None)
    assert listing
    assert listing.path == path
    assert line == (
        f"retractions: rw.csv, 1 row, newest 2021-03-01, sha256 {listing.sha256[:12]}; 1 source looked up, 1 without a DOI"
    )


def test_the_option_wins_and_is_relative_to_the_working_folder(
    cited: Newsletter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_list(cited, row())
    write_list(
        tmp_path / "here/other.csv",
        *(row(OriginalPaperDOI=OTHER, RetractionDate="") for _ in range(1200)),
        "cut,short\r\n",
    )
    monkeypatch.chdir(tmp_path / "here")

    with open_literature(app(cited), retractions=Path("other.csv")) as literature:
        assert problems(cited, literature) == ()
        assert literature
        (line,) = literature.notices()

    assert line.startswith("retractions: other.csv, 1,201 rows, 1 of them cut short, without dates, sha256 ")


def test_a_list_that_is_not_there_stops_the_command(cited: Newsletter, tmp_path: Path) -> None:
    with (
        pytest.raises(PprmailError, match="there is no such file"),
        open_literature(app(cited), retractions=tmp_path / "no"),
    ):
        pass


def test_an_issue_that_went_out_with_a_source_retracted_since_is_named(cited: Newsletter) -> None:
    with_list(cited, row())
    receipt = {"sealed": datetime(2020, 8, 14, 12, tzinfo=UTC).isoformat(), "slugs": {"1-doe.md": "does-therapy-help"}}
    cited.write("issues/2020-08/receipt.json", json.dumps(receipt))

    with open_literature(app(cited)) as literature:
        (found,) = problems(cited, literature)

    assert found.message.endswith(", and the summary went out on 2020-08-14")
    assert found.hint == "add the header 'Retracted: 2021-03-01 10.1037/n1', so that site and feeds say so"


def test_what_is_found_can_be_silenced_in_its_file(cited: Newsletter) -> None:
    with_list(cited, row())
    cited.write(
        "issues/2020-08/1-doe.md", "Check-ok: retracted because it is about this very affair\n" + summary_text(DOI=DOI)
    )
    issue = load_issue(cited.settings, "2020-08")[0]

    with open_literature(app(cited)) as literature:
        found = problems(cited, literature)

    assert [one.rule for one in found] == ["retracted"]
    assert silence(found, issue, (), ()) == ()


def test_online_asks_crossref_once_a_week(cited: Newsletter, crossref: CrossrefHost) -> None:
    with_address(cited)
    crossref.works[DOI] = work(DOI, updated_by=[RETRACTED], issued={"date-parts": [[2017]]}, title=["Of bees"])

    for _ in range(2):
        with open_literature(app(cited), online=True) as literature:
            found = problems(cited, literature)
            assert literature
            assert list(literature.notices()) == ["Crossref: 1 source looked up, 1 without a DOI"]
            assert list(literature.warnings()) == []

    assert [one.rule for one in found] == ["citation-mismatch", "retracted"]
    assert found[0].message == f"Crossref holds {DOI} under the title ‘Of bees’, the citation says ‘On therapy’"
    assert crossref.asked == ["/works/10.1037%2Fpst0000001?mailto=e@example.org"]


def test_what_list_and_crossref_know_is_told_once(cited: Newsletter, crossref: CrossrefHost) -> None:
    with_address(cited)
    crossref.works[DOI] = work(DOI, updated_by=[RETRACTED])

    with open_literature(app(cited), retractions=write_list(cited.root / "rw.csv", row()), online=True) as literature:
        (found,) = problems(cited, literature)
        assert literature
        assert len(list(literature.notices())) == 2

    assert "Error in Data" in found.message


def test_a_doi_that_crossref_does_not_know_is_told(cited: Newsletter, crossref: CrossrefHost) -> None:
    with_address(cited)
    crossref.works.clear()

    with open_literature(app(cited), online=True) as literature:
        (found,) = problems(cited, literature)

    assert (found.rule, found.severity) == ("citation-mismatch", "warning")


def test_what_crossref_did_not_say_is_a_warning_with_its_reason(cited: Newsletter, crossref: CrossrefHost) -> None:
    with_address(cited)
    cited.write("issues/2020-08/2-poe.md", summary_text("Does It Last?", DOI=OTHER))
    crossref.always = Reply(500)

    with open_literature(app(cited), online=True) as literature:
        assert problems(cited, literature) == ()
        assert literature
        host = crossref.url.removeprefix("http://")
        assert list(literature.warnings()) == [
            f"Crossref said nothing of {DOI}, {OTHER}: {host} answers 500; run this again later"
        ]
        assert list(literature.notices()) == ["Crossref: 2 sources looked up, 0 without a DOI, 2 without an answer"]


def test_online_without_an_address_stops_the_command(cited: Newsletter, crossref: CrossrefHost) -> None:
    with pytest.raises(PprmailError, match="crossref_mailto"), open_literature(app(cited), online=True):
        pass
    assert crossref.asked == []
