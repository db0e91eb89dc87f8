from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from conftest import summary_text
from mailroom import last_line
from webhost import WebHost

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from conftest import Newsletter


def publishing(newsletter: Newsletter, **keys: str | bool) -> None:
    """Write the table ``[publish]``."""
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    newsletter.change_settings("[vocabulary]", f"[publish]\n{lines}[vocabulary]")


def by_python(newsletter: Newsletter, script: str, *words: str) -> str:
    """A command line that runs ``script``."""
    path = newsletter.write("tools/my publish.py", script)
    return " ".join([f"'{sys.executable}'", f"'{path}'", *words])


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (1, "")
    return last_line(done).removeprefix("pprmail: ")


@pytest.fixture
def web(tmp_path: Path) -> Path:
    folder = tmp_path / "web"
    folder.mkdir()
    return folder


def test_without_a_way_it_says_what_to_write(newsletter: Newsletter) -> None:
    said = refused(newsletter.call("publish"))

    assert said == (
        'pprmail.toml does not say where the site is published; write under [publish] either folder = "/the/web/server\'s/folder" or '
        'command = "rsync -a {site}/ web.example.org:blog/"'
    )
    assert not (newsletter.root / "build").exists()


# Into a folder


def test_a_folder_gets_the_site(newsletter: Newsletter, web: Path) -> None:
    publishing(newsletter, folder=str(web))

    done = newsletter.call("publish")

    site = newsletter.root / "build/site"
    built = sorted(path.relative_to(site) for path in site.rglob("*"))
    assert done.returncode == 0, done.stderr
    assert sorted(path.relative_to(web) for path in web.rglob("*")) == built
    count = sum(path.is_file() for path in web.rglob("*"))
    assert done.stdout == f"published: {web} ({count} files, {count} written, 0 removed)\n"


def test_a_second_publish_changes_nothing(newsletter: Newsletter, web: Path) -> None:
    publishing(newsletter, folder=str(web))
    newsletter.call("publish")

    done = newsletter.call("publish")

    assert "files, 0 written, 0 removed)" in done.stdout


def test_a_relative_folder_lies_beside_the_settings(newsletter: Newsletter) -> None:
    publishing(newsletter, folder="docs")
    (newsletter.root / "docs").mkdir()

    assert newsletter.call("publish").returncode == 0
    assert (newsletter.root / "docs/2020-08/index.html").exists()


def test_a_month_that_became_a_draft_leaves_the_folder(newsletter: Newsletter, web: Path) -> None:
    publishing(newsletter, folder=str(web))
    newsletter.call("publish")
    newsletter.write("issues/2020-08/issue.md", "Month: August 2020\nDraft: yes\n")

    assert newsletter.call("publish").returncode == 0
    assert not (web / "2020-08").exists()


def test_an_issue_with_errors_is_not_published(newsletter: Newsletter, web: Path) -> None:
    publishing(newsletter, folder=str(web))
    newsletter.write("issues/2020-08/1-doe.md", "Title: Nothing else\n")

    done = newsletter.call("publish")

    assert done.returncode == 1
    assert "nothing was built, because of 2020-08" in last_line(done)
    assert list(web.iterdir()) == []


OWN_PLACES = {
    "the-root": (".", "'folder' under [publish] is '.', which holds the newsletter with its list of readers"),
    "above-the-root": ("..", "'folder' under [publish] is '..', which holds the newsletter with its list of readers"),
    "issues": ("issues/site", "'folder' under [publish] is 'issues/site', in issues/, which pprmail keeps for other things"),
    "build": ("build", "'folder' under [publish] is 'build', in build/, which pprmail keeps for other things"),
    "site": ("build/site", "'folder' under [publish] is 'build/site', in build/, which pprmail keeps for other things"),
    "state": (".pprmail", "'folder' under [publish] is '.pprmail', in .pprmail/, which pprmail keeps for other things"),
    "outbox": ("outbox", "'folder' under [publish] is 'outbox', in outbox/, which pprmail keeps for other things"),
}  # fmt: skip


