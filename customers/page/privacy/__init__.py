"""The pages of privacy: what is held on a person, a copy of it, and the erase."""
