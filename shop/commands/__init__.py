"""The commands of ``python -m shop``, one module each: its arguments, and what it does."""
