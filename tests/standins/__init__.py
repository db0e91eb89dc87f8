"""A mail host that stands in for the world in the tests; SendGrid's stand-in is the rehearsal's."""
