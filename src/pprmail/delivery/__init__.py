"""A mailing that ends with everyone accounted for."""
