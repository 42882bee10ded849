"""The service around the method: who, when, kept where, sent how."""
