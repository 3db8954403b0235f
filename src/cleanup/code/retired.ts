/** What the clean-up takes out of the code: names in SQL. */
export interface Retired {
  /** a session variable, in lower case, and the claim that takes its place, as keys from the outermost */
  settings: ReadonlyMap<string, readonly string[]>;
  /** functions that set these variables and do nothing else, by name */
  functions: ReadonlySet<string>;
  /** functions that set these variables among other things: their calls are looked at by a person */
  mixed: ReadonlySet<string>;
}

/** True if a text names something that is retired; a prefilter, and what is left is looked at in the syntax. */
export function namesRetired(text: string, { settings, functions, mixed }: Retired): boolean {
  return [...settings.keys(), ...functions, ...mixed].some((name) => text.toLowerCase().includes(name.toLowerCase()));
}
