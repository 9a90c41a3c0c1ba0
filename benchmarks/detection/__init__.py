"""Which fault modes the hardware probes detect, and how often they cry on healthy phones."""

import os

# One thread for linear algebra, also in the emulated phones, before anything loads numpy: on a busy machine several
# wait for each other a hundred times as long as they work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
