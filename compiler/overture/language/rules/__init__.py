"""The rules about the document itself: how it is read, and its shape."""
