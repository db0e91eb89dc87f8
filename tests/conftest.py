"""What many tests stand on: a newsletter's folder on disk, the command run in it, and SendGrid's stand-in."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from pprmail.cli import run
from pprmail.rehearsal.standin.sendgrid import SendGridStandIn
from pprmail.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.settings import Settings

# On a machine where it never ran, the first text drawn takes a second: hypothesis makes its tables of characters then
settings.register_profile("pprmail", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pprmail")

ROOT = Path(__file__).parents[1]
KEY = "a-secret-key-for-tests-only-0123456789"

SETTINGS = """\
[newsletter]
id = "pprnet"
title = "PPRNet Blog"
description = "Monthly summaries"
author = "The editor"
base_url = "https://blog.example.org"
tag_authority = "blog.example.org,2013"

[sender]
name = "PPRNet Blog"
address = "newsletter@example.org"
reply_to = "editor@example.org"
organisation = "Psychotherapy Practice Research Network"
postal_address = "1 Placeholder Road, Ottawa"
contact_url = "https://blog.example.org/about/"

[unsubscribe]
service_url = "https://lists.example.org"
mailto = "unsubscribe@example.org"

[vocabulary]
topics = ["Adherence", "Attendance, Attrition, and Drop-Out", "Long-term Outcomes", "Psychodynamic Therapy (PDT)"]
[vocabulary.aliases]
"Adherance" = "Adherence"
"""

BODY = "\n\n".join(
    " ".join(f"Sentence {n} of paragraph {p} says what the study found, p < .05." for n in range(1, 7))
    for p in range(1, 4)
)

POE = "Poe, E. (2018). Of what lasts. *Psychotherapy*, *52*(2), 12–20. https://example.org/lasts"


def summary_text(title: str = "Does Therapy Help?", *, body: str = BODY, **headers: str) -> str:
    """A summary without faults, as an author writes it; keyword arguments replace or add headers (``Author_email``)."""
    fields = {
        "Title": title,
        "Blurb": "whether therapy helps",
        "Citation": "Doe, J., & Roe, R. (2019). On therapy. *Psychotherapy*, *53*(1), 90–104. https://example.org/on",
        "Topics": "Adherence; Long-term Outcomes",
        "Type of Research": "Meta-analysis",
    } | {name.replace("_", " "): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"{lines}\n{body}\n\n## Practice Implications\n\nClinicians may take this from it.\n"


@dataclass(frozen=True)
class Newsletter:
    """A newsletter's folder for one test."""

    root: Path

    @property
    def settings(self) -> Settings:
        return load_settings(self.root)

    def write(self, path: str, content: str | bytes) -> Path:
        """Put ``content`` at ``path``, byte for byte."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return target

    def change_settings(self, old: str, new: str) -> None:
        """Replace ``old``, which must be there, in pprmail.toml."""
        path = self.root / "pprmail.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def readers(self, count: int) -> None:
        """A list of ``count`` subscribers."""
        rows = "".join(f"reader{n}@example.org,Reader {n},subscribed\n" for n in range(1, count + 1))
        self.write("subscribers.csv", f"email,name,status\n{rows}")

    def command(self, *arguments: str) -> list[str]:
        """The command line that runs pprmail here."""
        return [sys.executable, "-m", "pprmail", "-C", str(self.root), *arguments]

    def run(self, *arguments: str, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run pprmail here in a process of its own, without a terminal; the environment as a user has it."""
        return subprocess.run(
            self.command(*arguments),
            input=stdin or "",
            capture_output=True,
            text=True,
            check=False,
            env=clean_environment() | environment,
        )

    def call(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The same within this process, in a tenth of the time; it cannot be killed, and nobody sits at its terminal."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name in os.environ.keys() - clean_environment().keys():
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            code = run(["-C", str(self.root), *arguments])
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def clean_environment() -> dict[str, str]:
    """The environment without what would change pprmail's settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PPRMAIL_", "SENDGRID_"))}


@pytest.fixture
def newsletter(tmp_path: Path) -> Newsletter:
    """A newsletter with one issue of two summaries and a list of three readers."""
    made = Newsletter(tmp_path / "letter")
    made.write("pprmail.toml", SETTINGS)
    made.write("issues/2020-08/issue.md", "Month: August 2020\nDate: 2020-08-14\n")
    made.write("issues/2020-08/1-doe.md", summary_text())
    made.write("issues/2020-08/2-poe.md", summary_text("Does It Last?", Blurb="whether it lasts", Citation=POE))
    made.readers(3)
    return made


@pytest.fixture
def sample(tmp_path: Path) -> Newsletter:
    """The repository's own newsletter, copied."""
    root = tmp_path / "sample"
    root.mkdir()
    for name in ("pprmail.toml", "subscribers.example.csv"):
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(ROOT / "issues", root / "issues")
    return Newsletter(root)


@pytest.fixture
def sendgrid() -> Iterator[SendGridStandIn]:
    """A SendGrid of this test's own, on the loopback."""
    with SendGridStandIn() as host:
        yield host


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """SIGINT raises KeyboardInterrupt, here and in what is started from here, also where the tests were started in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
