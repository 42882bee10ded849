"""`draaglicht doctor`: looks whether the service can do its work, and says in plain words what to do where it cannot.

It changes nothing, and names nobody. Known by nobody but `cli`.
"""
