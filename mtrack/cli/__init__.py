"""The command line: thin commands, a file per group. Nothing is imported here, so that `mtrack --help` starts fast."""
