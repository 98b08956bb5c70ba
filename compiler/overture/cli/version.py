"""The version that is installed."""

from __future__ import annotations

import os
import sys

_BEGIN, _END = "overture-", ".dist-info"


def installed_version() -> str:
    """The version, read from the name of the folder that every installer writes (packaging.python.org, "Recording
    installed projects"). importlib.metadata says the same, but to import it takes longer than `--version` may."""
    for folder in sys.path:
        try:
            names = [each.name for each in os.scandir(folder or ".")]
        except OSError:  # a zip file, or nothing at all
            continue
        for name in names:
            if name.startswith(_BEGIN) and name.endswith(_END):
                return name[len(_BEGIN) : -len(_END)]
    from importlib.metadata import version

    return version("overture")
