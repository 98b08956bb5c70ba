from __future__ import annotations

import sys
from pathlib import Path

# `steps` and `flows` are modules of this folder alone.
sys.path.insert(0, str(Path(__file__).parent))
