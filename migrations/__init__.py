"""The history of the tables. Both are known without loading Alembic."""

HEAD = "0006"
"""The newest revision."""

OLDEST = "0005"
"""The oldest revision whose programs work with the newest tables, so that processes can be replaced one by one. What
goes or becomes compulsory goes in a revision of its own, with a release in between that does without; only then this
number rises, to that release's."""
