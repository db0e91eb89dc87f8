"""``python -m pprmail``: the same as the ``pprmail`` command."""

from pprmail.cli import main

if __name__ == "__main__":
    main()
