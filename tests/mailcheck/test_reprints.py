from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conftest import summary_text
from pprmail.mailcheck.proof import proofread

if TYPE_CHECKING:
    from conftest import Newsletter

DOE, EARLIER = "issues/2020-08/1-doe.md", "issues/2019-05/1-doe.md"


def told(newsletter: Newsletter, named: str) -> list[str]:
    newsletter.write("issues/2019-05/issue.md", "Month: May 2019\n")
    newsletter.write(EARLIER, summary_text("Does It?"))
    newsletter.write(DOE, summary_text(Reprint_of=named))
    return [str(one) for one in proofread(newsletter.settings, "2020-08").problems if one.rule == "reprint-unknown"]


def test_a_reprint_of_a_summary_that_is_there_is_fine(newsletter: Newsletter) -> None:
    assert told(newsletter, "2019-05/does-it") == []


def test_the_address_that_was_sent_counts(newsletter: Newsletter) -> None:
    receipt = '{"sealed": "2019-05-14T12:00:00+00:00", "slugs": {"1-doe.md": "as-sent"}}'
    newsletter.write("issues/2019-05/receipt.json", receipt)

    assert told(newsletter, "2019-05/as-sent") == []
    assert len(told(newsletter, "2019-05/does-it")) == 1


@pytest.mark.parametrize(
    "named", ["2019-05/dose-it", "2019-04/does-it", "2020-08/does-therapy-help", "2021-01/does-it"]
)
def test_a_reprint_of_nothing_is_told(newsletter: Newsletter, named: str) -> None:
    hint = "did you mean 'does-it'?" if named == "2019-05/dose-it" else "write an earlier issue"

    (found,) = told(newsletter, named)

    assert found.startswith(f"{DOE}:6:13: warning: no earlier issue has the summary {named!r}; {hint}")
