"""A send rehearsed: a stand-in for the provider that fails, and a sender that is killed, on this machine alone."""
