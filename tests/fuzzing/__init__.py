"""Coverage-guided fuzzing: what is held to what any input may do, and the runner."""
