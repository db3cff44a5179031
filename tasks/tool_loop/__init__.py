"""Goals in small worlds that only calls can change."""
