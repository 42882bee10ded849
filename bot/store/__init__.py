"""What is kept, where and how: tables, encryption, transactions. Knows nothing of Telegram or of the method."""
