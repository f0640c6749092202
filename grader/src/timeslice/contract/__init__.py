"""Reads the contract: the clauses with their sentences, points and hints, and the kit that holds them."""
