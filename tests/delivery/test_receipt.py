from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from conftest import KEY
from delivery.plans import LATER, NOW, REAL, claim, counted, open_ledger, plan, sealed_mail
from pprmail.audience.keys import fingerprint
from pprmail.delivery.answer import Answer, Outcome
from pprmail.delivery.receipt import find_discord, read_receipt, receipt_content, remove_receipt, write_receipt
from pprmail.errors import PprmailError
from pprmail.model import Exclusion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from pprmail.delivery.ledger import Ledger
    from pprmail.delivery.receipt import ReceiptFile

TELLS = "tells of a mailing through counter, sealed on 2020-08-14"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "issues" / "2020-08"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """It holds a mailing to three readers, and one row excluded."""
    with closing(open_ledger(tmp_path / "state.db")) as opened:
        opened.begin(sealed_mail(), plan(3, exclusions=(Exclusion(5, "pending"),)), REAL, NOW)
        yield opened


def content(ledger: Ledger) -> dict[str, Any]:
    mailing = ledger.mailing(1)
    assert mailing
    return receipt_content(ledger, mailing, ledger.sealed_mail(mailing), ledger.counts(mailing))


def written(folder: Path, content: dict[str, Any]) -> ReceiptFile:
    write_receipt(folder, content)
    receipt = read_receipt(folder)
    assert receipt
    return receipt


def send(ledger: Ledger) -> None:
    """Hand over the first batch, and stop."""
    mailing = ledger.mailing(1)
    assert mailing
    book = ledger.sending(mailing)
    book.start(again=False)
    book.settle(claim(book), Answer(Outcome.ACCEPTED), (), NOW)
    book.end("the disk is full", LATER)


# What it says


def test_a_receipt_tells_of_the_mailing_and_what_became_of_everyone(ledger: Ledger) -> None:
    send(ledger)

    said = content(ledger)

    database, hashes = said.pop("database"), [said.pop("html_sha256"), said.pop("text_sha256")]
    assert database == ledger.database_id
    assert [len(one) for one in hashes] == [64, 64]
    assert hashes[0] != hashes[1]
    assert said == {
        "format": 1,
        "issue": "2020-08",
        "mailing": 1,
        "revision": 3,
        "provider": "counter",
        "sealed": "2020-08-14T12:00:00+00:00",
        "ended": "2020-08-14T13:00:00+00:00",
        "sealed_sha256": sealed_mail().sha256,
        "key_fingerprint": fingerprint(KEY.encode()),
        "rows": 4,
        "recipients": 3,
        "excluded": {"pending": 1},
        "accepted": 2,
        "rejected": 0,
        "unknown": 0,
        "waiting": 1,
        "slugs": {"1-doe.md": "does-therapy-help"},
    }


def test_a_mailing_that_is_under_way_has_no_end(ledger: Ledger) -> None:
    assert content(ledger)["ended"] is None


def test_a_receipt_holds_no_address_and_no_name_of_a_reader(ledger: Ledger, folder: Path) -> None:
    send(ledger)

    write_receipt(folder, content(ledger))

    text = (folder / "receipt.json").read_text(encoding="utf-8")
    assert "@" not in text
    assert "Reader" not in text


# On disk


def test_a_receipt_is_written_whole_and_read_again(ledger: Ledger, folder: Path) -> None:
    write_receipt(folder, {"an": "earlier one", "much": "x" * 10_000})

    receipt = written(folder, content(ledger))

    assert receipt.content == content(ledger)
    assert (receipt.shown, receipt.issue) == ("issues/2020-08/receipt.json", "2020-08")
    assert [path.name for path in folder.iterdir()] == ["receipt.json"]


def test_a_receipt_that_says_the_same_is_not_touched(ledger: Ledger, folder: Path) -> None:
    path = written(folder, content(ledger)).path
    before = path.stat()

    write_receipt(folder, content(ledger))

    assert path.stat() == before


def test_where_none_was_written_there_is_none(folder: Path) -> None:
    assert read_receipt(folder) is None


def test_a_receipt_that_is_undone_is_gone(ledger: Ledger, folder: Path) -> None:
    written(folder, content(ledger))

    for _ in range(2):
        remove_receipt(folder)

    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("damage", [b"{", b"\xff\xfe"], ids=["cut-short", "no-text"])
