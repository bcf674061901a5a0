"""The demo company: the files of its departments, drawn from one seed, and the loading of them. See docs/demo.md."""
