from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from delivery.plans import NOW, REAL, open_ledger, plan, sealed_mail
from pprmail.delivery.ledger.steps import record_step
from pprmail.state import open_state, writing

if TYPE_CHECKING:
    from pathlib import Path


def test_a_step_is_recorded_of_its_mailing_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(open_ledger(path)) as ledger:
        first, second = (ledger.begin(sealed_mail(issue), plan(1), REAL, NOW) for issue in ("2020-08", "2020-09"))
        engine = open_state(f"sqlite:///{path}")

        with writing(engine) as connection:
            record_step(connection, second.id, stopped="for lunch")
            record_step(connection, second.id)
        engine.dispose()

        revisions = [ledger.mailing(one.id) for one in (first, second)]
        assert [(one.revision, one.stopped) for one in revisions if one] == [(1, None), (3, "for lunch")]
