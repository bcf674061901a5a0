"""Lists that people narrow, arrange and keep as views: docs/lists.md."""
