"""Networks held against torch: what archc says of them, and what happens."""

from __future__ import annotations
