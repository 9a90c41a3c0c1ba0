"""The signatures of the log engine, as data: one file per subsystem."""
