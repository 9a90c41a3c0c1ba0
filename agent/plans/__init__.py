"""Plans as data: which probes belong to which."""
