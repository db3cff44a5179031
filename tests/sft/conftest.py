"""Torch is told, before it is imported, that threads must not spin."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
