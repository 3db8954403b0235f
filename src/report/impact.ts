import type {
  CannotTell,
  ChangeEntry,
  CountedUsers,
  Impact,
  Reason,
  RelationImpact,
  Untold,
  UntoldOfAll,
  UserClass,
} from "../impact/index.ts";
import { asIs, type Colours } from "./colours.ts";
import { counted } from "./counted.ts";
import type { ImpactJson } from "./json-outputs.ts";
import { singleLined } from "./single-lined.ts";

/** The impact as JSON, with causes and reasons as tags and in words. */
export const impactJson = (impact: Impact): ImpactJson => ({
  format: "rlsmith-impact",
  formatVersion: 1,
  ...impact,
  relations: impact.relations.map((one) => ({
    ...one,
    changes: one.changes.map((entry) => ({ ...entry, why: entry.reason === null ? null : reasonText(entry.reason) })),
    untold: one.untold.map((untold) => ({ ...untold, why: untoldText(untold.because) })),
  })),
  untold: impact.untold.map((untold) => ({ ...untold, why: untoldOfAllText(untold) })),
});

/** The output of `rlsmith impact`. */
export function renderImpact(given: Impact, colours: Colours): string {
  const impact = singleLined(given);
  const changed = impact.relations.filter(({ changes, untold }) => changes.length + untold.length > 0);
  const same = impact.relations.filter((one) => !changed.includes(one));
  return `${[
    whoLines(impact).join("\n"),
    ...changed.map((one) => relationLines(one, colours).join("\n")),
    ...(same.length === 0
      ? []
      : [`${colours.bold("The same rows for everybody")}\n  ${same.map(({ relation }) => relation).join(", ")}`]),
    ...seeLines(impact, colours),
    ...impact.untold.map((one) => `${colours.yellow("cannot be told")} ${untoldOfAllText(one)}`),
    endText(impact),
  ].join("\n\n")}\n`;
}

function whoLines({ users, usersFrom, classes, variablesFrom, assumedEmpty, assumedClaims }: Impact): string[] {
  const from = {
    "auth.users": "auth.users",
    "auth.users and hook": "auth.users, as the token hook leaves their claims",
    tokens: "the file of tokens",
  };
  const nobody = classes.filter(({ role }) => role === "anon").reduce((sum, one) => sum + one.users, 0);
  const whom =
    nobody === 1
      ? `${counted(users - 1, "user")} of ${from[usersFrom]}, and requests without a token`
      : `${counted(users, "user")} of ${from[usersFrom]}`;
  return [
    `${whom}; the application's variables ${variablesFrom === null ? (usersFrom === "tokens" ? "as the file says" : "are not known") : `as ${variablesFrom} says`}`,
    ...classes.map((one) => `  ${String(one.users).padStart(6)}  ${classText(one)}`),
    ...(assumedEmpty.length === 0
      ? []
      : [`  taken for empty, since nothing says what the application sets: ${assumedEmpty.join(", ")}`]),
    ...(assumedClaims.length === 0
      ? []
      : [`  as in the first token of a sign-in by password: ${assumedClaims.join(", ")}`]),
  ];
}

const classText = ({ role, claims, missing }: UserClass): string =>
  [
    role,
    claims.length > 0 ? `with ${claims.join(", ")}` : "",
    missing.length > 0 ? `without ${missing.join(", ")}` : "",
  ]
    .filter((part) => part !== "")
    .join(" ");

function relationLines(one: RelationImpact, colours: Colours): string[] {
  const facts = [
    one.rows === null
      ? null
      : one.sample === null
        ? counted(one.rows, "row")
        : `a sample of ${counted(one.rows, "row")} of about ${one.sample.ofRows}`,
    one.touched === "directly" ? null : "by way of what its policies read",
  ].filter((part) => part !== null);
  return [
    `${colours.bold(one.relation)}${facts.length === 0 ? "" : ` (${facts.join("; ")})`}`,
    ...one.changes.flatMap((entry) => entryLines(entry, colours)),
    ...one.untold.map((untold) => untoldLine(untold, one, colours)),
    ...(one.changes.length > 0 || one.unchanged > 0 ? [`  the same rows: ${counted(one.unchanged, "user")}`] : []),
  ];
}

function entryLines(entry: ChangeEntry, colours: Colours): string[] {
  const paint = entry.change === "gains" ? colours.yellow : colours.red;
  const { before, after, lost, gained } = entry.rows;
  const [old, next] = [
    before === null ? "an error" : counted(before, "row"),
    after === null ? `error ${entry.sqlstate ?? ""}`.trim() : String(after),
  ];
  const rows = `${old} → ${next}${lost > 0 ? `, ${lost} lost` : ""}${gained > 0 ? `, ${gained} gained` : ""}`;
  return [
    `  ${paint(entry.change)}  ${counted(entry.users.total, "user")}, ${entry.standing === "with" ? "with the variables set" : "without variables"}: ${rows}`,
    `    ${classText(entry.class)}${entry.reason === null ? "" : `; ${reasonText(entry.reason)}`}`,
    `    ${idsText(entry.users)}`,
  ];
}

