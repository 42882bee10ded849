"""What stands in front of everything: help when somebody is in danger. Loaded at start, works without the database."""
