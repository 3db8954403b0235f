import {
  causeKeyOf,
  tupleKey,
  type Attempt,
  type Command,
  type DbObject,
  type TupleKey,
  type Unsettled,
} from "../matrix/index.ts";

/** The part of a run that decides when a cell may be called held. */
export interface Settling {
  /** objects and commands by which some persona reached a row of its own, see `controlKey` */
  reached: Set<TupleKey>;
  /** cells that reached no foreign row, until it is known whether that command reaches any row */
  waiting: Map<TupleKey, ((cause: Unsettled | null) => void)[]>;
  /** relation, view or function, command, and persona → settled, or the first reason why not */
  triples: Map<TupleKey, Triple>;
  /** by the JSON of the cause */
  causes: Map<string, { cause: Unsettled; cells: number }>;
}

export type Triple = { through: DbObject["name"] } & ({ kind: "settled" } | { kind: "not settled"; cause: Unsettled });

export const newSettling = (): Settling => ({
  reached: new Set(),
  waiting: new Map(),
  triples: new Map(),
  causes: new Map(),
});

/** The command as policies have it: a COPY reads, a MERGE updates or deletes. */
export function policyCommandOf({ command, rowCommand = command }: Attempt): Command {
  if (rowCommand === "COPY") return "SELECT";
  return rowCommand === "MERGE" ? "UPDATE" : rowCommand;
}

/** The key of the control that a cell needs: the object by which it reaches rows, and the command. */
export const controlKey = (attempt: Attempt): TupleKey => tupleKey(attempt.through.name, policyCommandOf(attempt));

/** A row of its own was reached by this object and command: the cells that waited for it are held. */
export function reachedOwn(settling: Settling, key: TupleKey): void {
  if (settling.reached.has(key)) return;
  settling.reached.add(key);
  for (const settle of settling.waiting.get(key) ?? []) settle(null);
  settling.waiting.delete(key);
}

/** Settle a cell now, if its control has been reached, or when that is known: `null` where it has. */
export function awaitControl(settling: Settling, key: TupleKey, settle: (cause: Unsettled | null) => void): void {
  if (settling.reached.has(key)) return settle(null);
  const waiting = settling.waiting.get(key);
  if (waiting) waiting.push(settle);
  else settling.waiting.set(key, [settle]);
}

/** No control was reached: what still waits is not settled. */
export function giveUp({ waiting }: Settling): void {
  for (const settles of waiting.values()) for (const settle of settles) settle({ kind: "no control" });
  waiting.clear();
}

/**
 * Count a cell for its triple, which one settled cell settles; but not where rows of unknown owner were reached: that
 * other statements reached none does not say whose these are.
 */
export function countTriple(settling: Settling, attempt: Attempt, persona: string, cause: Unsettled | null): void {
  const through = attempt.through.name;
  const key = tupleKey(through, policyCommandOf(attempt), persona);
  const known = settling.triples.get(key);
  if (known?.kind === "not settled" && known.cause.kind === "owner unknown") return;
  if (cause?.kind === "owner unknown") settling.triples.set(key, { through, kind: "not settled", cause });
  else if (cause === null) settling.triples.set(key, { through, kind: "settled" });
  // what is not tried on this database says less than an error
  else if (!known || (known.kind === "not settled" && known.cause.kind === "not tried"))
    settling.triples.set(key, { through, kind: "not settled", cause });
}

/** Count a cell that is not settled, by its reason. */
export function countCause({ causes }: Settling, cause: Unsettled): void {
  const key = causeKeyOf(cause);
  const known = causes.get(key);
  if (known) known.cells += 1;
  else causes.set(key, { cause, cells: 1 });
}
