"""Inventory and review forms that departments keep in Word: their tables, read."""
