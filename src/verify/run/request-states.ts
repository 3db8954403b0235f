import { quoteLiteral } from "../../pg/identifier.ts";
import { isDocument, type DocumentRead, type TestEnvironment } from "../environment/index.ts";
import { VICTIM } from "../personas/index.ts";

type Known = Pick<TestEnvironment, "fixtures" | "tenantSetting" | "documents" | "unmapped">;

/**
 * Headers and cookies that a client sends: each key that something may ask for with the victim's tenant, the victim's
 * user, and each constant that it may be compared with; alone, and beside the victim's tenant in the other keys.
 */
export function documentContents(environment: Known): { setting: string; content: string }[] {
  const tenant = environment.fixtures.tenants.find(({ name }) => name === VICTIM);
  const tenantValue = tenant?.values[environment.tenantSetting ?? ""];
  const user = environment.fixtures.members.find((member) => member.tenant === VICTIM)?.user ?? tenant?.users[0];
  const theirs = [tenantValue, user].filter((value) => value !== undefined);
  return environment.documents.flatMap((document) => {
    const { setting, keys, values } = document;
    const contents = [
      ...theirs.map((value) => contentOf(document, () => value)),
      ...keys.flatMap((key) =>
        [...theirs, ...values.filter((value) => value !== key)].flatMap((value) => [
          { [key]: value },
          ...(tenantValue === undefined || keys.length < 2
            ? []
            : [contentOf(document, (one) => (one === key ? value : tenantValue))]),
        ]),
      ),
    ].map((content) => JSON.stringify(content));
    return [...new Set(contents)].map((content) => ({ setting, content }));
  });
}

const contentOf = ({ keys }: DocumentRead, value: (key: string) => string): Record<string, string> =>
  Object.fromEntries(keys.map((key) => [key, value(key)]));

const settingOf = (setting: string, value: string): string =>
  `select set_config(${quoteLiteral(setting)}, ${quoteLiteral(value)}, true)`;

/** The values of a plain request. */
const PLAIN: Readonly<Record<string, string>> = { "request.method": "GET", "request.path": "/" };

/**
 * The settings of a plain request without headers or cookies of its own, of those that something reads: PostgREST sets
 * them for every request (its manual, "Transaction-Scoped Settings"), so that a policy need not allow for their
 * absence.
 */
export const plainRequest = ({ unmapped }: Pick<Known, "unmapped">): string[] =>
  unmapped.flatMap(({ setting }) => {
    const value = isDocument(setting) ? "{}" : PLAIN[setting];
    return value === undefined ? [] : [settingOf(setting, value)];
  });
