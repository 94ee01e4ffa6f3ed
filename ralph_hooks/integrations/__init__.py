"""What calls us from outside, each in a package of its own: events in, calls of the floors below out."""
