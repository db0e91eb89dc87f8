"""What is wrong with the author's text: rules, each a small function of a summary or an issue."""
