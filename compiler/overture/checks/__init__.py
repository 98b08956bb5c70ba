"""Proving a workflow sound before anything runs (language.md 7)."""

from overture.checks.verdict import Checked, Verdict, check

__all__ = ["Checked", "Verdict", "check"]
