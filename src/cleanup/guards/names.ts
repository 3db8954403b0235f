/** The names that the move to claims retires, as guards may speak of them. */
export interface GuardNames {
  /** a session variable, in lower case, and the claim that takes its place, as keys from the outermost */
  settings: ReadonlyMap<string, readonly string[]>;
  /** functions in SQL that set these variables and do nothing else */
  functions: ReadonlySet<string>;
  /** functions in SQL that do more than that: whoever demands them is looked at by a person */
  mixed: ReadonlySet<string>;
  /** functions of the application whose only effect is such a call */
  code: ReadonlySet<string>;
}

const escaped = (name: string): string => name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

const word = (name: string): RegExp => new RegExp(String.raw`(?<![\w$])${escaped(name)}(?![\w$])`, "i");

/** The first retired name in a text; null: there is none. */
export function retiredIn(text: string, { settings, functions, code }: GuardNames): string | null {
  return [...settings.keys(), ...functions, ...code].find((name) => word(name).test(text)) ?? null;
}

/** The first name in a text of a function that does more than to set variables. */
export const mixedIn = (text: string, { mixed }: GuardNames): string | null =>
  [...mixed].find((name) => word(name).test(text)) ?? null;

/** True if a text may be of interest: it has a retired name, or reads or sets a variable. A prefilter. */
export const speaksOf = (text: string, names: GuardNames): boolean =>
  retiredIn(text, names) !== null || mixedIn(text, names) !== null || /current_setting|set_config/i.test(text);

/** Policies in the forms that the move takes away, and in those that it makes; and the drop of a setter. */
export interface Forms {
  before: readonly string[];
  after: readonly string[];
  drop: readonly string[];
}

/** Policies of the old and of the new form for each variable, as people write them and as PostgreSQL prints them. */
export function formsOf({ settings, functions }: GuardNames): Forms {
  const policy = (of: string): string[] => [
    `create policy p on t for select using (x = ${of});`,
    `CREATE POLICY "p" ON public.t AS PERMISSIVE FOR ALL TO authenticated USING (x = ${of}) WITH CHECK (x = ${of});`,
    `alter policy p on t using (x = ${of});`,
  ];
  const claimOf = (keys: readonly string[]): string =>
    keys.map((key, n) => `${n === keys.length - 1 ? "->>" : "->"} '${key}'`).join(" ");
  const pairs = [...settings];
  return {
    before: pairs.flatMap(([setting, keys]) =>
      [
        `current_setting('${setting}')`,
        `current_setting('${setting}', true)::uuid`,
        `NULLIF(current_setting('${setting}'::text, true), ''::text)::uuid`,
        `COALESCE(NULLIF(current_setting('${setting}', true), '')::uuid, (auth.jwt() ${claimOf(keys)})::uuid)`,
        `COALESCE((NULLIF(current_setting('${setting}'::text, true), ''::text))::uuid, ((auth.jwt() ${claimOf(keys)}))::uuid)`,
        `(select coalesce(nullif(current_setting('${setting}', true), ''), auth.jwt() ${claimOf(keys)}))`,
      ].flatMap(policy),
    ),
    after: pairs.flatMap(([, keys]) =>
      [
        `(auth.jwt() ${claimOf(keys)})::uuid`,
        `(select auth.jwt() ${claimOf(keys)})`,
        `(( SELECT (auth.jwt() ${claimOf(keys)})))::uuid`,
        `((select auth.jwt() ${claimOf(keys)}))::uuid`,
      ].flatMap(policy),
    ),
    drop: [...functions].flatMap((name) => [
      `drop function ${name};`,
      `DROP FUNCTION IF EXISTS public.${name}(uuid, uuid, text, text);`,
      `drop function if exists ${name}(uuid);`,
    ]),
  };
}
