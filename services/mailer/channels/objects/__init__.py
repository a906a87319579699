"""What the channels of object storage are made of: names of objects, and how they are put."""
