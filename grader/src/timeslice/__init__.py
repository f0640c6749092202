"""Timeslice's grader: from a student's folder to a grade that can be trusted."""

__version__ = "0.2.0"
