"""Grades one submission: takes it through all steps, and makes its checks, its points and its outcome."""