@pytest.mark.parametrize(("folder", "sentence"), OWN_PLACES.values(), ids=OWN_PLACES)
def test_the_newsletters_own_folders_are_refused(newsletter: Newsletter, folder: str, sentence: str) -> None:
    (newsletter.root / folder).mkdir(parents=True, exist_ok=True)
    publishing(newsletter, folder=folder)

    assert refused(newsletter.call("publish")) == f"{sentence}; name a folder for the site alone"


def test_a_link_into_the_newsletter_is_seen_through(newsletter: Newsletter, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(newsletter.root / "issues", target_is_directory=True)
    publishing(newsletter, folder=str(tmp_path / "link"))

    assert "in issues/, which pprmail keeps" in refused(newsletter.call("publish"))


@pytest.mark.parametrize("is_file", [False, True], ids=["nothing", "a-file"])
def test_a_folder_that_is_not_there_is_not_made(newsletter: Newsletter, tmp_path: Path, is_file: bool) -> None:  # noqa: FBT001 - a case
    place = tmp_path / "unmounted"
    if is_file:
        place.touch()
    publishing(newsletter, folder=str(place))

    assert refused(newsletter.call("publish")) == (
        f"{place}: there is no such folder; mount the share that it lies on, or make it, and publish again"
    )
    assert not place.is_dir()


def test_a_folder_that_cannot_be_written_is_told(newsletter: Newsletter, web: Path) -> None:
    publishing(newsletter, folder=str(web))
    (web / "2020-08").touch()

    said = refused(newsletter.call("publish"))

    assert said.startswith(f"{web}: cannot be written (")
    assert said.endswith("; look whether it may be, and whether its disk has room, and publish again")


# By a command


def test_a_command_gets_the_site_in_both_ways_and_runs_in_the_root(newsletter: Newsletter) -> None:
    script = "import json, os, sys; json.dump([os.getcwd(), os.environ['PPRMAIL_SITE'], *sys.argv[1:]], open('told.json', 'w'))"
    publishing(newsletter, command=by_python(newsletter, script, "{site}/", "'a  b'", "$HOME;*"))

    done = newsletter.call("publish")

    site = str(newsletter.root / "build/site")
    assert (done.returncode, done.stdout) == (0, f"published: {site}, by the command under [publish]\n")
    told = json.loads((newsletter.root / "told.json").read_text(encoding="utf-8"))
    assert told == [str(newsletter.root), site, f"{site}/", "a  b", "$HOME;*"]


def test_the_site_is_built_before_the_command_runs(newsletter: Newsletter) -> None:
    script = "import os, pathlib; assert pathlib.Path(os.environ['PPRMAIL_SITE'], '2020-08/index.html').exists()"
    publishing(newsletter, command=by_python(newsletter, script))

    assert newsletter.call("publish").returncode == 0


def test_what_a_command_says_is_shown(newsletter: Newsletter) -> None:
    publishing(
        newsletter, command=by_python(newsletter, "import sys; print('sent 3 files'); print('slowly', file=sys.stderr)")
    )

    done = newsletter.run("publish")

    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "sent 3 files")
    assert "slowly" in done.stderr


def test_a_command_does_not_learn_the_secrets(newsletter: Newsletter) -> None:
    publishing(
        newsletter, command=by_python(newsletter, "import os; print([name for name in os.environ if 'KEY' in name])")
    )

    done = newsletter.run("publish", SENDGRID_API_KEY="SG.x", PPRMAIL_SECRET_KEY="k" * 20, DEPLOY_KEY="d")

    assert done.stdout.splitlines()[0] == "['DEPLOY_KEY']"


