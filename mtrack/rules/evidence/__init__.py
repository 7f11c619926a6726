"""Rules about evidence: whether the files are there, and whether they say what the records say."""
