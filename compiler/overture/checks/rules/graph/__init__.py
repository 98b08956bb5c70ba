"""Order and reachability."""
