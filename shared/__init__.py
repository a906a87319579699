"""What two or more services need, and no business rule of any one of them."""
