"""The method: what is said, asked and offered. Knows no Telegram, no database and no clock."""
