"""The daily loop as plain lines: a numbered menu for screen readers and slow lines, and what pipes get."""
