"""The edge to Telegram: updates in, calls out. Everything that waits for the network is here."""

import os

# python-telegram-bot gives durations as timedelta only when told so, and warns otherwise.
os.environ.setdefault("PTB_TIMEDELTA", "true")
