"""What was handed in: finds submissions, and makes of each a clean tree of sources."""
