"""Tools for the makers of the kit: lint, proof, measurements and the doctor. Only the command line imports it."""
