import {
  causeKeyOf,
  tupleKey,
  type Breach,
  type ExpectedBreach,
  type Heat,
  type Note,
  type NotSettled,
  type Verification,
} from "./matrix/index.ts";

/**
 * One verification of two: of rows of invented tenants, which statements wrote to, and of the rows that were there,
 * which were only read. A note that a relation has no rows is not true where the second run has read some.
 */
export function together(invented: Verification, existing: Verification): Verification {
  const read = new Set(
    existing.heat
      .filter(({ held, breach, expected, control }) => held + breach + expected + control > 0)
      .map(({ relation }) => relation),
  );
  const isRead = ({ code, about }: Note): boolean =>
    code === "no-rows" && about !== undefined && read.has(about) && !existing.withoutRows.includes(about);
  const notes = invented.notes.map((note) =>
    isRead(note) && note.about !== undefined
      ? {
          ...note,
          message: `no row could be made in \`${note.about}\`, so no write of it was tried; the rows that it has were read`,
        }
      : note,
  );
  const said = new Set(notes.map(({ code }) => code));
  const { triples, settled } = {
    triples: invented.settlement.triples + existing.settlement.triples,
    settled: invented.settlement.settled + existing.settlement.settled,
  };
  const sum = (count: (one: Verification) => number): number => count(invented) + count(existing);
  return {
    ...invented,
    personas: [...invented.personas, ...existing.personas],
    cells: sum(({ cells }) => cells),
    held: sum(({ held }) => held),
    breached: sum(({ breached }) => breached),
    expectedCells: sum(({ expectedCells }) => expectedCells),
    heldByGrant: sum(({ heldByGrant }) => heldByGrant),
    settlement: { triples, settled, share: triples === 0 ? 1 : settled / triples },
    notSettled: unsettledOf([...invented.notSettled, ...existing.notSettled]),
    heat: heatOf([...invented.heat, ...existing.heat]),
    breaches: breachesOf([...invented.breaches, ...existing.breaches]),
    expected: breachesOf<ExpectedBreach>([...invented.expected, ...existing.expected]),
    withoutRows: invented.withoutRows.filter((name) => !read.has(name) || existing.withoutRows.includes(name)),
    // what the invented rows alone settled is no worse for what the others did not
    conclusive: invented.conclusive || existing.conclusive,
    notes: [...notes, ...existing.notes.filter(({ code }) => !said.has(code) && !OF_THE_RUN.has(code))],
    seconds: sum(({ seconds }) => seconds),
  };
}

/** Notes about a run that only reads, or on its own. */
const OF_THE_RUN = new Set(["read-only", "no-rows", "unused-exception", "login"]);

function unsettledOf(all: readonly NotSettled[]): NotSettled[] {
  const found = new Map<string, NotSettled>();
  for (const one of all) {
    const key = causeKeyOf(one.cause);
    const known = found.get(key);
    found.set(key, known ? { ...known, cells: known.cells + one.cells, triples: known.triples + one.triples } : one);
  }
  return [...found.values()].toSorted((a, b) => b.triples - a.triples || b.cells - a.cells);
}

function heatOf(all: readonly Heat[]): Heat[] {
  const found = new Map<string, Heat>();
  for (const one of all) {
    const key = tupleKey(one.relation, one.command, one.personaClass);
    const known = found.get(key);
    found.set(
      key,
      known
        ? {
            ...known,
            held: known.held + one.held,
            heldByGrant: known.heldByGrant + one.heldByGrant,
            breach: known.breach + one.breach,
            expected: known.expected + one.expected,
            notSettled: known.notSettled + one.notSettled,
            notTried: known.notTried + one.notTried,
            ownerUnknown: known.ownerUnknown + one.ownerUnknown,
            control: known.control + one.control,
          }
        : one,
    );
  }
  return [...found.values()];
}

/** Breaches of the same cause have the same id; the first is told. */
function breachesOf<One extends Breach>(all: readonly One[]): One[] {
  const found: One[] = [];
  for (const one of all) {
    const known = found.findIndex(({ id, ...rest }) => id === one.id && reasonOf(rest) === reasonOf(one));
    const before = found[known];
    if (before === undefined) found.push(one);
    else
      found[known] = {
        ...before,
        cells: before.cells + one.cells,
        commands: [...new Set([...before.commands, ...one.commands])],
        relations: [...new Set([...before.relations, ...one.relations])],
      };
  }
  return found;
}

const reasonOf = (breach: object): unknown => ("reason" in breach ? breach.reason : null);
