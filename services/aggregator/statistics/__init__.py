"""From exact counts and sums to figures: headline figures, quantiles, intervals, rounding."""
