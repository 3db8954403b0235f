/** Microseconds since 1970 of a time in ISO 8601. JavaScript's numbers hold them exactly until the year 2255. */
export const microsOf = (iso: string): number => Date.parse(iso) * 1000;

/** The time in ISO 8601, to the millisecond. */
export const plainTimeOf = (micros: number): string => new Date(Math.floor(micros / 1000)).toISOString();

export const MINUTE = 60_000_000;
