"""Runs exported workflows on a real Kestra and a real Prefect (`make engines`); imported as `engines`."""
