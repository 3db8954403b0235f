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

/** Variables set to another tenant's values: all at once and one by one, in each of the ways that SQL has. */
export function variableStates(
  environment: Pick<TestEnvironment, "fixtures" | "context" | "unmapped" | "documents" | "compared" | "tenantSetting">,
): SessionState[] {
  const victim = environment.fixtures.members.find(({ tenant }) => tenant === VICTIM);
  const tenant = environment.fixtures.tenants.find(({ name }) => name === VICTIM);
  const user = victim?.user ?? tenant?.users[0];
  const values: Record<string, string> = { ...tenant?.values, ...victim?.values };
  for (const { setting, claim } of environment.context.variables)
    if (claim.join() === "sub" && user !== undefined) values[setting] = user;
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
      .filter((value) => value !== values[setting])
      .map((value): SessionState => ({
        name: `set_config ${setting} to ${value}`,
        by: { kind: "constant" },
        setup: [],
        prelude: [`select set_config(${quoteLiteral(setting)}, ${quoteLiteral(value)}, true)`],
        opened: { kind: "variable", settings: [setting] },
      })),
  );
  const mapped = ways.flatMap((way) =>
    choices.map((variables): SessionState => {
      const settings = variables.map(({ setting }) => setting);
      return {
        name: `${way} ${settings.join(", ")} of B`,
        by: { kind: "victim's values", way },
        setup: [],
        prelude: settings.map((setting) => settingStatement(way, setting, values[setting] ?? "")),
        opened: { kind: "variable", settings },
      };
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

/** The variables that an earlier request left behind: set for the session and committed, on the same connection. */
export function leftover(
  environment: TestEnvironment,
): { set: readonly string[]; clear: string[]; opened: Opened } | null {
  const [all] = variableStates(environment);
  if (!all) return null;
  return {
    set: all.prelude,
    clear: all.opened.settings.map((setting) => `reset ${settingName(setting)}`),
    opened: { kind: "leftover", settings: all.opened.settings },
  };
}
