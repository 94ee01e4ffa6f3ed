"""Claude Code: its hook events, and what a batch makes of them."""
