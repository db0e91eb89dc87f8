from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conftest import summary_text
from mailcheck.letter import DOE, ISSUE, PREVIEW, SUBJECT, TEMPLATE, letter, told

if TYPE_CHECKING:
    from conftest import Newsletter


def of_preview(newsletter: Newsletter, html: str) -> list[str]:
    return [one for one in told(newsletter, html) if one.endswith("[preheader-length]")]


@pytest.mark.parametrize(("length", "count"), [(39, 1), (40, 0), (130, 0), (131, 1)])
def test_an_intro_too_short_or_too_long_for_inboxes_is_told(newsletter: Newsletter, length: int, count: int) -> None:
    newsletter.write(ISSUE, f"Month: August 2020\nIntro: {'x' * length}\n")

    found = of_preview(newsletter, letter(preview="x" * length))

    assert len(found) == count
    assert all(one.startswith(f"{ISSUE}:2:8: warning: the preview text has {length} characters") for one in found)


def test_markdown_of_the_intro_does_not_count(newsletter: Newsletter) -> None:
    newsletter.write(ISSUE, f"Month: August 2020\nIntro: **{'x' * 40}** [y](https://x.org/{'z' * 200})\n")

    assert of_preview(newsletter, letter(preview="x" * 40 + " y")) == []


def test_a_short_line_of_blurbs_is_told_at_the_first_blurb(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(Blurb="hope"))

    (found,) = of_preview(newsletter, letter(preview="…I blog about hope and joy."))

    assert found.startswith(f"{DOE}:2:8: warning: the preview text has 27 characters")


def test_a_long_line_of_blurbs_is_the_inboxs_to_cut(newsletter: Newsletter) -> None:
    assert of_preview(newsletter, letter(preview=f"{PREVIEW} {'x' * 100}")) == []


def test_a_first_blurb_that_no_inbox_shows_whole_is_told(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(Blurb="x" * 120))

    (found,) = of_preview(newsletter, letter(preview=f"…I blog about {'x' * 120} and y."))

    assert found.startswith(f"{DOE}:2:8: warning: the preview text has 141 characters")


def test_a_preview_that_says_the_subject_again_is_told(newsletter: Newsletter) -> None:
    newsletter.write(ISSUE, f"Month: August 2020\nIntro: {SUBJECT}!\n")

    (found,) = of_preview(newsletter, letter(preview=f"{SUBJECT}!"))

    assert found.startswith(f"{ISSUE}:2:8: warning: the preview text says the subject again")


def test_a_template_without_a_preview_is_told(newsletter: Newsletter) -> None:
    (found,) = of_preview(newsletter, letter(preview=""))

    assert found.startswith(f"{TEMPLATE}:1:1: warning: no preview text")


def test_an_issue_of_notices_lacks_an_intro(newsletter: Newsletter) -> None:
    for name in ("1-doe.md", "2-poe.md"):
        (newsletter.root / "issues/2020-08" / name).unlink()
    newsletter.write(ISSUE, "Month: August 2020\n\n## Notice: One\n\nA study.\n")

    (found,) = of_preview(newsletter, letter(preview=""))

    assert found.startswith(f"{ISSUE}:1:1: warning: no preview text")


GOOD = {
    "as-made": letter(),
    "filled-up": letter(preview=PREVIEW + "&#847;&zwnj;&nbsp;\u034f\u200c\u00a0\u00ad" * 100),
    "in-two-pieces": letter(preview=f"<b>{PREVIEW}</b> <i></i>"),
    "with-the-readers-name": letter(preview=f"%%pprmail_name_html%% {PREVIEW}"),
    "under-another-hidden-one": letter(preview=PREVIEW).replace("<body", "<body data-x='1'", 1),
    "hidden-later-too": letter(f'<p style="display:none">{"x" * 500}</p>'),
    "hidden-by-size": letter().replace("display:none;", ""),
}


@pytest.mark.parametrize("html", GOOD.values(), ids=GOOD)
def test_a_good_preview_is_left_alone(newsletter: Newsletter, html: str) -> None:
    assert of_preview(newsletter, html) == []
