"""A monthly research newsletter, from Markdown files to readers' inboxes."""

__version__ = "0.1.0"
