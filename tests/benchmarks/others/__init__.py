"""Ours beside what one would otherwise take, in one run: the same answered questions, the same daily reminders.

They come with the extra `test`; but aiogram asks for an older pydantic than ours, so it has an environment of its own,
whose Python is named by `BENCH_AIOGRAM`, and is left out without it.
"""
