"""What will go wrong one day."""
