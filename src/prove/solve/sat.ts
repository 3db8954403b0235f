/**
 * Propositional satisfiability by conflict-driven clause learning, for formulas of some hundred variables.
 *
 * A literal is `variable` or `-variable`, variables count from 1. Guarantees: `solve` returns true only with an assignment that satisfies
 * every clause, the assumptions and the theory; false only when none does. Decisions take a variable's last value, at first `false`, so that
 * models hold no more facts than they need.
 */
export interface Sat {
  newVariable(): number;
  /** Decide this variable before others, and as false: models in which it is true only where it has to be. */
  preferFalse(variable: number): void;
  addClause(clause: readonly number[]): void;
  /**
   * `check` sees a full assignment and returns clauses that it breaks although a theory wants them (none: it is a model). They have to be
   * over known variables and are kept. Throws what `check` throws.
   */
  solve(assumptions: readonly number[], check: () => number[][]): boolean;
  /** The value in the present assignment; for `check`. */
  current(variable: number): boolean;
  /** The value in the last model. */
  value(variable: number): boolean;
}

export function newSat(tick: () => void = () => {}): Sat {
  // values by variable: 0 unassigned, 1 true, -1 false
  const values: number[] = [0];
  const phases: number[] = [0];
  const levels: number[] = [0];
  const reasons: (number[] | null)[] = [null];
  const activity: number[] = [0];
  const watches: number[][][] = [[], []];
  const preferred: number[] = [];
  const isPreferred = new Set<number>();
  const trail: number[] = [];
  const trailMarks: number[] = [];
  let head = 0;
  let increment = 1;
  let broken = false;
  let model: number[] = [];

  const slot = (literal: number): number => (literal > 0 ? literal * 2 : -literal * 2 + 1);
  const valueOf = (literal: number): number => (literal > 0 ? (values[literal] ?? 0) : -(values[-literal] ?? 0));
  const watch = (literal: number, clause: number[]): void => void (watches[slot(literal)] ??= []).push(clause);

  const assign = (literal: number, reason: number[] | null): void => {
    const variable = Math.abs(literal);
    values[variable] = literal > 0 ? 1 : -1;
    levels[variable] = trailMarks.length;
    reasons[variable] = reason;
    trail.push(literal);
  };

  /** Unit propagation; the clause that fails, or null. */
  const propagate = (): number[] | null => {
    while (head < trail.length) {
      const falsified = -(trail[head++] as number); // head is below the length
      const list = watches[slot(falsified)] ?? [];
      let kept = 0;
      for (let index = 0; index < list.length; index += 1) {
        const clause = list[index] as number[]; // index is below the length
        if (clause[0] === falsified) {
          clause[0] = clause[1] as number; // watched clauses have two literals at least
          clause[1] = falsified;
        }
        const first = clause[0] as number;
        if (valueOf(first) === 1) {
          list[kept++] = clause;
          continue;
        }
        let moved = false;
        for (let other = 2; other < clause.length; other += 1) {
          const literal = clause[other] as number;
          if (valueOf(literal) === -1) continue;
          clause[1] = literal;
          clause[other] = falsified;
          watch(literal, clause);
          moved = true;
          break;
        }
        if (moved) continue;
        list[kept++] = clause;
        if (valueOf(first) === -1) {
          while (++index < list.length) list[kept++] = list[index] as number[];
          list.length = kept;
          head = trail.length;
          return clause;
        }
        assign(first, clause);
      }
      list.length = kept;
    }
    return null;
  };

  const backTo = (level: number): void => {
    const mark = trailMarks[level];
    if (mark === undefined) return;
    for (let index = trail.length - 1; index >= mark; index -= 1) {
      const literal = trail[index] as number;
      const variable = Math.abs(literal);
      phases[variable] = literal > 0 ? 1 : -1;
      values[variable] = 0;
      reasons[variable] = null;
    }
    trail.length = mark;
    trailMarks.length = level;
    head = mark;
  };

  const bump = (variable: number): void => {
    activity[variable] = (activity[variable] ?? 0) + increment;
    if ((activity[variable] ?? 0) > 1e100) {
      for (let index = 1; index < activity.length; index += 1) activity[index] = (activity[index] ?? 0) * 1e-100;
      increment *= 1e-100;
    }
  };

  /** First unique implication point: the clause to learn, its asserting literal first, and the level to go back to. */
  const analyse = (conflict: number[]): { clause: number[]; level: number } => {
    const seen = new Set<number>();
    const learnt: number[] = [];
    let open = 0;
    let index = trail.length - 1;
    let reason: readonly number[] = conflict;
    let asserting = 0;
    for (;;) {
      for (const literal of reason) {
        const variable = Math.abs(literal);
        if (literal === asserting || seen.has(variable) || levels[variable] === 0) continue;
        seen.add(variable);
        bump(variable);
        if (levels[variable] === trailMarks.length) open += 1;
        else learnt.push(literal);
      }
      while (!seen.has(Math.abs(trail[index] as number))) index -= 1;
      asserting = trail[index] as number;
      index -= 1;
      open -= 1;
      if (open === 0) break;
      reason = reasons[Math.abs(asserting)] ?? [];
    }
    const level = learnt.reduce((most, literal) => Math.max(most, levels[Math.abs(literal)] ?? 0), 0);
    learnt.sort((a, b) => (levels[Math.abs(b)] ?? 0) - (levels[Math.abs(a)] ?? 0));
    return { clause: [-asserting, ...learnt], level };
  };

  const learn = (clause: number[]): void => {
    if (clause.length > 1) {
      watch(clause[0] as number, clause);
      watch(clause[1] as number, clause);
    }
    assign(clause[0] as number, clause.length > 1 ? clause : null);
  };

  const addClause = (given: readonly number[]): void => {
    backTo(0);
    const clause = [...new Set(given)];
    if (clause.some((literal) => clause.includes(-literal) || valueOf(literal) === 1)) return;
    const rest = clause.filter((literal) => valueOf(literal) !== -1);
    const [first, second] = rest;
    if (first === undefined) broken = true;
    else if (second === undefined) {
      assign(first, null);
      if (propagate()) broken = true;
    } else {
      watch(first, rest);
      watch(second, rest);
    }
  };

  const pick = (): number => {
    for (const variable of preferred) if (values[variable] === 0) return variable;
    let best = 0;
    let most = -1;
    for (let variable = 1; variable < values.length; variable += 1)
      if (values[variable] === 0 && (activity[variable] ?? 0) > most) {
        best = variable;
        most = activity[variable] ?? 0;
      }
    return best;
  };

  return {
    newVariable: () => {
      values.push(0);
      phases.push(-1);
      levels.push(0);
      reasons.push(null);
      activity.push(0);
      return values.length - 1;
    },
    preferFalse: (variable) => {
      preferred.push(variable);
      isPreferred.add(variable);
    },
    addClause,
    solve: (assumptions, check) => {
      backTo(0);
      for (;;) {
        if (broken) return false;
        tick();
        const conflict = propagate();
        if (conflict) {
          if (trailMarks.length === 0) {
            broken = true;
            return false;
          }
          const { clause, level } = analyse(conflict);
          backTo(level);
          learn(clause);
          increment *= 1.05;
          continue;
        }
        const assumed = assumptions[trailMarks.length];
        if (assumed !== undefined) {
          if (valueOf(assumed) === -1) {
            backTo(0);
            return false;
          }
          trailMarks.push(trail.length);
          if (valueOf(assumed) === 0) assign(assumed, null);
          continue;
        }
        const variable = pick();
        if (variable !== 0) {
          trailMarks.push(trail.length);
          assign((phases[variable] ?? -1) > 0 && !isPreferred.has(variable) ? variable : -variable, null);
          continue;
        }
        const missing = check();
        if (missing.length === 0) {
          model = [...values];
          backTo(0);
          return true;
        }
        for (const clause of missing) addClause(clause);
      }
    },
    current: (variable) => values[variable] === 1,
    value: (variable) => model[variable] === 1,
  };
}
