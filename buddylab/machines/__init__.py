"""Machines to ask memory of: those that go by name, sizes of one's own, and what a report says of one."""
