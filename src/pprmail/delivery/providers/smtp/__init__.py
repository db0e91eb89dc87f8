"""SMTP: recipient by recipient to a mail server, each of them journalled before the dot that hands the letter over."""

from pprmail.delivery.providers.smtp.provider import SmtpProvider

__all__ = ["SmtpProvider"]
