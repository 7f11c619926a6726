"""A second computation of the contract, from its text alone: it shares no code with `mtrack/`."""
