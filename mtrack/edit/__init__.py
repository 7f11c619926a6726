"""The only code that writes records: splice text, prove it, write it whole or not at all; one function a verb."""
