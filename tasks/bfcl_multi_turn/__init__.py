"""The Berkeley Function-Calling Leaderboard's multi-turn categories, as its official runner and checker have them."""
