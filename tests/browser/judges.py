"""What others say of our HTML: the Nu checker, html-validate, caniemail and axe, each as one call that gives sentences."""

from __future__ import annotations

import json
import os
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import Page

MODULES = Path(os.environ.get("PPRMAIL_JUDGES", ROOT / ".venv" / "judges")) / "node_modules"
HERE = Path(__file__).parent


def nu_errors(files: Iterable[Path]) -> dict[str, set[str]]:
    """The Nu HTML checker's errors, each with the names of the files that have it."""
    jar = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
    arguments = ["--errors-only", "--format", "json", "--exit-zero-always", *map(str, files)]
    told = subprocess.run(["java", "-jar", str(jar), *arguments], capture_output=True, check=True, text=True).stderr
    errors: dict[str, set[str]] = defaultdict(set)
    for message in json.loads(told)["messages"]:
        errors[message["message"]].add(Path(message["url"]).name)
    return dict(errors)


def html_validate_errors(files: Iterable[Path], off: Iterable[str], folder: Path) -> set[str]:
    """The errors of html-validate by its recommended rules without those that are ``off``: ``name:line: rule: sentence``."""
    config = folder / "htmlvalidate.json"
    rules = dict.fromkeys(off, "off")
    config.write_text(json.dumps({"extends": ["html-validate:recommended"], "root": True, "rules": rules}))
    report = folder / "htmlvalidate-report.json"
    # Into a file: it ends before a pipe has taken everything
    with report.open("w") as out:
        command = ["node", str(MODULES / ".bin" / "html-validate"), "--config", str(config), "--formatter", "json"]
        done = subprocess.run([*command, *map(str, files)], stdout=out, stderr=subprocess.PIPE, check=False, text=True)
    assert done.returncode in {0, 1}, done.stderr
    return {
        f"{Path(one['filePath']).name}:{message['line']}: {message['ruleId']}: {message['message']}"
        for one in json.loads(report.read_text())
        for message in one["messages"]
    }


def unsupported(file: Path, clients: Iterable[str]) -> dict[str, set[str]]:
    """What caniemail.com says that each of ``clients`` (globs) does not support of ``file``: its feature, and which clients."""
    told = subprocess.run(
        ["node", str(HERE / "caniemail.mjs"), str(MODULES), str(file), *clients],
        capture_output=True,
        check=True,
        text=True,
    )
    found: dict[str, set[str]] = defaultdict(set)
    for client, feature in json.loads(told.stdout):
        found[feature].add(client)
    return dict(found)


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds on ``page``, whatever its rules: ``rule (impact): element``."""
    page.add_script_tag(path=MODULES / "axe-core" / "axe.min.js")
    found = page.evaluate("axe.run()")
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:120]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
