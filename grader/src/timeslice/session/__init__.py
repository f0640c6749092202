"""Grades in pytest sessions: the plugin, the pool of worker processes, and the progress bar."""
