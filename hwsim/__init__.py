"""Emulated phones: the real adb wire protocol outside, physics inside, and a library of faults.

Nothing here is imported by the rest of the project; ``python -m hwsim`` is the only door.
"""
