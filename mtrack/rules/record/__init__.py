"""Rules about the records as such: what a file holds, and what its records refer to."""
