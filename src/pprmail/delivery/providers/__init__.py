"""Those who take mail from us, each behind the same few methods."""
