"""Exports to Prefect 3."""

from overture_prefect.backend import Prefect

backend = Prefect()
