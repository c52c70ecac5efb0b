"""`armo leaderboard`: every system of Tables 1 and 2 on the same data, and who wins."""
