"""The simulator over HTTP: the Bot API for the bot, the control API and the page for people."""
