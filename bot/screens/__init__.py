"""Menus: texts with buttons that hold no conversation and may be tapped at any time."""
