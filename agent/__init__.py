"""The bench agent: links to phones, the session that runs probes, the journal, the localizer, the command line."""
