"""The only code that writes records: splice text, verify it, write it whole or not at all; one function per verb."""
