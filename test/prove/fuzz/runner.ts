import { readFileSync } from "node:fs";
import type { Component } from "../../../src/prove/component.ts";
import { openScratch } from "../../../src/scratch/open.ts";
import type { Scratch } from "../../../src/scratch/scratch.ts";
import { CLAIMS, SETTINGS, schemaSql, type TableName } from "./schema.ts";
import { ddlOf, type TextSide } from "./statements.ts";

export type Row = Record<string, string | string[] | number | null>;

/** A request, the rows that are there, and the rows that it is about. */
export interface State {
  role: string;
  settings: Record<string, string>;
  members?: Row[];
  orgs?: Row[];
  admins?: Row[];
  /** SELECT, UPDATE USING, DELETE: each is a point; else they are just there */
  docs?: Row[];
  /** INSERT, UPDATE CHECK: each is a point */
  candidates?: Row[];
  /** UPDATE CHECK: the row as it was */
  old?: Row;
  /** all rows of docs in one statement, even if it raises */
  whole?: true;
  /** run it though the assumption is not true there */
  always?: true;
}

/** What a Postgres answered: `allow`, `deny`, or `error SQLSTATE message`; null where the assumption is not true. `setup …`: the rows cannot be. */
export interface Answer {
  assumed: boolean;
  outcomes: string[] | null;
}

export interface Runner {
  /** What both sides answered at each state; or why Postgres refused the policies. */
  run(job: {
    sides: readonly [TextSide, TextSide];
    guarded: ReadonlySet<TableName>;
    component: Component;
    assumption: readonly string[];
    states: readonly State[];
  }): Promise<[Answer[], Answer[]] | { refused: string }>;
  close(): Promise<void>;
}

// Dropped policies leave dead rows in the catalogs, and settings stay for ever.
const MOST_EPOCHS = 1500;

/** Runs policies on an embedded Postgres: CREATE POLICY, SET ROLE, and a statement that meets one access predicate alone. */
export async function newRunner(): Promise<Runner> {
  let scratch: Scratch | null = null;
  let epochs = 0;
  const open = async (): Promise<Scratch> => {
    if (scratch && epochs % MOST_EPOCHS !== 0) return scratch;
    await scratch?.close();
    scratch = await openScratch({ kind: "embedded" });
    await scratch.db.exec(`${schemaSql()}\n${readFileSync(new URL("./run.sql", import.meta.url), "utf8")}`);
    return scratch;
  };
  const run: Runner["run"] = async ({ sides, guarded, component, assumption, states }) => {
    const both: [Answer[], Answer[]] = [[], []];
    for (const [at, side] of sides.entries()) {
      const answers = both[at] ?? [];
      for (const group of epochsOf(states)) {
        const { db } = await open();
        epochs += 1;
        const renamed = (text: string): string => rename(text, epochs);
        const [row] = await db.query<{ answer: Answer[] | { ddl: string } }>(
          "select fuzz.run($1, $2, $3, $4::jsonb) as answer",
          [
            renamed(ddlOf(side, guarded, component)),
            component,
            renamed(assumption.map((condition) => `(${condition})`).join(" and ")),
            JSON.stringify(
              group.map((index) => {
                const state = states[index];
                const settings = Object.entries(state?.settings ?? {}).map(([name, value]) => [renamed(name), value]);
                return { ...state, settings: Object.fromEntries(settings) as Record<string, string> };
              }),
            ),
          ],
        );
        if (!row || "ddl" in row.answer) return { refused: row && "ddl" in row.answer ? row.answer.ddl : "no answer" };
        const given = row.answer;
        group.forEach((index, place) => {
          const answer = given[place];
          if (answer) answers[index] = answer;
        });
      }
    }
    return both;
  };
  return {
    run: async (job) => {
      try {
        return await run(job);
      } catch (error) {
        // PGlite does not outlive some errors that a server would (ERRORDATA_STACK_SIZE exceeded)
        await scratch?.close().catch(() => {});
        scratch = null;
        return { refused: `the engine stopped: ${String(error)}` };
      }
    },
    close: async () => {
      await scratch?.close();
      scratch = null;
    },
  };
}

const NAMES = [CLAIMS, ...SETTINGS.map(({ name }) => name)];

/** Settings under names that were never set on this connection: once set, they read as '' for ever. */
const rename = (text: string, epoch: number): string =>
  NAMES.reduce((done, name) => done.replaceAll(name, `${name}_${epoch}`), text);

/** Groups of states, by index: within one, none leaves a setting unset that an earlier one has set. */
function epochsOf(states: readonly State[]): number[][] {
  const order = states.map((_, index) => index);
  const size = (index: number): number => Object.keys(states[index]?.settings ?? {}).length;
  order.sort((a, b) => size(a) - size(b));
  const groups: { members: number[]; set: Set<string> }[] = [];
  for (const index of order) {
    const names = Object.keys(states[index]?.settings ?? {});
    const fits = groups.find(({ set }) => [...set].every((name) => names.includes(name)));
    const group = fits ?? { members: [], set: new Set<string>() };
    if (!fits) groups.push(group);
    group.members.push(index);
    for (const name of names) group.set.add(name);
  }
  return groups.map(({ members }) => members);
}
