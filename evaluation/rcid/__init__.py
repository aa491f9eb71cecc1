"""RCIDScore, our own: does a description tell what is known, truly, and of the right one."""
