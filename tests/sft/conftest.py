"""Before torch is imported: threads that spin while they wait starve their neighbours, other tests among them."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
