"""The edge to Telegram: updates in, calls out. Everything that waits for the network is here."""
