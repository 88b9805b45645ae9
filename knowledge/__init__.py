"""What the bot knows and how it answers: pure Python, with no Discord in it."""
