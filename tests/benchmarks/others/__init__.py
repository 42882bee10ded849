"""Ours beside what one would otherwise take, in one run: the same answered questions, the same daily reminders.

python-telegram-bot and APScheduler are there anyway; aiosqlite comes with the extra `bench`. aiogram asks for an older
pydantic than ours, so it has an environment of its own, whose Python is named by `BENCH_AIOGRAM`. What is not there is
left out, with a line that says what to install.
"""
