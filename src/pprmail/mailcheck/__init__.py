"""What is wrong with the rendered mail."""
