import type { RuleSetLine } from "../classify/index.ts";
import { identForReading } from "../pg/identifier.ts";
import type { ClaimChoice, ClaimChoices, LiveRoleEntry, LookUp, TokenAge } from "../pipeline/claim-choices.ts";
import type { FoundRow, NoRow } from "../pipeline/live-row.ts";
import type { LookUps } from "../pipeline/look-ups.ts";
import { causeText } from "./claims-cause.ts";
import { asIs, type Colours } from "./colours.ts";
import { counted } from "./counted.ts";
import { pad, wrap } from "./wrap.ts";

/** The widths of the two columns, of the words before them, and of all. */
const COLUMN = 46;
const LABEL = 16;
const WHOLE = 2 + LABEL + COLUMN + 2 + COLUMN;

/** A look-up that can be chosen, with the row that it reads. */
export interface OfferedLookUp {
  choice: ClaimChoice;
  row: FoundRow;
  lookUp: LookUp;
}

/** The look-ups that the config could choose: the plan takes them, and policies would use them. */
export const offeredLookUps = ({ rights }: ClaimChoices): OfferedLookUp[] =>
  rights.flatMap((choice) => {
    const { row, lookUp } = choice;
    return row.kind === "none" || lookUp === null || lookUp.refused !== null || lookUp.policies === 0
      ? []
      : [{ choice, row, lookUp }];
  });

/** Where the lines are shown. */
export interface Layout {
  /** the columns of a terminal; null: a file or a pipe */
  width: number | null;
  colours: Colours;
}

/** How many names are shown. */
const MOST = 5;

/** For each claim that decides rights: the token and the live row side by side, or one below the other. */
export function choiceLines(choices: ClaimChoices, { width, colours }: Layout): string[] {
  const { age, rights, rows, unknownSource, refused } = choices;
  const offered = offeredLookUps(choices);
  const at = { width: Math.min(width ?? WHOLE, WHOLE), colours };
  if (refused !== null) return [`token and live row were not compared: ${refused}`];
  return [
    ...rights.flatMap((choice) => ["", ...linesOf(choice, age, at)]),
    ...(rights.some(({ row }) => row.kind === "none" || row.from.kind === "name") &&
    unknownSource !== null &&
    unknownSource.kind !== "no trigger"
      ? [`which row a claim is copied from is not known: ${causeText(unknownSource)}`]
      : []),
    ...(offered.length > 1 ? ["`rules.liveRole` takes one claim: the others stay in the token"] : []),
    ...(rows.length === 0 ? [] : ["", ...wrap(rowsText(rows), at.width)]),
    ...(rights.length + rows.length === 0 ? [] : [""]),
  ];
}

const rowsText = (rows: readonly string[][]): string =>
  `${list(rows.map((path) => path.join(".")))} ${rows.length === 1 ? "chooses" : "choose"} rows and no rights: policies compare ${rows.length === 1 ? "it" : "them"} with columns alone. No look-up is offered; a member who is removed or moved reaches the same rows for at least as long as the old token is accepted.`;

/** A layout whose width is known. */
interface Wide extends Layout {
  width: number;
}

/** One claim: the token and the live row side by side, with what each costs. */
function linesOf(choice: ClaimChoice, age: TokenAge, at: Wide): string[] {
  const { path, setting, policies, constants, decides, row, lookUp, reachable, hooks } = choice;
  const compared = constants.length === 0 ? "" : ` (${constants.map((one) => `'${one}'`).join(", ")})`;
  const said =
    decides === "rights"
      ? `decides rights in ${counted(policies.length, "policy", "policies")}${compared}`
      : `may decide rights: its use in functions that ${counted(policies.length, "policy calls", "policies call")} was not found`;
  const title = `claim ${path.join(".")} ${said}`;
  if (row.kind === "none")
    return [
      title,
      ...line("age of a token", ageText(age), at),
      ...line("demoted member", keeps(null, hooks, age), at),
      ...line("live row", noRowText(row), at),
      ...hookLines(hooks, at),
      ...(reachable === 0 || setting === null
        ? line("", "and `rules.liveRole` could not use it: no policy itself reads the claim as text", at)
        : [
            ...line("", `needed: ${NEEDED}`, at),
            ...line("", "then, under `rules` of rlsmith.config.ts:", at),
            ...asIs([`    ${entryText(template(setting))}`], at.colours),
          ]),
    ];
  return [
    title,
    ...headOf(`${row.relation}.${identForReading(row.column)}`, at),
    ...pair("age", ageText(age), "none: the row as the statement sees it", at),
    ...pair("cost", "no look-up", costText(row, lookUp), at),
    ...pair("demoted member", keeps(row, hooks, age), losesText(row, lookUp), at),
    ...hookLines(hooks, at),
    ...chooseLines(row, lookUp, at),
  ];
}

