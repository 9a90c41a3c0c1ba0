"""Hardware checks: what the phone's own sensors, speakers, cameras and keys do on the bench. In the order they run."""

from probes._declare import Probe
from probes.hardware.accelerometer import AccelerometerAtRest

PROBES: tuple[Probe, ...] = (AccelerometerAtRest(),)

__all__ = ["PROBES"]
