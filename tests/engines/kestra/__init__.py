"""A Kestra 2.0.0 server without its web layer, in one Java process."""
