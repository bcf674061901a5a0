"""The tab with whom a customer belongs together with, and what they come to together."""
