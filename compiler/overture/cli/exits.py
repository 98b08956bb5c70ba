"""The exit codes: part of the contract."""

DONE = 0
FAILED = 1  # findings of severity error, or a run or a compile that failed
WRONG_USAGE = 2  # wrong usage, a path that cannot be opened, output that cannot be written
INTERRUPTED = 130
