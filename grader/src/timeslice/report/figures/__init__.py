"""Reads pictures from the steps and messages of a failed test: packets of a network test, charts of a scheduler test.

The code under test can write to the memory that holds these texts. So the readers accept only the exact format that
the bank writes, and only a limited amount. All other text stays text.
"""
