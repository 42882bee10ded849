"""Reads the times, dates, ages and durations that people in the Netherlands and Flanders type, and says them back.

All times are local wall-clock times without a zone and all dates are local calendar dates: whoever asks the question
knows the zone. Nothing here raises on what a person types, and nothing guesses. A text that could mean two different
things gives no answer, so that the conversation can ask again; only the half of the day that nobody says out loud
("half acht") comes back as two readings.
"""
