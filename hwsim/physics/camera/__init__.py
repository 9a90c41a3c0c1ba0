"""Cameras: what the lens does to a scene, what the sensor makes of it, and the flash."""
