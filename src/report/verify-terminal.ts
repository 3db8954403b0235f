import { groupBy } from "../pg/group-by.ts";
import { asIs, type Colours } from "./colours.ts";
import { unsettledText } from "./unsettled.ts";
import { singleLined } from "./single-lined.ts";
import type { Breach, Command, PersonaClass, Heat, Verification } from "../verify/index.ts";

const CLASSES: readonly PersonaClass[] = ["member", "bad claims", "anon", "other role"];
const COLUMNS: readonly { title: string; commands: readonly Command[] }[] = [
  { title: "SELECT", commands: ["SELECT", "COPY"] },
  { title: "INSERT", commands: ["INSERT"] },
  { title: "UPDATE", commands: ["UPDATE", "MERGE"] },
  { title: "DELETE", commands: ["DELETE", "TRUNCATE"] },
  { title: "CALL", commands: ["CALL"] },
];
const WIDTH = 8;
/** If there are more relations than this, those that held share one line. */
const FOLDED = 40;
const SHOWN = 30;

/** Only the breaches and the total, printed when a file of tests was written. */
export const renderOpen = (v: Verification, colours: Colours): string =>
  [...openOnes(singleLined(v), colours), sum(v, colours), settlementText(v), ""].join("\n");

const openOnes = (v: Verification, colours: Colours): string[] => [
  ...v.breaches.slice(0, SHOWN).flatMap((breach, n) => describe(breach, n + 1, colours)),
  ...(v.breaches.length > SHOWN ? [`… and ${v.breaches.length - SHOWN} more breaches; --format json has all`, ""] : []),
];

/**
 * A verification as a person reads it: the heat table, each breach with the statements that reproduce it, exceptions,
 * notes, and the total.
 */
export function renderVerification(verification: Verification, colours: Colours): string {
  const v = singleLined(verification);
  return [
    ...inconclusive(v, colours),
    ...heatTable(v, colours),
    ...openOnes(v, colours),
    ...v.expected.map(
      ({ object, message, reason }) => `${colours.yellow("~")} ${object.name}: ${message}\n    declared: ${reason}`,
    ),
    ...v.notes.map(({ message }) => `${colours.dim("note")} ${message}`),
    ...withoutRows(v),
    ...notSettled(v),
    "",
    sum(v, colours),
    settlementText(v),
    "",
  ].join("\n");
}

/** Why a run without a breach is no pass, before everything else. */
function inconclusive(v: Verification, colours: Colours): string[] {
  if (v.conclusive || v.breaches.length > 0) return [];
  return [
    colours.yellow(`? Not settled: ${settlementText(v)}. That no breach was found says little, because:`),
    ...v.notSettled
      .filter(({ triples }) => triples > 0)
      .slice(0, 3)
      .map(({ cause, triples }) => `${String(triples).padStart(9)}  ${unsettledText(cause)}`),
    "",
  ];
}

/** `912 of 960 settled (95 %), counted by relation, command and persona`. */
export function settlementText({ settlement: { triples, settled, share } }: Verification): string {
  const percent = Math.floor(share * 1000) / 10;
  return triples === 0
    ? "there was nothing to settle"
    : `${settled.toLocaleString("en")} of ${triples.toLocaleString("en")} settled (${percent} %), counted by relation, command and persona`;
}

function heatTable(v: Verification, colours: Colours): string[] {
  const relations = [...groupBy(v.heat, ({ relation }) => relation)].toSorted(
    ([a, one], [b, other]) => breached(other) - breached(one) || (a < b ? -1 : 1),
  );
  const held = relations.filter(([, heats]) =>
    heats.every(({ breach, expected, notSettled: not }) => breach + expected + not === 0),
  );
  const folded = relations.length > FOLDED ? new Set(held.map(([name]) => name)) : new Set<string>();
  const shown = relations.filter(([name]) => !folded.has(name));
  const width = Math.max(8, ...shown.map(([name]) => name.length));
  return [
    `${colours.dim("marks, in this order:")} ${CLASSES.join(", ")}`,
    `${colours.dim("·")} held  ${colours.dim("-")} held by a grant  ${colours.red("✗")} breach  ${colours.yellow("~")} declared  ${colours.yellow("?")} not settled`,
    "",
    colours.bold(["relation".padEnd(width), ...COLUMNS.map(({ title }) => title.padEnd(WIDTH))].join("  ").trimEnd()),
    ...shown.map(([name, heats]) =>
      [
        name.padEnd(width),
        ...COLUMNS.map(({ commands }) =>
          marks(
            heats.filter(({ command }) => commands.includes(command)),
            colours,
          ),
        ),
      ]
        .join("  ")
        .trimEnd(),
    ),
    ...(folded.size > 0 ? [`${folded.size} more relations, where everything held`] : []),
    "",
  ];
}

