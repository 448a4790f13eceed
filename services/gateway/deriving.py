"""What the schema asks of the rules: the one place that names them."""

from __future__ import annotations
