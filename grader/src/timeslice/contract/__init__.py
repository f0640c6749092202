"""What is asked: the clauses and their sentences, points and hints, and the kit in which they stand."""