const breached = (heats: readonly Heat[]): number => (heats.some(({ breach }) => breach > 0) ? 1 : 0);

function marks(heats: readonly Heat[], colours: Colours): string {
  const each = CLASSES.map((cls) => {
    const of = heats.filter(({ personaClass }) => personaClass === cls);
    const sumOf = (
      key: "held" | "heldByGrant" | "breach" | "expected" | "notSettled" | "notTried" | "ownerUnknown",
    ): number => of.reduce((n, heat) => n + heat[key], 0);
    if (sumOf("breach") > 0) return colours.red("✗");
    if (sumOf("expected") > 0) return colours.yellow("~");
    // rows were reached there, so that others were not is no answer
    if (sumOf("ownerUnknown") > 0) return colours.yellow("?");
    if (sumOf("held") > 0) return colours.dim("·");
    if (sumOf("notSettled") > sumOf("notTried")) return colours.yellow("?");
    if (sumOf("heldByGrant") > 0) return colours.dim("-");
    return sumOf("notSettled") > 0 ? colours.yellow("?") : " ";
  });
  return each.join("") + " ".repeat(WIDTH - CLASSES.length);
}

function describe(breach: Breach, n: number, colours: Colours): string[] {
  // nothing opens where nothing can be done
  const isClosed = breach.door === "unavailable";
  const more = [
    breach.relations.length > 1 ? `${breach.relations.length} relations` : "",
    breach.commands.length > 1 ? breach.commands.join(", ") : "",
    breach.cells > 1 && !isClosed ? `${breach.cells} cells` : "",
  ].filter((part) => part !== "");
  return [
    `${colours.red(`${n}.`)} ${colours.bold(breach.object.name)}  ${breach.door} · ${breach.kind}`,
    `   ${breach.message}`,
    `   ${colours.dim("seen as")} ${breach.persona}: ${breach.attack}${breach.standing === "unset" ? "" : `, ${breach.standing}`}`,
    ...(more.length > 0 ? [`   ${colours.dim(isClosed ? "fails for" : "opens")} ${more.join(" · ")}`] : []),
    ...asIs(
      breach.statements.flatMap((statement) => statement.split("\n").map((line) => `     ${line}`)),
      colours,
    ),
    `   ${colours.dim("hint")} ${breach.hint}`,
    "",
  ];
}

/** Relations in which no row could have been reached, except those that the notes name. */
function withoutRows(v: Verification): string[] {
  const noted = new Set(v.notes.filter(({ code }) => code === "no-rows").map(({ about }) => about));
  const names = v.withoutRows.filter((name) => !noted.has(name));
  return names.length === 0 ? [] : [`no rows, so nothing could be reached: ${names.join(", ")}`];
}

function notSettled(v: Verification): string[] {
  const counted = v.notSettled.filter(({ cells }) => cells > 0);
  if (counted.length === 0) return [];
  const shown = counted
    .slice(0, 8)
    .map(({ cause, cells }) => `  ${String(cells).padStart(7)}  ${unsettledText(cause)}`);
  const rest = counted.slice(8).reduce((n, { cells }) => n + cells, 0);
  return [
    "cells that are not settled, which never count as held:",
    ...shown,
    ...(rest > 0 ? [`  ${String(rest).padStart(7)}  for other reasons`] : []),
  ];
}

/** `12,345 cells in 6.1 s as 18 personas: 12,000 held, 3 breaches (42 cells), 300 not settled`. */
export function sum(v: Verification, colours: Colours): string {
  const count = (n: number): string => n.toLocaleString("en");
  const cells = (n: number): string => `${count(n)} ${n === 1 ? "cell" : "cells"}`;
  const open = v.notSettled.reduce((n, { cells }) => n + cells, 0);
  const parts = [
    `${count(v.held)} held${v.heldByGrant > 0 ? ` (${count(v.heldByGrant)} by a grant)` : ""}`,
    `${v.breaches.length} ${v.breaches.length === 1 ? "breach" : "breaches"}${v.breached > 0 ? ` (${cells(v.breached)})` : ""}`,
    ...(v.expectedCells > 0 ? [`${v.expected.length} declared (${cells(v.expectedCells)})`] : []),
    ...(open > 0 ? [`${count(open)} not settled`] : []),
    ...(v.withoutRows.length > 0
      ? [`${v.withoutRows.length} ${v.withoutRows.length === 1 ? "table" : "tables"} without rows`]
      : []),
  ];
  const mark =
    v.breaches.length > 0
      ? colours.red("✗")
      : !v.conclusive || v.cells === 0
        ? colours.yellow("?")
        : colours.green("✓");
  return `${mark} ${cells(v.cells)} in ${v.seconds.toFixed(1)} s as ${v.personas.length} personas on ${v.ground}: ${parts.join(", ")}`;
}
