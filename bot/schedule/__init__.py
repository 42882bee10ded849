"""Local-time arithmetic and what is due."""
