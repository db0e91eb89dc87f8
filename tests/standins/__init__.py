"""What stands in for the world in the tests.

A package, alone among the tests: otherwise pytest would put this folder on the path, and ``import sendgrid`` would find ours.
"""
