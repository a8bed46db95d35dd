"""Compliance cost of internal administrative procedures: before, after, and whether the claimed 20 % is real."""
