"""What the front door adds to the rooms: words taken in every form, and answers that show themselves."""
