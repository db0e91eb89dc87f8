"""Goal 4: an archive of 450 summaries is built in at most half of eleventy's time, 0.3 of pelican's and 1.5 times hugo's.

Ours is the whole process ``pprmail build``: pages, three feeds for the site and for each topic, citations, and the parts of
the mails. The peers get the same articles as Markdown with front matter, and make a page of each, an index and one feed.
Each begins from nothing; only our compiled templates are there, as at a user's second build. Of 4,500 summaries hugo is to
take no less than we. The search, which no peer makes, has a row of its own.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from archives import full_build, full_build_with_search
from newsletters import SUMMARIES_AN_ISSUE, archive_articles, make_archive
from pairing import Row, median_ratio, milliseconds, prepared, process, put_away, run_alone, time_in_turn
from peer_sites import refuse_unfinished, write_eleventy_site, write_hugo_site, write_pelican_site
from peers import command_on_path, npm_command, pip_command, version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from newsletters import Article

ISSUES, ROUNDS = 150, 5
MANY_ISSUES, FEW_ROUNDS = 1500, 3
MOST = {"eleventy": 0.5, "pelican": 0.3, "hugo": 1.5}
MOST_OF_MANY = 1.0
ELEVENTY = "3.1.8"
PELICAN = "4.12.0"


def rows() -> list[Row]:
    """The rows of goal 4. Raises ``UnavailableError`` when a peer cannot be had."""
    peers = _peers()
    with TemporaryDirectory() as made:
        times = _time(Path(made) / "few", ISSUES, peers, ROUNDS, search=True)
        times_of_many = _time(Path(made) / "many", MANY_ISSUES, {"hugo": peers["hugo"]}, FEW_ROUNDS)
    return [
        *(_row(ISSUES, times, name, peers[name].label, most) for name, most in MOST.items()),
        _row(MANY_ISSUES, times_of_many, "hugo", peers["hugo"].label, MOST_OF_MANY),
        *_search_rows(times),
    ]


class _Peer(NamedTuple):
    """Another generator: what it is called in the table, the command that runs in its site, and what writes the site."""

    label: str
    command: tuple[str, ...]
    write_site: Callable[[Path, Iterable[Article]], Path]


def _peers() -> dict[str, _Peer]:
    node = npm_command("@11ty/eleventy", ELEVENTY, "eleventy")
    pelican = pip_command("pelican[markdown]", PELICAN, "pelican")
    hugo = command_on_path("hugo", "Debian's package hugo has it")
    return {
        "eleventy": _Peer(
            f"eleventy {ELEVENTY} on node {version_of('node', '--version')}", (node, "--quiet"), write_eleventy_site
        ),
        "pelican": _Peer(f"pelican {PELICAN}", (pelican, "--quiet"), write_pelican_site),
        "hugo": _Peer(f"hugo {version_of(hugo, 'version')}", (hugo, "--quiet"), write_hugo_site),
    }


def _time(
    folder: Path, issues: int, peers: Mapping[str, _Peer], rounds: int, *, search: bool = False
) -> dict[str, tuple[float, ...]]:
    """The seconds of ``ours``, of each peer, and with ``search`` and where Pagefind is installed of ``search``."""
    articles = archive_articles(issues)
    newsletter = folder / "ours"
    newsletter.mkdir(parents=True)
    make_archive(newsletter, articles)
    candidates = {"ours": full_build(newsletter)}
    if search and (with_search := full_build_with_search(newsletter)):
        candidates["search"] = with_search
    sites = {name: peer.write_site(folder / name, articles) for name, peer in peers.items()}
    for name, peer in peers.items():
        run = process(*peer.command, folder=folder / name)
        candidates[name] = prepared(partial(put_away, sites[name], folder / "attic"), run)
    times = time_in_turn(candidates, rounds)
    for site in sites.values():
        refuse_unfinished(site, len(articles))
    _refuse_unbuilt(newsletter / "build", issues)
    return times


def _refuse_unbuilt(built: Path, issues: int) -> None:
    """Raise ``RuntimeError`` when what was measured is not an archive with its feeds, citations and mails."""
    cited = sum(1 for path in built.glob("site/*/*.bib") if path.stem != "issue")
    mails = sum(1 for _ in built.glob("mail/*/message.html"))
    feeds = [name for name in ("feed.xml", "atom.xml", "feed.json") if (built / "site" / name).is_file()]
    if cited != issues * SUMMARIES_AN_ISSUE or mails != issues or len(feeds) != 3:
        message = f"{built}: {cited} citations and {mails} mails of {issues} issues, the feeds {feeds}"
        raise RuntimeError(message)


def _row(issues: int, times: Mapping[str, Sequence[float]], peer: str, label: str, most: float) -> Row:
    ratio = median_ratio(times["ours"], times[peer])
    return Row(
        4,
        f"build of {issues * SUMMARIES_AN_ISSUE:,} summaries from nothing, no search",
        milliseconds(times["ours"]),
        f"{label} {milliseconds(times[peer])}",
        f"{ratio:.2f}×",
        f"≤ {most}×",
        ratio <= most,
    )


def _search_rows(times: Mapping[str, Sequence[float]]) -> list[Row]:
    if "search" not in times:
        return []
    ratio = f"{median_ratio(times['search'], times['ours']):.2f}×"
    without = f"pprmail without it {milliseconds(times['ours'])}"
    workload = f"the same of {ISSUES * SUMMARIES_AN_ISSUE:,} with the search"
    return [Row(4, workload, milliseconds(times["search"]), without, ratio, "", None)]


if __name__ == "__main__":
    sys.exit(run_alone(rows))
