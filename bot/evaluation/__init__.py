"""Evaluation of the product on question sets, one module for each form of them."""
