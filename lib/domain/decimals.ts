/** Percentages are decimal fractions: without this, 1.1 times 100 would be a little more than 110. */
export const exact = (value: number) => Math.round(value * 1e6) / 1e6;

/** To two decimals, for people. */
export const rounded = (value: number) => Math.round(value * 100) / 100;
