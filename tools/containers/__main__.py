"""`python -m tools.containers`: installs what builds and runs images, where root and apt-get are; says why where it cannot."""

from __future__ import annotations

import sys

from tools.containers import Missing, install


def main() -> int:
    """0 where the tools are here, 1 where they cannot be had."""
    try:
        install()
    except Missing as e:
        print(f"images are not built here: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
