"""Runs the linked bank in the sandbox, and reads what the bank and its tools report."""
