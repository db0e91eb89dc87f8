"""What is the outbox's own; the contract of all providers is in ``test_contract``."""

from __future__ import annotations

import email
import stat
from typing import TYPE_CHECKING

import pytest

from batches import ADA, BEA, CEM, NOW, batch, journal, sealed_mail
from conftest import KEY
from pprmail.delivery.answer import Answer, Next, Outcome
from pprmail.delivery.messages import LetterWriter
from pprmail.delivery.providers.outbox import OutboxProvider
from pprmail.errors import PprmailError
from pprmail.model import Subscriber

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Newsletter


def letter_writer(newsletter: Newsletter, issue: str = "2020-08") -> LetterWriter:
    return LetterWriter(sealed_mail(newsletter, issue), NOW, KEY.encode())


def addressees(folder: Path) -> list[str]:
    return sorted(email.message_from_bytes(path.read_bytes())["To"] for path in folder.glob("*.eml"))


def outbox(newsletter: Newsletter) -> OutboxProvider:
    return OutboxProvider(newsletter.root / "outbox" / "2020-08", "outbox/2020-08", letter_writer(newsletter))


def test_what_is_withdrawn_is_gone_and_the_rest_stays(newsletter: Newsletter) -> None:
    provider = outbox(newsletter)
    provider.prepare()
    provider.hand_over(batch(ADA, BEA), journal())

    counts = [provider.withdraw((ADA, CEM)), provider.withdraw((ADA, CEM))]

    assert counts == [1, 0]
    assert addressees(provider.folder) == ["Bea <bea@example.org>"]


def test_a_letter_lies_whole_under_a_name_that_says_nothing_of_its_reader(newsletter: Newsletter) -> None:
    provider = outbox(newsletter)
    provider.prepare()

    path = provider.put(ADA)

    letter = letter_writer(newsletter).write(ADA)
    assert path == newsletter.root / "outbox" / "2020-08" / f"{letter.id}.eml"
    assert path.read_bytes() == letter.content
    assert list(provider.folder.iterdir()) == [path]


def test_a_repeat_writes_the_same_bytes(newsletter: Newsletter) -> None:
    provider = outbox(newsletter)
    provider.prepare()

    contents = [provider.put(ADA).read_bytes() for _ in range(2)]

    assert contents[0] == contents[1]


def test_a_spelling_that_changed_takes_the_place_of_the_old(newsletter: Newsletter) -> None:
    provider = outbox(newsletter)
    provider.prepare()

    provider.hand_over(batch(Subscriber("Ada@example.org")), journal())
    provider.hand_over(batch(Subscriber("ada@example.org")), journal())

    assert addressees(provider.folder) == ["ada@example.org"]


def test_withdrawing_the_last_letter_removes_the_folder(newsletter: Newsletter) -> None:
    provider = outbox(newsletter)
    provider.prepare()
    provider.hand_over(batch(ADA), journal())

    provider.withdraw((ADA,))

    assert not provider.folder.exists()


def test_withdrawing_leaves_what_is_not_ours(newsletter: Newsletter) -> None:
    provider = outbox(newsletter)
    provider.prepare()
    provider.hand_over(batch(ADA), journal())
    newsletter.write("outbox/2020-08/notes.txt", "mine")

    provider.withdraw((ADA,))

    assert [path.name for path in provider.folder.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("how", ["withdrawn", "left"])
def test_a_letter_that_a_kill_left_half_written_goes_too(newsletter: Newsletter, how: str) -> None:
    provider = outbox(newsletter)
    provider.prepare()
    half = provider.folder / f".{letter_writer(newsletter).letter_id(ADA)}.eml.tmp"
    half.write_bytes(b"From: PPRN")

    if how == "withdrawn":
        provider.withdraw((ADA,))
    else:
        provider.hand_over(batch(BEA, leavers=(ADA,)), journal())

    assert not half.exists()


def test_letters_that_lie_there_before_a_seal_are_refused(newsletter: Newsletter) -> None:
    provider = outbox(newsletter)
    provider.examine()  # there is no folder yet
    provider.prepare()
    provider.examine()

    provider.hand_over(batch(ADA, BEA), journal())
    with pytest.raises(PprmailError) as told:
        provider.examine()

    assert str(told.value) == (
        "outbox/2020-08: holds 2 letters of another mailing; finish with 'pprmail cancel' if it was cancelled, "
        "else move the folder away; then run this again. Nothing was sent"
    )
    assert provider.count_letters([ADA, CEM]) == 1


def test_the_letters_are_their_owners_alone(newsletter: Newsletter) -> None:
    provider = outbox(newsletter)

    provider.prepare()

    assert stat.S_IMODE(provider.folder.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_sealed(newsletter: Newsletter) -> None:
    newsletter.write("outbox", "a file where the folder should be")

    with pytest.raises(PprmailError) as caught:
        outbox(newsletter).prepare()

    assert str(caught.value) == (
        "outbox/2020-08: cannot be written (Not a directory); check its permissions and the disk's space, or name another under [outbox] folder"
    )


def test_a_letter_that_cannot_be_written_stops_the_send_with_the_batch_not_handed_over(newsletter: Newsletter) -> None:
    provider = outbox(newsletter)
    provider.prepare()
    (provider.folder / f"{letter_writer(newsletter).letter_id(BEA)}.eml").mkdir()

    answer = provider.hand_over(batch(ADA, BEA, CEM), journal())

    assert answer == Answer(
        Outcome.NOT_HANDED_OVER,
        detail="outbox/2020-08: cannot be written (Is a directory); make room on the disk and check the folder's permissions, then run this again",
        next=Next.STOP,
    )


def test_a_letter_that_cannot_be_taken_back_is_told(newsletter: Newsletter) -> None:
    provider = outbox(newsletter)
    provider.prepare()
    (provider.folder / f"{letter_writer(newsletter).letter_id(ADA)}.eml").mkdir()

    with pytest.raises(
        PprmailError, match=r"^outbox/2020-08: a letter cannot be deleted \(.*\); close it in other programs"
    ):
        provider.withdraw((ADA,))
