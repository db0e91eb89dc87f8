"""SendGrid's API on the loopback, as strict as its documentation, and as unreliable as one likes."""
