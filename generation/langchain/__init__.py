"""The parts of a LangChain chain: prompt, model and checked answer."""
