# Every target is one call; `make help` lists them. PYTHON=python3.12 chooses another Python to start from.
PYTHON ?= python3
TARGETS := setup run dev test check lint fmt bench messages shell stop clean help
.DEFAULT_GOAL := help
.PHONY: $(TARGETS)

$(TARGETS):
	@$(PYTHON) -m crm.make $@
