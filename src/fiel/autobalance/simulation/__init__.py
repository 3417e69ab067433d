"""A fleet in a market that moves, with a broker that fails and workers that die; and the sums afterwards."""
