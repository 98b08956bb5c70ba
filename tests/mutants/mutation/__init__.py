"""Mistakes put into sound workflows, to see that the checker finds each of them (tests/mutants)."""
