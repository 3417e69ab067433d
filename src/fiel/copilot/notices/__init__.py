"""What people are told of without asking: which facts, in which words. Who tells them stands in the doors."""
