"""Rules about comments that allow what another rule finds."""
