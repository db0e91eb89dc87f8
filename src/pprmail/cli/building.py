"""What ``build`` and ``publish`` share: the site and the mail of a newsletter, made anew where something changed.

Whether anything did is asked first, and ``making`` is loaded only then: most of a build that changes nothing would be imports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pprmail.archive.ingredients import common_ingredients, issue_ingredients
from pprmail.archive.search import FOLDER as SEARCH_FOLDER
from pprmail.archive.search import has_search
from pprmail.archive.writing import Memory, Written, hashed
from pprmail.cli.locks import held_alone
from pprmail.manuscript.months import issue_keys

if TYPE_CHECKING:
    from pathlib import Path

    from pprmail.cli.console import Console
    from pprmail.settings import Settings

MEMORY, LOCK = "build.json", "build.lock"
SITE, MAIL = "site", "mail"


class Built(NamedTuple):
    """What a build did to the site and to the mail, and the key of the newest issue on the site, '' without one."""

    site: Written
    mail: Written
    newest: str


class Order(NamedTuple):
    """What to build, and where: ``keys`` are all issues, ``named`` those whose mail is wanted, or () for all."""

    folder: Path
    keys: tuple[str, ...]
    named: tuple[str, ...]
    drafts: bool


class Sources(NamedTuple):
    """What a build is made of, as hashes: ``common`` to every file, ``of_issues`` by their keys, and the ``whole``.

    ``retractions``: the list that the issues are held against; it is part of no file.
    """

    common: str
    retractions: str
    of_issues: dict[str, str]
    whole: str


def build_newsletter(
    console: Console, settings: Settings, folder: Path, named: tuple[str, ...] = (), *, drafts: bool = False
) -> Built:
    """Write the site into ``folder``/site and the mail of the issues named (of all, when none is) into ``folder``/mail.

    Only what changed is made and written. Raises ``FaultsError`` when an issue has errors; then nothing is written.
    """
    keys, odd = issue_keys(settings.root)
    for key in named:
        if key not in keys:
            from pprmail.manuscript.issue import load_issue

            load_issue(settings, key)  # raises: there is no such issue
    console.problems(odd, to_stderr=True)
    with held_alone(
        settings.state_folder / LOCK, "another build is at work here; wait until it has ended, and build again"
    ):
        return _build(console, settings, Order(folder, keys, named, drafts))


def _build(console: Console, settings: Settings, order: Order) -> Built:
    memory = Memory(settings.state_folder / MEMORY, settings.root)
    common = common_ingredients(settings)
    of_issues = {key: hashed(common, issue_ingredients(settings, key)) for key in order.keys}
    retractions = _retractions(settings)
    whole = hashed(
        common, retractions, *of_issues, *of_issues.values(), str(order.named), str(order.drafts), str(has_search())
    )
    if unchanged := _unchanged(memory, order.folder, whole):
        return unchanged
    from pprmail.cli.making import make_newsletter

    return make_newsletter(console, settings, order, memory, Sources(common, retractions, of_issues, whole))


def _retractions(settings: Settings) -> str:
    """The SHA-256 of the list that the settings name; '' when they name none, and then no register is loaded."""
    if not settings.check.retractions:
        return ""
    from pprmail.registers.retraction_list import list_of

    listing = list_of(settings)
    return listing.sha256 if listing else ""


def _unchanged(memory: Memory, folder: Path, whole: str) -> Built | None:
    """The last build into ``folder``, if it was made of ``whole`` and nobody has touched a file of it."""
    made_of, site, mail, newest = memory.builds.get(memory.name(folder), ["", "", "", ""])
    if made_of != whole or not all(memory.holds(folder / part) for part in (SITE, f"{SITE}/{SEARCH_FOLDER}", MAIL)):
        return None
    return Built(Written(int(site), 0, 0), Written(int(mail), 0, 0), newest)
