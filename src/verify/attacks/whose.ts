/** The party whose values a call is made with; `new`: of a row of another tenant that does not exist yet. */
export type Whose = "own" | "foreign" | "new" | "nobody" | "other nobody";