/** Statements that show the first change to whoever pastes them into psql; the JSON has those of the others. */
function seeLines({ relations }: Impact, colours: Colours): string[] {
  const first = relations.flatMap(({ changes }) => changes).find(({ statements }) => statements !== null);
  if (!first?.statements) return [];
  const lines = first.statements.map((statement) => `  ${statement};`);
  return [[colours.bold("To see the old side of the first of them"), ...asIs(lines, colours)].join("\n")];
}

const idsText = ({ total, ids }: CountedUsers): string =>
  `${ids.map((id) => id ?? "no token").join(", ")}${total > ids.length ? `, and ${total - ids.length} more` : ""}`;

const untoldLine = ({ because, users }: Untold, { sample }: RelationImpact, colours: Colours): string =>
  because.kind === "sample" && sample !== null
    ? `  ${colours.yellow("sampled")}  a change that no row of the sample shows concerns at most ${(100 * sample.bound).toPrecision(2)} % of the rows (3/${sample.rows})`
    : `  ${colours.yellow("cannot be told")}  ${users === null ? "for anybody" : counted(users.total, "user")}: ${untoldText(because)}${users === null ? "" : ` (${idsText(users)})`}`;

/** The reason of a change, as a clause. */
export function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case "no claims":
      return `the token has none of the claims ${reason.claims.map(quoted).join(", ")}`;
    case "no claim":
      return `the token has no claim ${quoted(reason.claim)}`;
    case "other value":
      return `the claim ${quoted(reason.claim)} is not what the application sets`;
    case "malformed claim":
      return `the claim ${quoted(reason.claim)} is not of type ${reason.type}`;
    case "null column":
      return `${quoted(reason.column)} is null in these rows`;
    case "variable empty":
      return "the old policies read a variable that is empty here";
  }
}

const quoted = (text: string): string => `\`${text}\``;

/** The reason why something cannot be told, as a clause. */
export function untoldText(because: CannotTell): string {
  switch (because.kind) {
    case "login is bound":
      return "the login does not see all rows: use a superuser, a role with BYPASSRLS, or the owner where row security is not forced";
    case "login may not become":
      return `the login may not become ${quoted(because.role)} with SET ROLE, or there is no such role`;
    case "raised":
      return because.at === "rows"
        ? `reading the rows raised ${because.sqlstate}`
        : `the policies cannot be evaluated on these rows (${because.sqlstate})`;
    case "statement timeout":
      return "a statement took longer than --statement-timeout";
    case "lock timeout":
      return "the relation was locked";
    case "whole row":
      return "a policy reads the whole row, not single columns";
    case "system column":
      return `a policy reads the system column ${quoted(because.column)}`;
    case "session value":
      return `a policy reads ${quoted(because.name)}, which is another one for the application`;
    case "volatile function":
      return `a policy calls ${quoted(because.name)}, which gives another value each time`;
    case "too many groups":
      return `the columns that the policies read have more than ${because.most} distinct values`;
    case "changed function":
      return `the plan changes ${quoted(because.name)}, whose new body cannot be tried before it is there`;
    case "changed relation":
      return `what is read of ${quoted(because.relation)} depends on policies that the plan changes`;
    case "unread function":
      return `not all of the body of ${quoted(because.name)} can be read`;
    case "recursion":
      return "the policies lead back to the relation";
    case "policies differ":
      return "the policies are not those from which the plan was made";
    case "disagrees":
      return "the evaluation does not agree with what PostgreSQL shows to a user";
    case "may raise":
      return `an expression of a policy raises ${because.sqlstate}; the plan of the statement decides if it is evaluated`;
    case "variables unknown":
      return "it is not known what the application sets a variable to: name the source of the claims as claimsSync in rlsmith.config.ts";
    case "schema not usable":
      return `a policy names schema ${quoted(because.schema)}, which the role may not use in statements`;
    case "sample":
      return "only a sample of the rows was read";
  }
}

function untoldOfAllText(one: UntoldOfAll): string {
  switch (one.kind) {
    case "no users":
      return "there are no users: name a file of payloads of tokens with --tokens";
    case "no role":
      return `there is no role ${quoted(one.role)}, with which users arrive`;
    case "hook not called":
      return `${quoted(one.hook)} may compute the claims of tokens, and it could not be called for every user${one.sqlstate === null ? "" : ` (${one.sqlstate})`}: name a file of payloads of tokens with --tokens`;
  }
}

function endText({ outcome, relations }: Impact): string {
  const changed = relations.filter(({ changes }) => changes.length > 0).length;
  const untold = relations.filter((one) => one.untold.length > 0).length;
  const open = untold === 0 ? "" : ` In ${counted(untold, "relation")} not everything can be told.`;
  if (outcome === "nobody changes")
    return relations.length === 0 ? "The plan changes the rows of no relation." : "Nobody loses or gains a row.";
  if (outcome === "somebody changes") return `Somebody loses or gains rows of ${counted(changed, "relation")}.${open}`;
  return `Nobody is known to lose or gain a row, and not everything can be told.${open}`;
}
