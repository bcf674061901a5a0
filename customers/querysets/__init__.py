"""Chainable filters by noun, each beginning with `visible_to(user)`; views fetch only through them."""
