"""From what was told to a grade: one submission through all steps, its checks, its points, its outcome."""
