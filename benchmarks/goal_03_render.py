"""Goal 3: an issue from Markdown to HTML and text takes at most a quarter of what the ``mjml`` command takes for the HTML.

The row with the goal is a Python process that reads the sample's issue, proofreads it, renders both bodies and writes
them, with the functions that every command uses. The row without one is ``pprmail build``, which also makes the site, its
feed and the parts of the mail. The peer gets the same MJML, ready made, and writes the HTML.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from newsletters import SAMPLE, copy_sample, proof_of
from pairing import (
    PPRMAIL,
    Row,
    median_ratio,
    milliseconds,
    process,
    run_alone,
    time_in_turn,
)
from peers import npm_command, version_of

ROUNDS = 11
MOST = 0.25
MJML = "5.4.0"
# The collector is set as the command sets it
RENDER = """\
import gc
import sys
gc.set_threshold(50_000)
from pathlib import Path
from pprmail.mailcheck.proof import proofread
from pprmail.settings import load_settings
folder, issue, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
mail = proofread(load_settings(folder), issue).clean_mail("")
(out / "message.html").write_bytes(mail.html.encode())
(out / "message.txt").write_bytes(mail.text.encode())
gc.freeze()
"""


def rows() -> list[Row]:
    """The rows of goal 3. Raises ``UnavailableError`` when the peer cannot be had."""
    mjml = npm_command("mjml", MJML, "mjml")
    with TemporaryDirectory() as made:
        folder, out = copy_sample(Path(made)), Path(made) / "out"
        out.mkdir()
        source = _write_mjml(folder)
        times = time_in_turn(
            {
                "render": process(sys.executable, "-c", RENDER, str(folder), SAMPLE, str(out)),
                "build": process(PPRMAIL, "-C", str(folder), "build", SAMPLE, "--out", str(out)),
                "mjml": process(mjml, str(source), "-o", str(out / "peer.html")),
            },
            ROUNDS,
        )
        _refuse_missing(out / "message.html", out / "message.txt", out / "peer.html")
    ratio = median_ratio(times["render"], times["mjml"])
    peer = f"mjml {MJML} on node {version_of('node', '--version')} {milliseconds(times['mjml'])}"
    built = f"{median_ratio(times['build'], times['mjml']):.3f}×"
    return [
        Row(
            3,
            "Markdown → HTML + text, whole process",
            milliseconds(times["render"]),
            peer,
            f"{ratio:.3f}×",
            f"≤ {MOST}×",
            ratio <= MOST,
        ),
        Row(3, "pprmail build: that, the site and its feed", milliseconds(times["build"]), peer, built, "", None),
    ]


def _write_mjml(folder: Path) -> Path:
    path = folder / "message.mjml"
    path.write_bytes(proof_of(folder, SAMPLE).clean_mail("").mjml.encode())
    return path


def _refuse_missing(*paths: Path) -> None:
    """Raise ``RuntimeError`` when something was measured that wrote nothing."""
    for path in paths:
        if not path.is_file() or not path.stat().st_size:
            message = f"{path.name} was not written"
            raise RuntimeError(message)


if __name__ == "__main__":
    sys.exit(run_alone(rows))
