import { textOf, type Fixtures } from "../../fixtures/index.ts";
import { isSettable } from "../../pg/context.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import { settingCall, type Callable } from "../attacks/index.ts";
import type { ArgumentSource } from "../attacks/index.ts";
import type { Opened } from "../judge/index.ts";
import { isDocument, type TestEnvironment } from "../environment/index.ts";
import { VICTIM, type Actor } from "../personas/index.ts";
import { documentContents } from "./request-states.ts";
import { settingName, settingStatement, type SettingWay } from "../../request/index.ts";
import type { SessionState } from "./session-state.ts";

/**
 * The victim's values of all mapped variables. A variable that stands for a user may be compared with the user's id and
 * with the key of a row, in one table or several, and these need not be the same: the n-th set holds the n-th of them.
 */
function victimValues({ fixtures, context }: Pick<TestEnvironment, "fixtures" | "context">): Record<string, string>[] {
  const victim = fixtures.members.find(({ tenant }) => tenant === VICTIM);
  const tenant = fixtures.tenants.find(({ name }) => name === VICTIM);
  const values: Record<string, string> = { ...tenant?.values, ...victim?.values };
  const users = context.variables.flatMap(({ setting, claim }): [string, string[]][] => {
    const isUser = claim.join() === "sub";
    if (!isUser && !fixtures.personal.includes(setting)) return [];
    const ids = [
      values[setting],
      ...valuesInRows(fixtures, setting),
      ...(isUser ? [victim?.user ?? tenant?.users[0]] : []),
    ];
    return [[setting, [...new Set(ids.filter((value) => value !== undefined))]]];
  });
  const most = Math.max(1, ...users.map(([, ids]) => ids.length));
  return Array.from({ length: most }, (_, n) => ({
    ...values,
    ...Object.fromEntries(
      users.flatMap(([setting, ids]) => {
        const value = ids[n] ?? ids.at(-1);
        return value === undefined ? [] : [[setting, value]];
      }),
    ),
  }));
}

/**
 * The values that a column which is compared with a variable has in the rows of the victim's that statements change: the
 * last of each table, and the one that is inserted.
 */
const valuesInRows = ({ filled }: Pick<Fixtures, "filled">, setting: string): string[] =>
  filled.flatMap(({ context, rows, spare }) =>
    Object.entries(context).flatMap(([column, of]) =>
      [rows[VICTIM]?.at(-1), spare[VICTIM]].flatMap((row) => {
        const value = of === setting ? row?.[column] : null;
        return value === null || value === undefined ? [] : [textOf(value)];
      }),
    ),
  );

/** Each list once. */
const distinct = (lists: readonly string[][]): string[][] => [
  ...new Map(lists.map((list) => [JSON.stringify(list), list])).values(),
];

