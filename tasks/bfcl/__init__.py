"""The Berkeley Function-Calling Leaderboard, as its official checker scores it."""
