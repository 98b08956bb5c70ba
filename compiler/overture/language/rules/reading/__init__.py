"""OV0xx: what keeps a file from being read."""