/** Variables set to another tenant's values: all at once and one by one, in each of the ways that SQL has. */
export function variableStates(
  environment: Pick<TestEnvironment, "fixtures" | "context" | "unmapped" | "documents" | "compared" | "tenantSetting">,
): SessionState[] {
  const victim = environment.fixtures.members.find(({ tenant }) => tenant === VICTIM);
  const tenant = environment.fixtures.tenants.find(({ name }) => name === VICTIM);
  const user = victim?.user ?? tenant?.users[0];
  const sets = victimValues(environment);
  const values = sets[0] ?? {};
  const settable = environment.context.variables.filter(
    (variable) => isSettable(variable) && values[variable.setting] !== undefined,
  );
  const choices =
    settable.length > 1 ? [settable, ...settable.map((variable) => [variable])] : settable.map((one) => [one]);
  const ways: readonly SettingWay[] = ["SET", "SET LOCAL", "set_config"];
  // a variable that nothing maps may be a switch, or hold the tenant or the user
  const guesses = [...new Set(["on", "true", "1", tenant?.values[environment.tenantSetting ?? ""], user])].filter(
    (value) => value !== undefined,
  );
  const plain = environment.unmapped.filter(({ setting }) => !isDocument(setting) && values[setting] === undefined);
  const guessed = plain.flatMap(({ setting, constants }) =>
    [...new Set([...constants, ...guesses])].map((value): SessionState => ({
      name: `set_config ${setting} to ${value}`,
      by: { kind: "guess" },
      setup: [],
      prelude: [`select set_config(${quoteLiteral(setting)}, ${quoteLiteral(value)}, true)`],
      opened: { kind: "variable", settings: [setting] },
    })),
  );
  const documents = documentContents(environment).map(({ setting, content }): SessionState => ({
    name: `${setting} ${content}`,
    by: { kind: "guess" },
    setup: [],
    prelude: [`select set_config(${quoteLiteral(setting)}, ${quoteLiteral(content)}, true)`],
    opened: { kind: "variable", settings: [setting] },
  }));
  const constants = settable.flatMap(({ setting }) =>
    (environment.compared.get(setting) ?? [])
      .filter((value) => sets.every((set) => value !== set[setting]))
      .map((value): SessionState => ({
        name: `set_config ${setting} to ${value}`,
        by: { kind: "constant" },
        setup: [],
        prelude: [`select set_config(${quoteLiteral(setting)}, ${quoteLiteral(value)}, true)`],
        opened: { kind: "variable", settings: [setting] },
      })),
  );
  const mapped = ways.flatMap((way) =>
    choices.flatMap((variables): SessionState[] => {
      const settings = variables.map(({ setting }) => setting);
      const preludes = sets.map((set) => settings.map((setting) => settingStatement(way, setting, set[setting] ?? "")));
      return distinct(preludes).map((prelude, n) => ({
        name: `${way} ${settings.join(", ")} of B${n === 0 ? "" : `, ${n + 1}`}`,
        by: { kind: "victim's values", way },
        setup: [],
        prelude,
        opened: { kind: "variable", settings },
      }));
    }),
  );
  const every = [...settable.map(({ setting }) => setting), ...plain.map(({ setting }) => setting)];
  const empty: SessionState[] =
    every.length === 0
      ? []
      : [
          {
            name: `${every.join(", ")} empty`,
            by: { kind: "guess" },
            setup: [],
            prelude: every.map((setting) => `select set_config(${quoteLiteral(setting)}, '', true)`),
            opened: { kind: "variable", settings: every },
          },
        ];
  return [...mapped, ...guessed, ...constants, ...documents, ...empty];
}

/** Through every function that sets a variable from its own arguments. */
export function functionStandings(
  environment: TestEnvironment,
  functions: readonly Callable[],
  actor: Actor,
  source: ArgumentSource,
): SessionState[] {
  const read = new Set([
    ...environment.context.variables.map(({ setting }) => setting),
    ...environment.unmapped.map(({ setting }) => setting),
  ]);
  return functions.flatMap((callable): SessionState[] => {
    const settings = (callable.setter?.settings ?? []).filter((setting) => read.has(setting));
    if (settings.length === 0 || callable.parameters.length === 0) return [];
    return [
      {
        name: `through ${callable.name}`,
        by: { kind: "function" },
        setup: [],
        prelude: [settingCall(callable, actor, source)],
        opened: { kind: "function", name: callable.name, settings },
      },
    ];
  });
}

export interface Leftover {
  set: readonly string[];
  clear: string[];
  opened: Opened;
}

/**
 * The variables that an earlier request left behind: set for the session and committed, on the same connection. One for
 * each set of the victim's values.
 */
export function leftovers(environment: TestEnvironment): Leftover[] {
  return victimsAtOnce(environment, "SET").map(({ prelude, opened }) => ({
    set: prelude,
    clear: opened.settings.map((setting) => `reset ${settingName(setting)}`),
    opened: { kind: "leftover", settings: opened.settings },
  }));
}

/** The states that set all mapped variables at once to the victim's values, in one way. */
export function victimsAtOnce(environment: Parameters<typeof variableStates>[0], way: SettingWay): SessionState[] {
  const states = variableStates(environment).filter(({ by }) => by.kind === "victim's values" && by.way === way);
  const all = states[0]?.opened.settings.length;
  return states.filter(({ opened }) => opened.settings.length === all);
}
