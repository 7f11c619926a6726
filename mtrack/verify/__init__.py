"""The records against the papers themselves: what stands in an agreement, an invoice, a sign-off, and where."""
