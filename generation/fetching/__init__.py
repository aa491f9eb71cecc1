"""Language models from the hub: fetched whole, pinned and verified."""