@pytest.mark.parametrize(
    ("script", "how"),
    [
        pytest.param("raise SystemExit(12)", "exit code 12", id="code"),
        pytest.param(
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "signal 9",
            id="signal",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="no signals there"),
        ),
    ],
)
def test_a_command_that_fails_is_told_with_what_to_do(newsletter: Newsletter, script: str, how: str) -> None:
    publishing(newsletter, command=by_python(newsletter, script))

    assert refused(newsletter.call("publish")) == (
        f"the command under [publish] ended with {how}; what it said stands above. Mend that and run 'pprmail publish' again: until then "
        "the site may be old, or half new"
    )


@pytest.mark.parametrize("program", ["rsink", "./deploy.sh", "/no/such/program"])
def test_a_command_that_is_not_found_is_told_before_anything_is_built(newsletter: Newsletter, program: str) -> None:
    publishing(newsletter, command=f"{program} {{site}}")

    assert refused(newsletter.call("publish")) == (
        f"the command under [publish] begins with {program!r}, which cannot be run on this machine; install it, or write its full path"
    )
    assert not (newsletter.root / "build").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a script is run by its first line there too, and not here")
def test_a_script_beside_the_settings_is_found_from_anywhere(newsletter: Newsletter) -> None:
    newsletter.write("tools/deploy", f"#!{sys.executable}\nprint('deployed')\n").chmod(0o755)
    publishing(newsletter, command="tools/deploy")

    done = newsletter.run("publish")

    assert done.stdout.splitlines()[0] == "deployed"


@pytest.mark.skipif(sys.platform == "win32", reason="a file is a program by its name there")
def test_a_file_that_is_no_program_is_told(newsletter: Newsletter) -> None:
    newsletter.write("tools/deploy", b"\x00\x01\x02\x03").chmod(0o755)
    publishing(newsletter, command="tools/deploy")

    assert "the command under [publish] cannot be run (Exec format error)" in refused(newsletter.call("publish"))


# Looking whether it is there


def test_the_newest_issue_is_looked_for(newsletter: Newsletter, web: Path) -> None:
    with WebHost(web, "/pprnet") as host:
        newsletter.change_settings('"https://blog.example.org"', f'"{host.url}"')
        publishing(newsletter, folder=str(web), verify=True)

        done = newsletter.call("publish")

    assert done.returncode == 0
    assert last_line(done) == f"{host.url}/2020-08/: is there, as it is here"
    assert host.asked == ["/2020-08/"]


def test_an_older_issue_is_not(newsletter: Newsletter, web: Path) -> None:
    newsletter.write("issues/2020-07/issue.md", "Month: July 2020\n")
    newsletter.write("issues/2020-07/1-doe.md", summary_text("Does It Begin?"))
    with WebHost(web) as host:
        newsletter.change_settings('"https://blog.example.org"', f'"{host.url}"')
        publishing(newsletter, folder=str(web), verify=True)

        done = newsletter.call("publish")

    assert (done.returncode, host.asked) == (0, ["/2020-08/"])


def test_a_site_that_does_not_show_it_yet_is_told(newsletter: Newsletter, web: Path, tmp_path: Path) -> None:
    (tmp_path / "another").mkdir()
    with WebHost(tmp_path / "another") as host:
        newsletter.change_settings('"https://blog.example.org"', f'"{host.url}"')
        publishing(newsletter, folder=str(web), verify=True)

        done = newsletter.call("publish")

    assert done.returncode == 1
    assert last_line(done) == (
        f"pprmail: {host.url}/2020-08/: is not there (404). The site was published; if its host takes some time, wait and run 'pprmail publish' again, "
        "which changes nothing that is right; else check 'base_url' and [publish]"
    )
    assert (web / "2020-08/index.html").exists()


def test_without_an_issue_nothing_is_looked_for(newsletter: Newsletter, web: Path) -> None:
    newsletter.write("issues/2020-08/issue.md", "Month: August 2020\nDraft: yes\n")
    publishing(newsletter, folder=str(web), verify=True)

    assert newsletter.call("publish").returncode == 0
