"""The data set: what a record says, how records lie on disk, and whether they are whole."""
