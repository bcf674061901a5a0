"""What higher rooms and apps hang into lower ones, which so need not know them. See docs/extending.md."""
