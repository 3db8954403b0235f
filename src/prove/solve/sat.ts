/** A literal is `variable` or `-variable`; variables count from 1. */
type Clause = number[];

/**
 * Propositional satisfiability by conflict-driven clause learning, for formulas of some hundred variables.
 *
 * Guarantees: `solve` returns true only with an assignment that satisfies every clause, the assumptions and the theory;
 * false only when none does. Decisions take a variable's last value, at first `false`, so that models hold no more
 * facts than they need.
 */
export class Sat {
  // by variable; values: 0 unassigned, 1 true, -1 false
  private readonly values: number[] = [0];
  private readonly phases: number[] = [0];
  private readonly levels: number[] = [0];
  private readonly reasons: (Clause | null)[] = [null];
  private readonly activity: number[] = [0];
  /** by `slotOf` a literal: clauses that watch it */
  private readonly watches: Clause[][] = [[], []];
  private readonly preferred: number[] = [];
  private readonly isPreferred = new Set<number>();
  private readonly trail: number[] = [];
  /** where each decision level begins in the trail */
  private readonly marks: number[] = [];
  /** what of the trail is propagated */
  private head = 0;
  private increment = 1;
  /** no assignment satisfies the clauses, whatever is assumed */
  private broken = false;
  private model: number[] = [];
  private readonly tick: () => void;

  /** `tick` is called before every step of the search, and may throw. */
  constructor(tick: () => void = () => {}) {
    this.tick = tick;
  }

  newVariable(): number {
    this.values.push(0);
    this.phases.push(-1);
    this.levels.push(0);
    this.reasons.push(null);
    this.activity.push(0);
    return this.values.length - 1;
  }

  /** Decide this variable before others, and as false: models in which it is true only where it has to be. */
  preferFalse(variable: number): void {
    this.preferred.push(variable);
    this.isPreferred.add(variable);
  }

  /** The value in the present assignment; for `check`. */
  current(variable: number): boolean {
    return this.values[variable] === 1;
  }

  /** The value in the last model. */
  value(variable: number): boolean {
    return this.model[variable] === 1;
  }

  addClause(given: readonly number[]): void {
    this.backTo(0);
    const clause = [...new Set(given)];
    if (clause.some((literal) => clause.includes(-literal) || this.valueOf(literal) === 1)) return;
    const rest = clause.filter((literal) => this.valueOf(literal) !== -1);
    const [first, second] = rest;
    if (first === undefined) this.broken = true;
    else if (second === undefined) {
      this.assign(first, null);
      if (this.propagate()) this.broken = true;
    } else {
      this.watch(first, rest);
      this.watch(second, rest);
    }
  }

  /**
   * `check` sees a full assignment and returns clauses that it breaks although a theory wants them (none: it is a
   * model). They have to be over known variables and are kept. Throws what `check` throws.
   */
  solve(assumptions: readonly number[], check: () => number[][]): boolean {
    this.backTo(0);
    for (;;) {
      if (this.broken) return false;
      this.tick();
      const conflict = this.propagate();
      if (conflict) {
        if (this.marks.length === 0) {
          this.broken = true;
          return false;
        }
        this.learn(conflict);
        continue;
      }
      const assumed = assumptions[this.marks.length];
      if (assumed !== undefined) {
        if (this.valueOf(assumed) === -1) {
          this.backTo(0);
          return false;
        }
        this.marks.push(this.trail.length);
        if (this.valueOf(assumed) === 0) this.assign(assumed, null);
        continue;
      }
      const variable = this.pick();
      if (variable !== 0) {
        const positive = (this.phases[variable] ?? -1) > 0 && !this.isPreferred.has(variable);
        this.marks.push(this.trail.length);
        this.assign(positive ? variable : -variable, null);
        continue;
      }
      const missing = check();
      if (missing.length === 0) {
        this.model = [...this.values];
        this.backTo(0);
        return true;
      }
      for (const clause of missing) this.addClause(clause);
    }
  }

  private valueOf(literal: number): number {
    return literal > 0 ? (this.values[literal] ?? 0) : -(this.values[-literal] ?? 0);
  }

  private watch(literal: number, clause: Clause): void {
    (this.watches[slotOf(literal)] ??= []).push(clause);
  }

  private assign(literal: number, reason: Clause | null): void {
    const variable = Math.abs(literal);
    this.values[variable] = literal > 0 ? 1 : -1;
    this.levels[variable] = this.marks.length;
    this.reasons[variable] = reason;
    this.trail.push(literal);
  }

