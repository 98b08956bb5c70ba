"""Names and scope."""
