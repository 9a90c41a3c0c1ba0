"""Knowledge files: causes, effects and their links, one file per subsystem, edited by repair engineers."""
