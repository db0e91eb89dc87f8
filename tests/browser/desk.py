"""Fixtures of this folder: the mails to be judged, and Chromium. What these tests need, ``make test-browser`` installs."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from browser.months import copy_of_sample, eight_summaries, in_french
from browser.post import EIGHT, FRENCH, MAILS, SAMPLES, sent_mail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from browser.post import Mail

QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def started_chromium() -> Iterator[Browser]:
    """The machine's own Chromium, which asks nobody for anything."""
    as_root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*QUIET, *as_root])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all."""
    with started_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def mails(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Mail]:
    """Every mail of ``MAILS`` by its key."""
    english, french = (copy_of_sample(tmp_path_factory.mktemp("newsletter")) for _ in range(2))
    eight_summaries(english, EIGHT)
    in_french(french, FRENCH)
    return {key: sent_mail(english, key) for key in (*SAMPLES, EIGHT)} | {FRENCH: sent_mail(french, FRENCH)}


@pytest.fixture(params=MAILS)
def mail(mails: dict[str, Mail], request: pytest.FixtureRequest) -> Mail:
    """Each mail in its turn."""
    return mails[request.param]
