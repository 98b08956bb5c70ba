"""Where untrusted data goes."""
