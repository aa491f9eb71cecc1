"""RC-Qwen2-VL and its relatives on this machine, through transformers."""
