from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from conftest import summary_text
from registers.crossref_host import RETRACTION as RETRACTED
from registers.crossref_host import CrossrefHost, Reply, work
from registers.retraction_rows import row, write_list

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from subprocess import CompletedProcess

    from conftest import Newsletter

DOI, OTHER = "10.1037/pst0000001", "10.1037/pst0000002"
OF_REGISTERS = ("[retracted]", "[citation-mismatch]")
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


def problems(done: CompletedProcess[str]) -> list[str]:
    """The lines of a check that a register has to do with, without their path."""
    return [line.partition("1-doe.md:")[2] for line in done.stdout.splitlines() if line.endswith(OF_REGISTERS)]


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


RETRACTED_LINE = (
    "6:6: error: this article was retracted on 2021-03-01 (notice 10.1037/n1: Error in Data, Unreliable Results); take the summary out;"
    " once sent, add the header 'Retracted: 2021-03-01 10.1037/n1' [retracted]"
)


def test_without_option_and_setting_nothing_is_looked_up(cited: Newsletter) -> None:
    done = cited.call("check")

    assert problems(done) == []
    assert "looked up" not in done.stderr
    assert not list((cited.root / ".pprmail").glob("*.idx"))


def test_the_list_of_the_settings_is_looked_up(cited: Newsletter) -> None:
    sha256 = hashlib.sha256(with_list(cited, row()).read_bytes()).hexdigest()

    done = cited.call("check")

    assert problems(done) == [RETRACTED_LINE]
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == (
        f"retractions: rw.csv, 1 row, newest 2021-03-01, sha256 {sha256[:12]}; 1 source looked up, 1 without a DOI"
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

    done = cited.call("check", "--retractions", "other.csv")

    assert problems(done) == []
    assert done.stderr.startswith("retractions: other.csv, 1,201 rows, 1 of them cut short, without dates, sha256 ")


def test_a_list_that_is_not_there_stops_the_command(cited: Newsletter, tmp_path: Path) -> None:
    done = cited.call("check", "--retractions", str(tmp_path / "no"))

    assert (done.returncode, done.stdout) == (1, "")
    assert f"{tmp_path / 'no'}: there is no such file" in done.stderr


def test_an_issue_that_went_out_with_a_source_retracted_since_is_named(cited: Newsletter) -> None:
    with_list(cited, row())
    receipt = {"sealed": datetime(2020, 8, 14, 12, tzinfo=UTC).isoformat(), "slugs": {"1-doe.md": "does-therapy-help"}}
    cited.write("issues/2020-08/receipt.json", json.dumps(receipt))

    (line,) = problems(cited.call("check"))

    assert line.endswith(
        ", and the summary went out on 2020-08-14;"
        " add the header 'Retracted: 2021-03-01 10.1037/n1', so that site and feeds say so [retracted]"
    )


def test_what_is_found_can_be_silenced_in_its_file(cited: Newsletter) -> None:
    silencing = "Check-ok: retracted because it is about this very affair\n"
    cited.write("issues/2020-08/1-doe.md", silencing + summary_text(DOI=DOI))

    # Without a list nobody knows whether the line does something
    assert "retracted" not in cited.call("check").stdout
    with_list(cited, row())
    assert "retracted" not in cited.call("check").stdout


def test_a_retracted_source_is_neither_sent_nor_built(cited: Newsletter) -> None:
    with_list(cited, row())

    for done in (cited.call("send", "2020-08", "--yes"), cited.call("build")):
        assert done.returncode == 1
        assert "error: this article was retracted" in done.stderr
    assert not (cited.root / "build").exists()
    assert not (cited.root / "outbox").exists()


def test_a_build_notices_that_the_list_has_grown(cited: Newsletter) -> None:
    with_list(cited, row(OriginalPaperDOI=OTHER))
    assert cited.call("build").returncode == 0

    write_list(cited.root / "lists/rw.csv", row(OriginalPaperDOI=OTHER), row())
    assert cited.call("build").returncode == 1

    cited.write("issues/2020-08/1-doe.md", summary_text(DOI=DOI, Retracted="2021-03-01 10.1037/n1"))
    assert cited.call("build").returncode == 0


def test_a_send_that_goes_on_takes_no_retraction_for_a_change_of_files(cited: Newsletter) -> None:
    assert cited.call("send", "2020-08", "--yes").returncode == 0
    with_list(cited, row())

    assert "changed after the seal" not in cited.call("send", "2020-08", "--yes").stderr


def test_online_asks_crossref_once_a_week(cited: Newsletter, crossref: CrossrefHost) -> None:
    with_address(cited)
    crossref.works[DOI] = work(DOI, updated_by=[RETRACTED], issued={"date-parts": [[2017]]}, title=["Of bees"])

    for _ in range(2):
        done = cited.call("check", "--online")
        assert done.stderr.splitlines()[0] == "Crossref: 1 source looked up, 1 without a DOI"
        assert "warning" not in done.stderr.splitlines()[0]

    assert [line.rpartition("[")[2] for line in problems(done)] == ["retracted]", "citation-mismatch]"]
    assert f"Crossref holds {DOI} under the title ‘Of bees’, the citation says ‘On therapy’" in done.stdout
    assert crossref.asked == ["/works/10.1037%2Fpst0000001?mailto=e@example.org"]


def test_what_list_and_crossref_know_is_told_once(cited: Newsletter, crossref: CrossrefHost) -> None:
    with_address(cited)
    crossref.works[DOI] = work(DOI, updated_by=[RETRACTED])

    done = cited.call("check", "--online", "--retractions", str(write_list(cited.root / "rw.csv", row())))

    assert problems(done) == [RETRACTED_LINE]
    assert [line.partition(":")[0] for line in done.stderr.splitlines()[:2]] == ["retractions", "Crossref"]


def test_a_doi_that_crossref_does_not_know_is_told(cited: Newsletter, crossref: CrossrefHost) -> None:
    with_address(cited)
    crossref.works.clear()

    (line,) = problems(cited.call("check", "--online"))

    assert ": warning: " in line
    assert line.endswith("[citation-mismatch]")


def test_what_crossref_did_not_say_is_a_warning_with_its_reason(cited: Newsletter, crossref: CrossrefHost) -> None:
    with_address(cited)
    silencing = "Check-ok: citation-mismatch because Crossref has the year of the preprint\n"
    cited.write("issues/2020-08/1-doe.md", silencing + summary_text(DOI=DOI))
    cited.write("issues/2020-08/2-poe.md", summary_text("Does It Last?", DOI=OTHER))
    crossref.always = Reply(500)

    done = cited.call("check", "--online")

    host = crossref.url.removeprefix("http://")
    assert done.stderr.splitlines()[:2] == [
        f"warning: Crossref said nothing of {DOI}, {OTHER}: {host} answers 500; run this again later",
        "Crossref: 2 sources looked up, 0 without a DOI, 2 without an answer",
    ]
    # Nobody knows whether the silencing line does something
    assert "check-ok-unused" not in done.stdout


def test_a_line_that_silences_nothing_that_crossref_says_is_told(cited: Newsletter, crossref: CrossrefHost) -> None:
    with_address(cited)
    silencing = "Check-ok: citation-mismatch because Crossref has the year of the preprint\n"
    cited.write("issues/2020-08/1-doe.md", silencing + summary_text(DOI=DOI, Citation=CITATION))
    crossref.works[DOI] = work(DOI, title=["On therapy"])

    assert "[check-ok-unused]" in cited.call("check", "--online").stdout


def test_online_without_an_address_stops_the_command(cited: Newsletter, crossref: CrossrefHost) -> None:
    done = cited.call("check", "--online")

    assert done.returncode == 1
    assert "crossref_mailto" in done.stderr
    assert crossref.asked == []
