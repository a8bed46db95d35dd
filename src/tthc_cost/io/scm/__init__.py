"""Form 03/SCM-KSTT, the official cost table: read however it is laid out, and written with live formulas."""
