"""What the guards refuse and what they report. Pure: facts in, verdict out; nothing here can run git."""