const hookLines = (hooks: ClaimChoice["hooks"], at: Wide): string[] =>
  hooks.flatMap((hook) =>
    line(
      "hook",
      `${hook.function}, if it is enabled, makes this claim${hook.tables.length === 0 ? "" : ` and reads ${list(hook.tables)}`}: rlsmith does not follow it`,
      at,
    ),
  );

function ageText(age: TokenAge): string {
  switch (age.kind) {
    case "config.toml":
      return `up to ${age.seconds} s by jwt_expiry in supabase/config.toml; the hosted project may have another`;
    case "default":
      return `up to ${age.seconds} s by default on Supabase, as of ${age.asOf}; the project may have another`;
    case "not read":
      return "not known: jwt_expiry in supabase/config.toml is no number";
    case "issuer":
      return "not known: as long as your issuer makes tokens valid (`exp`)";
  }
}

const atMost = (age: TokenAge): string =>
  age.kind === "config.toml" || age.kind === "default"
    ? `at most ${age.seconds} s, and the leeway of the verifier (30 s in PostgREST)`
    : "at most as long as a token is valid, which is not known here";

function keeps(row: FoundRow | null, hooks: ClaimChoice["hooks"], age: TokenAge): string {
  const writer = hooks.length === 0 ? "nothing here shows who writes it" : "the hook writes it, if it is enabled";
  if (row === null || row.from.kind === "name")
    return `keeps the right until a token is issued with another claim; ${writer}. Each token: ${atMost(age)}`;
  const by = list(row.from.functions);
  return row.from.fires
    ? `keeps the right until the token is refreshed: ${atMost(age)}. ${by} writes the claim; \`rlsmith claims\` tries it`
    : `keeps the right, also in new tokens: not every update of ${row.column} fires ${by} (\`rlsmith claims\`)`;
}

function costText({ obstacle, user }: FoundRow, lookUp: LookUp | null): string {
  if (lookUp === null || lookUp.refused !== null || lookUp.policies === 0) return "not measured";
  const one = obstacle === null ? `; each reads one row by the unique index on ${user}` : "";
  return `${lookUpsText(lookUp.lookUps)}${one}`;
}

function lookUpsText(lookUps: LookUps): string {
  if (lookUps.kind === "not measured")
    return `not measured: ${lookUps.sqlstate === null ? "no role that row security binds" : `EXPLAIN was refused (${lookUps.sqlstate})`}`;
  const { most, relations, statements, refused } = lookUps;
  const where = list(relations.slice(0, 2)) + (relations.length > 2 ? `, and ${relations.length - 2} more` : "");
  const beside = refused === 0 ? "" : `; EXPLAIN was refused for ${refused} more`;
  return `at most ${counted(most, "look-up")} in one SELECT, INSERT, UPDATE or DELETE (${where}), none a row: InitPlans in EXPLAIN of ${counted(statements, "statement")}${beside}`;
}

function losesText(row: FoundRow, lookUp: LookUp | null): string {
  if (row.obstacle === "several rows")
    return `not known: no unique index on ${row.user} alone, so that a look-up takes one of several rows`;
  if (row.obstacle === "row security forced")
    return `not known: row security is forced on ${row.relation} and binds its owner, as whom the look-up may run`;
  if (lookUp === null) return "not known: the claim has no name that rules.liveRole takes";
  if (lookUp.refused !== null) return `not known: ${lookUp.refused}`;
  if (lookUp.policies === 0) return "keeps it: no policy would look the row up";
  const source = row.from.kind === "name" ? ", if the claim comes from this column, which nothing shows" : "";
  const stays =
    lookUp.stays.length === 0
      ? ""
      : `, except where ${counted(lookUp.stays.length, "policy or function", "policies and functions")} would still read the token`;
  return `loses it with the next statement in ${counted(lookUp.policies, "policy", "policies")}${stays}${source}; ${activeText(row)}`;
}

function activeText({ active, activeKnown }: FoundRow): string {
  if (active !== null)
    return active.byName
      ? `so does one who is not active, if \`${active.sql}\` says so: it is inferred from the name`
      : `so does one for whom \`${active.sql}\` is not true`;
  return activeKnown
    ? "so does one whose row is deleted"
    : "so does one whose row is deleted; which rows are active is not known: give `active` if there is such a state";
}

