"""What a target cannot do, or does with a difference."""