def test_a_damaged_receipt_is_told_and_not_taken_for_none(folder: Path, damage: bytes) -> None:
    (folder / "receipt.json").write_bytes(damage)

    with pytest.raises(
        PprmailError,
        match=r"^issues/2020-08/receipt\.json: is garbled; bring it back from git, or, .* 'pprmail send 2020-08' writes it anew$",
    ):
        read_receipt(folder)


@pytest.mark.parametrize("act", ["write", "remove", "read"])
def test_a_folder_in_the_receipts_place_is_told(folder: Path, act: str) -> None:
    (folder / "receipt.json").mkdir()
    acts: dict[str, Callable[[], object]] = {
        "write": lambda: write_receipt(folder, {}),
        "remove": lambda: remove_receipt(folder),
        "read": lambda: read_receipt(folder),
    }

    with pytest.raises(PprmailError, match=r"^issues/2020-08/receipt\.json: cannot be "):
        acts[act]()


# Whether the ledger knows


def test_the_ledger_that_it_is_of_knows_it_then_and_later(ledger: Ledger, folder: Path) -> None:
    receipt = written(folder, content(ledger))
    discords = [find_discord(receipt, ledger)]

    send(ledger)
    discords.append(find_discord(receipt, ledger))
    discords.append(find_discord(written(folder, content(ledger)), ledger))

    assert discords == ["", "", ""]


def test_without_a_ledger_nothing_is_known(ledger: Ledger, folder: Path) -> None:
    assert find_discord(written(folder, content(ledger)), None) == f"{TELLS}, and there is no ledger here"


def test_another_database_is_told_though_it_holds_a_mailing_alike(tmp_path: Path, ledger: Ledger, folder: Path) -> None:
    receipt = written(folder, content(ledger))

    with closing(open_ledger(tmp_path / "other.db")) as other:
        other.begin(sealed_mail(), plan(3), REAL, NOW)
        discord = find_discord(receipt, other)

    assert discord == f"{TELLS}, and the ledger here is another one"


@pytest.mark.parametrize("sent_since", ["nothing", "another-issue"])
def test_a_copy_from_before_the_seal_is_told(tmp_path: Path, folder: Path, sent_since: str) -> None:
    open_ledger(tmp_path / "state.db").close()
    shutil.copy(tmp_path / "state.db", tmp_path / "copy.db")
    with closing(open_ledger(tmp_path / "state.db")) as ledger:
        ledger.begin(sealed_mail(), plan(3), REAL, NOW)
        receipt = written(folder, content(ledger))

    with closing(open_ledger(tmp_path / "copy.db")) as copy:
        if sent_since == "another-issue":
            copy.begin(sealed_mail("2020-09"), plan(3), REAL, NOW)
        discord = find_discord(receipt, copy)

    assert discord == f"{TELLS}, which the ledger here lacks: it is an older copy"


def test_a_copy_from_before_the_last_run_is_told(tmp_path: Path, folder: Path) -> None:
    with closing(open_ledger(tmp_path / "state.db")) as ledger:
        ledger.begin(sealed_mail(), plan(3), REAL, NOW)
    shutil.copy(tmp_path / "state.db", tmp_path / "copy.db")
    with closing(open_ledger(tmp_path / "state.db")) as ledger:
        send(ledger)
        receipt = written(folder, content(ledger))

    with closing(open_ledger(tmp_path / "copy.db")) as copy:
        mailing = copy.mailing(1)
        assert mailing
        assert copy.counts(mailing) == counted(3)  # it would mail everybody again
        discord = find_discord(receipt, copy)

    assert discord == f"{TELLS}, of which the ledger here knows only the beginning: it is an older copy"


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"mailing": 1}', '{"mailing": "1", "revision": 1}'], ids=["list", "empty", "half", "words"]
)
def test_a_receipt_that_names_no_mailing_is_no_proof_of_harmony(ledger: Ledger, folder: Path, text: str) -> None:
    (folder / "receipt.json").write_text(text, encoding="utf-8")
    receipt = read_receipt(folder)

    assert receipt
    assert find_discord(receipt, ledger) == "does not say which mailing it is of"
