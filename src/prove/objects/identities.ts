import type { ColumnNumbers } from "../../pg/access-facts.ts";
import { nameKey } from "../../pg/name.ts";
import { askedColumns, isAskedElsewhere } from "./asked.ts";
import { comersTo, READS_AND_WRITES } from "./comers.ts";
import type { ObjectChange } from "./change.ts";
import { matched, withoutHeirs, type Worlds } from "./world.ts";

/**
 * Columns and relations that another one's name has now, by a swap of names, or by DROP and a new beginning: what is
 * printed is the same, and the values are others. PostgreSQL numbers columns in the order in which they are added, also
 * after others are dropped, and renaming changes no number.
 */
export function compareIdentities(worlds: Worlds): ObjectChange[] {
  const { before, after } = worlds;
  return [
    ...matched(before.facts.columnNumbers, after.facts.columnNumbers, nameKey).both.flatMap(({ was, is }) =>
      otherColumns(worlds, was, is),
    ),
    ...otherRelations(worlds),
  ];
}

function otherColumns({ after, roles }: Worlds, was: ColumnNumbers, is: ColumnNumbers): ObjectChange[] {
  const { both } = matched(was.columns, is.columns, ({ name }) => name);
  const [first, second] = [namesBy(both, (pair) => pair.was.number), namesBy(both, (pair) => pair.is.number)];
  const asked = askedColumns(after, nameKey(is));
  const columns = both
    .filter((pair) => pair.is.number > pair.was.number || first.indexOf(pair.is.name) !== second.indexOf(pair.is.name))
    .map((pair) => pair.is.name)
    .filter((name) => asked.has(name));
  const relation = after.side.relation(is);
  const comers = columns.length > 0 && relation ? comersTo(after, relation, READS_AND_WRITES, roles) : [];
  if (comers.length === 0) return [];
  return [
    {
      effect: "cannot be told",
      kind: "relation",
      name: nameKey(is),
      roles: withoutHeirs(after, comers),
      why: { kind: "other columns by the name", columns },
    },
  ];
}

interface Pair {
  was: { name: string; number: number };
  is: { name: string; number: number };
}

const namesBy = (pairs: readonly Pair[], numberOf: (pair: Pair) => number): string[] =>
  pairs.toSorted((a, b) => numberOf(a) - numberOf(b)).map(({ is }) => is.name);

function otherRelations({ before, after, roles }: Worlds): ObjectChange[] {
  const olds = before.facts.createdInOrder.map((group) => group.map(nameKey));
  return after.facts.createdInOrder.flatMap((group) => {
    const names = group.map(nameKey);
    const old = olds.find((one) => one.filter((name) => names.includes(name)).length > 1) ?? [];
    const [first, second] = [old.filter((name) => names.includes(name)), names.filter((name) => old.includes(name))];
    const moved = second.filter((name, place) => first[place] !== name);
    return moved.flatMap((name): ObjectChange[] => {
      const relation = after.side.relationByKey(name);
      const comers = relation ? comersTo(after, relation, READS_AND_WRITES, roles) : [];
      if (comers.length === 0 && !isAskedElsewhere(after, name)) return [];
      return [
        {
          effect: "cannot be told",
          kind: "relation",
          name,
          roles: withoutHeirs(after, comers),
          why: { kind: "other relation by the name", relations: moved.filter((other) => other !== name) },
        },
      ];
    });
  });
}
