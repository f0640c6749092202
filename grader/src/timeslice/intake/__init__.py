"""Finds submissions, and makes a clean folder of sources from each."""
