"""Settings out of ``pprmail.toml`` and the environment: values, reading, and what cannot be right."""

from pprmail.settings.file import FILE_NAME, check_base_url, find_root, load_settings
from pprmail.settings.values import POSTAL_PLACEHOLDER, Newsletter, Sender, Settings, Unsubscribe

__all__ = [
    "FILE_NAME",
    "POSTAL_PLACEHOLDER",
    "Newsletter",
    "Sender",
    "Settings",
    "Unsubscribe",
    "check_base_url",
    "find_root",
    "load_settings",
]
