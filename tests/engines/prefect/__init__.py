"""A Prefect 3.9.1 server and a process that runs flows against it, in an environment of their own."""
