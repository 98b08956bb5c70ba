from __future__ import annotations

import sys
from pathlib import Path

# `steps` and `flows` are modules of this folder alone.
_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE), str(_HERE.parent / "generated")]
