from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pprmail.errors import FaultsError
from pprmail.mailcheck.proof import proofread

if TYPE_CHECKING:
    from conftest import Newsletter


def test_a_file_that_cannot_be_read_is_told_once(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/1-doe.md", "Title: Café\n".encode("latin-1"))

    proof = proofread(newsletter.settings, "2020-08")

    assert [str(one) for one in proof.problems if one.path.endswith("doe.md")] == [
        "issues/2020-08/1-doe.md:1:11: error: the byte 0xe9 is not UTF-8; save the file again with the encoding UTF-8 [not-utf-8]"
    ]
    assert proof.mail is None


def test_a_mail_is_given_only_without_errors(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/issue.md", "Month: June 2020\n")

    with pytest.raises(FaultsError, match="nothing happened") as told:
        proofread(newsletter.settings, "2020-08").clean_mail("nothing happened")

    assert [one.rule for one in told.value.problems] == ["month-mismatch"]


def test_an_erratum_says_what_was_wrong(newsletter: Newsletter) -> None:
    path = newsletter.root / "issues/2020-08/1-doe.md"
    path.write_text("Erratum: 2020-09-02\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    (told,) = proofread(newsletter.settings, "2020-08").problems

    assert str(told).startswith(
        "issues/2020-08/1-doe.md:1:10: error: the Erratum does not say what was wrong; write 'Erratum:"
    )
