"""Who may be mailed, and the proof: addresses, the list, suppressions, tokens."""
