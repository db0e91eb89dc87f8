"""``pprmail``: the table of its commands, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import gc
import importlib
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from pprmail import __version__
from pprmail.errors import EXIT_BUG, EXIT_DONE, EXIT_INTERRUPTED, EXIT_YOURS, FaultsError, PprmailError

if TYPE_CHECKING:
    from types import FrameType

    from pprmail.cli.console import Console
    from pprmail.settings import Settings

# Each command is the function of its name in the module of its name; the words are for --help, so that help needs no imports.
COMMANDS = {
    "init": "Start a newsletter in a folder.",
    "new": "Start a month: its files, with the headers to fill in.",
    "check": "Show every fault and doubt in the issues.",
    "build": "Build the site, its feed, and the mail of the issues.",
    "publish": "Bring the site to where readers find it.",
    "send": "Send an issue, or finish sending it.",
    "status": "Show what was sent, to whom, and what it waits for.",
    "resolve": "Settle what is in doubt, by evidence or by your word.",
    "cancel": "Undo a mailing that nobody has, or one to the outbox.",
    "unsubscribe": "Record who asked to leave.",
    "rehearse": "Rehearse a send here, with faults and kills.",
    "backup": "Copy the ledger and the secret key into one file.",
    "restore": "Put the ledger and the key of a backup in place.",
}


@dataclass
class App:
    """What every command gets: the folder to begin in, and how much to say."""

    folder: Path
    verbosity: int = 0
    _settings: Settings | None = field(default=None, init=False)

    @property
    def settings(self) -> Settings:
        """The newsletter's settings, read once."""
        if self._settings is None:
            from pprmail.settings import find_root, load_settings

            self._settings = load_settings(find_root(self.folder))
        return self._settings

    @property
    def console(self) -> Console:
        """Where to print."""
        from pprmail.cli.console import Console

        return Console(self.verbosity)


class CommandTable(click.Group):
    """The commands of ``COMMANDS``, each imported when it is called and not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command itself; None for a name that is not in the table."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"pprmail.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The table, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that ``args`` name; an unknown one is told with the nearest."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from pprmail.rules import did_you_mean

            ctx.fail(f"no command {args[0]!r}; {did_you_mean(args[0], tuple(COMMANDS)) or 'see pprmail --help'}")
        return super().resolve_command(ctx, args)


@click.group(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-C", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Work on the newsletter in DIR.")
@click.option("-v", "verbose", is_flag=True, help="Say more.")
@click.option("-q", "quiet", is_flag=True, help="Say only what must be said.")
@click.version_option(__version__, message="pprmail %(version)s")
@click.pass_context
def pprmail(context: click.Context, folder: Path | None, *, verbose: bool, quiet: bool) -> None:
    """Send a monthly research newsletter: Markdown files in, mail, site and feed out."""
    if folder is not None and not folder.is_dir():
        message = f"there is no folder {str(folder)!r}; -C takes the newsletter's folder"
        raise PprmailError(message)
    context.obj = App((folder or Path.cwd()).absolute(), verbose - quiet)


def main() -> NoReturn:
    """Run ``pprmail`` and exit with the code that says how it ended."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a replaced stream may lack it
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, _interrupt)
    # A short process makes little garbage: looking for it at the usual rate, and once more at the end, took 14 ms of check's 130
    gc.set_threshold(50_000)
    code = run(sys.argv[1:])
    gc.freeze()
    sys.exit(code)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def run(arguments: list[str]) -> int:  # noqa: PLR0911 - a way out for each kind of end
    """Run one command; the exit code. Everything that stops it is a sentence on stderr, a bug alone a traceback."""
    try:
        code = pprmail.main(arguments, prog_name="pprmail", standalone_mode=False)
    except FaultsError as error:
        from pprmail.cli.console import Console

        console = Console(0)
        console.problems(error.problems, to_stderr=True)
        console.error(str(error))
        return error.exit_code
    except PprmailError as error:
        return _told(str(error), error.exit_code)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.exceptions.Abort):  # click makes the one into the other
        return _told("interrupted; run the command again to go on", EXIT_INTERRUPTED)
    except SystemExit:
        # click's own answer to a help text or a question that nobody reads any more: nothing was done
        return EXIT_YOURS
    except Exception:  # noqa: BLE001 - the last resort: a bug keeps its traceback
        import traceback

        traceback.print_exc()
        return _told(f"this is a bug in pprmail {__version__}; please report it with the lines above", EXIT_BUG)
    return code if isinstance(code, int) else EXIT_DONE


def _told(sentence: str, code: int) -> int:
    from pprmail.cli.console import Console

    Console(0).error(sentence)
    return code
