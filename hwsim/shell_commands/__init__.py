"""The phone's shell: a small mksh and the commands that a stock phone's shell user has."""
