"""Multi-IF, English: conversations of three turns whose instructions add up."""
