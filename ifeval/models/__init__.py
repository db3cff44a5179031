"""What --model may be, how it is asked, and how its replies are read."""
