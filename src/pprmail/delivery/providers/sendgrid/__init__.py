"""SendGrid: batches over its Web API v3, each handed over in one request."""

from pprmail.delivery.providers.sendgrid.provider import SendgridProvider

__all__ = ["SendgridProvider"]
