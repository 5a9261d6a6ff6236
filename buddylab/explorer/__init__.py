"""What the main screen is about: its knobs, the machine that they make, and the run that they lead to."""
