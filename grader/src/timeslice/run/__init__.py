"""Runs the linked bank in the sandbox, and reads what it and its tools tell."""
