/** Whose values a call is made with; `new`: of a row of another tenant that is not there yet. */
export type Whose = "own" | "foreign" | "new" | "nobody" | "other nobody";