function chooseLines({ from }: FoundRow, lookUp: LookUp | null, at: Wide): string[] {
  if (lookUp === null || lookUp.refused !== null || lookUp.policies === 0)
    return [
      ...staying(lookUp, at),
      ...line("to choose it", "it cannot be chosen as things are; the token is what policies read", at),
    ];
  const check = from.kind === "name" ? "if the claim comes from this column, " : "";
  return [
    ...staying(lookUp, at),
    ...line("to choose it", `${check}write under \`rules\` of rlsmith.config.ts:`, at),
    ...asIs([`    ${entryText(lookUp.entry)}`], at.colours),
  ];
}

function staying(lookUp: LookUp | null, at: Wide): string[] {
  const names = lookUp?.stays ?? [];
  if (names.length === 0) return [];
  const more = names.length > MOST ? `, and ${names.length - MOST} more` : "";
  return line("still the token", `${list(names.slice(0, MOST))}${more}`, at);
}

function noRowText(row: NoRow): string {
  switch (row.because) {
    case "nothing has its name":
      return "not known: nothing shows where the claim is kept, and no table has a column of its name";
    case "no user":
      return `not known: ${list(row.columns)} ${row.columns.length === 1 ? "has" : "have"} its name, and no column there is seen to hold the user's id`;
    case "several have its name":
      return `not known: several columns have its name: ${list(row.columns)}`;
    case "computed":
      return `the trigger computes the claim from ${row.relation}: \`${row.sql}\`; a look-up returns one column as it is`;
  }
}

const NEEDED =
  "a table with one row for each user: a column with the user's id (the claim `sub`) under a unique index of its own, and a column with the value of the claim";

const template = (setting: string): LiveRoleEntry => ({
  setting,
  relation: "schema.table",
  userColumn: "…",
  roleColumn: "…",
});

/** The live rows that can be chosen, as lines of the config: comments, except for the one that was chosen. */
export const liveRoleLines = (choices: ClaimChoices, chosen: LiveRoleEntry | null): RuleSetLine[] =>
  offeredLookUps(choices).map(({ choice: { path }, row, lookUp }) => {
    const stays =
      lookUp.stays.length === 0 ? "" : `, except in ${lookUp.stays.length} places that still read the token`;
    const source = row.from.kind === "name" ? "; nothing shows that the claim comes from this column" : "";
    const text = `${path.join(".")} is looked up for each statement (${costText(row, lookUp)}): a demoted member loses the right with the next one${stays}${source}`;
    return { setting: entryText(lookUp.entry), measure: text, chosen: lookUp.entry === chosen };
  });

/** The answer that leaves a claim where it is. */
export const TOKEN = "token";

/** A question with its answers; the value of a look-up is its setting. */
export interface LiveRoleQuestion {
  message: string;
  options: { value: string; label: string; hint: string }[];
}

/** The question where policies read the claims that decide rights from; null: there is no choice. */
export function liveRoleQuestion(choices: ClaimChoices): LiveRoleQuestion | null {
  const offered = offeredLookUps(choices);
  if (offered.length === 0) return null;
  return {
    message: `Where do policies read ${list(offered.map(({ choice: { path } }) => path.join(".")))} from?`,
    options: [
      { value: TOKEN, label: "the token, as today", hint: `no look-up; ${ageText(choices.age)}` },
      ...offered.map(({ choice: { path }, row, lookUp }) => ({
        value: lookUp.entry.setting,
        label: `${offered.length > 1 ? `${path.join(".")}: ` : ""}the live row, ${row.relation}.${identForReading(row.column)}`,
        hint: costText(row, lookUp),
      })),
    ],
  };
}

/** The entry as it is written in rlsmith.config.ts. */
export const entryText = (entry: LiveRoleEntry): string =>
  `liveRole: { ${Object.entries(entry)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join(", ")} }`;

const list = (names: readonly string[]): string => names.join(", ");

const headOf = (column: string, at: Wide): string[] =>
  at.width < WHOLE ? line("live row", column, at) : pair("", "token", `live row: ${column}`, at);

/** The token and the live row side by side; one below the other where the width does not hold both. */
function pair(label: string, left: string, right: string, at: Wide): string[] {
  if (at.width < WHOLE) return [...line(label, `token: ${left}`, at), ...line("", `live row: ${right}`, at)];
  const [token, row] = [wrap(left, COLUMN), wrap(right, COLUMN)];
  return Array.from({ length: Math.max(token.length, row.length) }, (_, n) =>
    `  ${pad(n === 0 ? label : "", LABEL)}${pad(token[n] ?? "", COLUMN + 2)}${row[n] ?? ""}`.trimEnd(),
  );
}

const line = (label: string, text: string, { width }: Wide): string[] =>
  wrap(text, Math.max(width - LABEL - 2, LABEL)).map((part, n) => `  ${pad(n === 0 ? label : "", LABEL)}${part}`);
