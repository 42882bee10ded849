"""The pure engine that reads and plays the conversations in flows/content."""
