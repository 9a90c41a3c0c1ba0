"""Where log lines come from: one module per part, each from the state of the part to what its software prints."""
