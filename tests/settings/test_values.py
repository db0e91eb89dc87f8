from __future__ import annotations

import pytest

from pprmail.settings import POSTAL_PLACEHOLDER, Sender


@pytest.mark.parametrize(
    ("address", "is_written"),
    [
        pytest.param("1 Placeholder Road, Ottawa", True, id="written"),
        pytest.param("", False, id="empty"),
        pytest.param(" \n", False, id="blank"),
        pytest.param(POSTAL_PLACEHOLDER, False, id="placeholder"),
        pytest.param(f"Ottawa, {POSTAL_PLACEHOLDER}", False, id="around-the-placeholder"),
    ],
)
def test_a_postal_address_is_one_that_somebody_wrote(address: str, is_written: bool) -> None:  # noqa: FBT001 - a case's value
    sender = Sender("PPRNet Blog", "newsletter@example.org", "Network", "https://blog.example.org/about/")

    assert sender._replace(postal_address=address).has_postal_address is is_written
