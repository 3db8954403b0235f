import type { Pattern } from "./pattern.ts";

/** A nondeterministic automaton over characters. */
export interface Automaton {
  start: ReadonlySet<number>;
  /** the states after one more character */
  step(states: ReadonlySet<number>, char: string): ReadonlySet<number>;
  isFinal(states: ReadonlySet<number>): boolean;
  accepts(text: string): boolean;
  /** characters outside of ASCII that the pattern names */
  named: ReadonlySet<string>;
  /** the same for characters that it does not tell apart */
  signature(char: string): string;
}

interface State {
  /** without a character */
  free: number[];
  moves: { fits(char: string): boolean; to: number }[];
}

/** `ignoresCase`: ASCII letters fit in either case. */
export function newAutomaton(pattern: Pattern, ignoresCase: boolean): Automaton {
  const states: State[] = [];
  const named = new Set<string>();
  const add = (): number => states.push({ free: [], moves: [] }) - 1;
  const free = (from: number, to: number): void => void states[from]?.free.push(to);
  const move = (from: number, fits: (char: string) => boolean): number => {
    const to = add();
    states[from]?.moves.push({ fits, to });
    return to;
  };
  const fold = (char: string): string => (ignoresCase && /[A-Z]/.test(char) ? char.toLowerCase() : char);
  const build = (at: number, of: Pattern): number => {
    switch (of.kind) {
      case "character": {
        if (!/^[ -~]$/.test(of.char)) named.add(of.char);
        const wanted = fold(of.char);
        return move(at, (char) => fold(char) === wanted);
      }
      case "class": {
        const spellings = (char: string): string[] =>
          ignoresCase && /[a-z]/i.test(char) ? [char.toLowerCase(), char.toUpperCase()] : [char];
        const within = (char: string): boolean =>
          spellings(char).some((one) => {
            const code = one.codePointAt(0) ?? 0;
            return of.ranges.some(([low, high]) => low <= code && code <= high);
          });
        return move(at, (char) => within(char) !== of.negated);
      }
      case "one":
        return move(at, () => true);
      case "anything": {
        states[at]?.moves.push({ fits: () => true, to: at });
        const to = add();
        free(at, to);
        return to;
      }
      case "sequence":
        return of.parts.reduce((from, part) => build(separated(from), part), at);
      case "choice": {
        const to = add();
        for (const part of of.parts) {
          const from = add();
          free(at, from);
          free(build(from, part), to);
        }
        return to;
      }
      case "repeat": {
        let from = at;
        for (let time = 0; time < of.least; time += 1) from = build(separated(from), of.of);
        const to = add();
        if (of.most === null) {
          const loop = add();
          free(from, loop);
          free(loop, to);
          free(build(separated(loop), of.of), loop);
          return to;
        }
        free(from, to);
        for (let time = of.least; time < of.most; time += 1) {
          from = build(separated(from), of.of);
          free(from, to);
        }
        return to;
      }
    }
  };
  /** A state of its own: a loop on it is not one on the state before. */
  const separated = (from: number): number => {
    const to = add();
    free(from, to);
    return to;
  };
  const signatures = new Map<string, string>();
  const first = add();
  const last = build(first, pattern);
  const closed = (given: Iterable<number>): ReadonlySet<number> => {
    const all = new Set(given);
    for (const at of all) for (const to of states[at]?.free ?? []) all.add(to);
    return all;
  };
  const start = closed([first]);
  const step = (from: ReadonlySet<number>, char: string): ReadonlySet<number> => {
    const next = new Set<number>();
    for (const at of from) for (const { fits, to } of states[at]?.moves ?? []) if (fits(char)) next.add(to);
    return closed(next);
  };
  const isFinal = (of: ReadonlySet<number>): boolean => of.has(last);
  return {
    start,
    step,
    isFinal,
    named,
    signature: (char) => {
      const known = signatures.get(char);
      if (known !== undefined) return known;
      const made = states.flatMap(({ moves }) => moves.map(({ fits }) => (fits(char) ? "1" : "0"))).join("");
      signatures.set(char, made);
      return made;
    },
    accepts: (text) => isFinal([...text].reduce((at: ReadonlySet<number>, char) => step(at, char), start)),
  };
}
