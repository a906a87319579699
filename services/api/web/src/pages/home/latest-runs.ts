/** How many of the latest runs the home page lists. */
export const LATEST_RUNS = 6;
