"""Multi-IF (He et al. 2024, arXiv 2410.15553), English part: conversations of three turns whose instructions add up."""
