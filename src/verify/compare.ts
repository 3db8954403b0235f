import { z } from "zod";
import { ToolError } from "../errors.ts";
import type { Breach, Verification } from "./matrix/index.ts";
import { cellKey, tupleKey, type Cell, type Outcome, type TupleKey } from "./matrix/index.ts";

/** The findings of an earlier run that a comparison needs. */
export interface Before {
  breaches: { id: string; name: string; message: string }[];
  /** cell → its outcome in a few words */
  outcomes: Map<TupleKey, string>;
}

/** The differences from an earlier run. */
export interface Comparison {
  closed: Before["breaches"];
  opened: Before["breaches"];
  open: Before["breaches"];
  /** outcomes that have changed, counted, the most frequent first */
  changed: { relation: string; command: string; from: string; to: string; cells: number }[];
  newCells: number;
  goneCells: number;
}

const shape = z.object({
  format: z.literal("rlsmith-verification"),
  formatVersion: z.literal(2),
  breaches: z.array(z.object({ id: z.string(), message: z.string(), object: z.object({ name: z.string() }) })),
  cells: z.array(
    z.object({
      relation: z.string(),
      through: z.object({ name: z.string() }),
      command: z.string(),
      persona: z.string(),
      attack: z.string(),
      standing: z.string(),
      outcome: z.looseObject({ kind: z.string() }),
    }),
  ),
});

/** Read the output of `rlsmith verify --format json`. Throws ToolError (usage) for anything else. */
export function readBefore(text: string, file: string): Before {
  const parsed = shape.safeParse(json(text));
  if (!parsed.success)
    throw new ToolError(
      "usage",
      "NOT_A_VERIFICATION",
      `\`${file}\` is no result of \`rlsmith verify --format json\``,
      "write one with: rlsmith verify --format json > before.json",
    );
  return {
    breaches: parsed.data.breaches.map(({ id, message, object }) => ({ id, name: object.name, message })),
    outcomes: new Map(
      parsed.data.cells.map((cell) => [cellKey(cell as unknown as Cell), inWords(cell.outcome as Outcome)]),
    ),
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const inWords = (outcome: Outcome): string => {
  switch (outcome.kind) {
    case "allowed":
      return outcome.evidence === null
        ? `allowed (own ${outcome.own}, foreign ${outcome.foreign})`
        : "allowed (foreign data)";
    case "error":
      return `error ${outcome.sqlstate}`;
    case "denied":
      return outcome.by === "grant" ? "denied by a grant" : "denied";
    case "not settled":
      return "not settled";
  }
};

/** Compare the cells of a run one by one; `end` returns the differences from the earlier run. */
export function comparing(before: Before): { cell(cell: Cell): void; end(v: Verification): Comparison } {
  const changed = new Map<TupleKey, Comparison["changed"][number]>();
  let met = 0;
  let newCells = 0;
  return {
    cell: (cell) => {
      const from = before.outcomes.get(cellKey(cell));
      if (from === undefined) return void (newCells += 1);
      met += 1;
      const to = inWords(cell.outcome);
      if (from === to) return;
      const key = tupleKey(cell.relation, cell.command, from, to);
      const known = changed.get(key) ?? { relation: cell.relation, command: cell.command, from, to, cells: 0 };
      known.cells += 1;
      changed.set(key, known);
    },
    end: (v) => {
      const now = new Map(v.breaches.map((breach) => [breach.id, told(breach)]));
      const then = new Map(before.breaches.map((breach) => [breach.id, breach]));
      return {
        closed: before.breaches.filter(({ id }) => !now.has(id)),
        opened: [...now.values()].filter(({ id }) => !then.has(id)),
        open: [...now.values()].filter(({ id }) => then.has(id)),
        changed: [...changed.values()].toSorted((a, b) => b.cells - a.cells),
        newCells,
        goneCells: before.outcomes.size - met,
      };
    },
  };
}

const told = ({ id, object, message }: Breach): Before["breaches"][number] => ({ id, name: object.name, message });
