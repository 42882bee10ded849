"""What the service does for people, as plain functions on a connection, one module a subject. Knows no Telegram."""
