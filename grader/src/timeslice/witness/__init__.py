"""Witnesses watch programs from outside. The programs are of a submission (grade) or of anybody (conform)."""
