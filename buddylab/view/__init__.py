"""What a run says, frame by frame, in two languages, and the document that every picture is drawn from."""
