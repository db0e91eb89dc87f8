"""Goal 3: an issue from Markdown to HTML and text takes at most a quarter of what the ``mjml`` command takes for the HTML.

The row with the goal is a Python process that reads the sample's issue, proofreads it, renders both bodies and writes
them, with the functions that every command uses. The row without one is ``pprmail build``, which also makes the site, its
feed and the parts of the mail. The peer gets the same MJML, ready made, and writes the HTML.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from newsletters import SAMPLE, copy_sample, proof_of
from pairing import (
    PPRMAIL,
    Row,
    UnavailableError,
    median_ratio,
    milliseconds,
    process,
    run_alone,
    time_in_turn,
)

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
    mjml = mjml_command()
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
    peer = f"mjml {MJML} on node {_node_version()} {milliseconds(times['mjml'])}"
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


def mjml_command() -> str:
    """The ``mjml`` command of npm, installed once into the system's folder for temporary files.

    Raises ``UnavailableError`` where it cannot be installed.
    """
    folder = Path(gettempdir()) / f"pprmail-benchmarks-mjml-{MJML}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        message = f"{folder} belongs to somebody else, whose programs are not run"
        raise UnavailableError(message)
    command = folder / "node_modules" / ".bin" / ("mjml.cmd" if os.name == "nt" else "mjml")
    if shutil.which("node") is None:
        message = "node is not installed, which runs the peer, the mjml command"
        raise UnavailableError(message)
    if not command.exists():
        _install(folder)
    return str(command)


def _node_version() -> str:
    done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip().removeprefix("v")


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        message = "npm is not installed, and with it the peer, the mjml command"
        raise UnavailableError(message)
    (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    try:
        done = subprocess.run(
            [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", f"mjml@{MJML}"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        message = f"npm did not install mjml {MJML} within {error.timeout:g} seconds"
        raise UnavailableError(message) from error
    if done.returncode:
        last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "it does not say why")
        message = f"npm does not install mjml {MJML}: {last}"
        raise UnavailableError(message)


if __name__ == "__main__":
    sys.exit(run_alone(rows))
