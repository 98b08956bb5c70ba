"""OV1xx: what is wrong with the shape of a document."""
