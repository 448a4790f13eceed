"""`python -m tools.containers`: installs what builds and runs images, where root and apt-get are; says why where it cannot."""

from __future__ import annotations

import sys

from tools.containers import install
from tools.debian import tried

if __name__ == "__main__":
    sys.exit(tried(install, "images are not built here"))
