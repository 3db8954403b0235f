import { quoteIdent, quoteLiteral } from "../pg/identifier.ts";
import type { Persona } from "./persona.ts";
import type { Batch } from "./statement.ts";

/** The session variables as they are while a statement runs, and the statements that make them so. */
export interface SessionState {
  /** for people: `unset`, `empty`, `SET app.org_id of B` */
  name: string;
  /** run as the login, before the role is taken */
  setup: readonly string[];
  /** run as the role, in the same transaction */
  prelude: readonly string[];
}

/** The statement that sets a variable. */
export type SettingWay = "SET" | "SET LOCAL" | "set_config";

/** `"app"."org_id"`: a custom setting's name is two identifiers or more. */
export const settingName = (setting: string): string => setting.split(".").map(quoteIdent).join(".");

/** The statement that sets one variable; all ways but SET end with the transaction. */
export function settingStatement(way: SettingWay, setting: string, value: string): string {
  switch (way) {
    case "SET":
      return `set ${settingName(setting)} = ${quoteLiteral(value)}`;
    case "SET LOCAL":
      return `set local ${settingName(setting)} = ${quoteLiteral(value)}`;
    case "set_config":
      return `select set_config(${quoteLiteral(setting)}, ${quoteLiteral(value)}, true)`;
  }
}

/** One statement that sets several variables for the transaction; none for none. */
export function settingStatements(settings: Readonly<Record<string, string>>): string[] {
  const calls = Object.entries(settings).map(
    ([name, value]) => `set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true)`,
  );
  return calls.length === 0 ? [] : [`select ${calls.join(", ")}`];
}

/** The batch, without its statements, of a persona in one state of the session variables. */
export const batchOf = (
  persona: Persona,
  state: Pick<SessionState, "setup" | "prelude">,
  { probes, preludeWrites = false }: Pick<Batch, "probes"> & { preludeWrites?: boolean },
): Omit<Batch, "statements"> => ({
  role: persona.role,
  claims: persona.claims,
  setup: [...(persona.setup ?? []), ...state.setup],
  prelude: state.prelude,
  preludeWrites,
  probes,
});
