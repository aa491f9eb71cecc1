"""Public benches of personalisation in the layouts of their authors."""
