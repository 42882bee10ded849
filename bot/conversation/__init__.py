"""The host of the flow engine: takes one input of one chat and does, in one transaction, all that follows from it."""
