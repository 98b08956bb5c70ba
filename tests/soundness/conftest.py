"""What generates, runs and judges lies in `generated_*.py`, `soundness_running.py` and `boundary.py`."""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE), str(_HERE.parent / "generated")]