  /** Unit propagation; the clause that fails, or null. */
  private propagate(): Clause | null {
    const { trail, watches } = this;
    while (this.head < trail.length) {
      const falsified = -(trail[this.head++] as number); // head is below the length
      const list = watches[slotOf(falsified)] ?? [];
      let kept = 0;
      for (let index = 0; index < list.length; index += 1) {
        const clause = list[index] as Clause; // index is below the length
        if (clause[0] === falsified) {
          clause[0] = clause[1] as number; // watched clauses have two literals at least
          clause[1] = falsified;
        }
        const first = clause[0] as number;
        if (this.valueOf(first) !== 1 && this.watchesAnother(clause, falsified)) continue;
        list[kept++] = clause;
        const value = this.valueOf(first);
        if (value === 0) this.assign(first, clause);
        else if (value === -1) {
          while (++index < list.length) list[kept++] = list[index] as Clause;
          list.length = kept;
          this.head = trail.length;
          return clause;
        }
      }
      list.length = kept;
    }
    return null;
  }

  /**
   * Moves the watch from the falsified literal, which stands second, to one that is not false, if the clause has one.
   */
  private watchesAnother(clause: Clause, falsified: number): boolean {
    for (let other = 2; other < clause.length; other += 1) {
      const literal = clause[other] as number; // other is below the length
      if (this.valueOf(literal) === -1) continue;
      clause[1] = literal;
      clause[other] = falsified;
      this.watch(literal, clause);
      return true;
    }
    return false;
  }

  private backTo(level: number): void {
    const mark = this.marks[level];
    if (mark === undefined) return;
    for (let index = this.trail.length - 1; index >= mark; index -= 1) {
      const literal = this.trail[index] as number; // index is below the length
      const variable = Math.abs(literal);
      this.phases[variable] = literal > 0 ? 1 : -1;
      this.values[variable] = 0;
      this.reasons[variable] = null;
    }
    this.trail.length = mark;
    this.marks.length = level;
    this.head = mark;
  }

  private bump(variable: number): void {
    const { activity } = this;
    activity[variable] = (activity[variable] ?? 0) + this.increment;
    if ((activity[variable] ?? 0) > 1e100) {
      for (let index = 1; index < activity.length; index += 1) activity[index] = (activity[index] ?? 0) * 1e-100;
      this.increment *= 1e-100;
    }
  }

  /** First unique implication point: the clause to learn, its asserting literal first, and the level to go back to. */
  private analyse(conflict: Clause): { clause: Clause; level: number } {
    const { trail, levels } = this;
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
        this.bump(variable);
        if (levels[variable] === this.marks.length) open += 1;
        else learnt.push(literal);
      }
      while (!seen.has(Math.abs(trail[index] as number))) index -= 1; // a variable of this level was seen
      asserting = trail[index] as number;
      index -= 1;
      open -= 1;
      if (open === 0) break;
      reason = this.reasons[Math.abs(asserting)] ?? [];
    }
    const level = learnt.reduce((most, literal) => Math.max(most, levels[Math.abs(literal)] ?? 0), 0);
    learnt.sort((a, b) => (levels[Math.abs(b)] ?? 0) - (levels[Math.abs(a)] ?? 0));
    return { clause: [-asserting, ...learnt], level };
  }

  private learn(conflict: Clause): void {
    const { clause, level } = this.analyse(conflict);
    this.backTo(level);
    const [asserting, second] = clause as [number, ...number[]]; // a learnt clause has its asserting literal
    if (second !== undefined) {
      this.watch(asserting, clause);
      this.watch(second, clause);
    }
    this.assign(asserting, second === undefined ? null : clause);
    this.increment *= 1.05;
  }

  /** The variable to decide next; 0 where all have values. */
  private pick(): number {
    const { values, activity } = this;
    for (const variable of this.preferred) if (values[variable] === 0) return variable;
    let best = 0;
    let most = -1;
    for (let variable = 1; variable < values.length; variable += 1)
      if (values[variable] === 0 && (activity[variable] ?? 0) > most) {
        best = variable;
        most = activity[variable] ?? 0;
      }
    return best;
  }
}

const slotOf = (literal: number): number => (literal > 0 ? literal * 2 : -literal * 2 + 1);
