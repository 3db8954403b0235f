import type pc from "picocolors";
import { groupBy } from "../pg/group-by.ts";
import { singleLined } from "./visible.ts";
import type { Breach, Command, PersonaClass, Heat, Verification } from "../verify/index.ts";

type Colours = ReturnType<typeof pc.createColors>;

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
  [...openOnes(singleLined(v), colours), sum(v, colours), ""].join("\n");

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
    ...heatTable(v, colours),
    ...openOnes(v, colours),
    ...v.expected.map(
      ({ object, message, reason }) => `${colours.yellow("~")} ${object.name}: ${message}\n    declared: ${reason}`,
    ),
    ...v.notes.map(({ message }) => `${colours.dim("note")} ${message}`),
    ...withoutRows(v),
    ...notReached(v),
    ...(v.breaches.length > 0 && v.rows.length > 0
      ? ["the rows that the statements speak of are under `rows` of --format json"]
      : []),
    "",
    sum(v, colours),
    "",
  ].join("\n");
}

function heatTable(v: Verification, colours: Colours): string[] {
  const relations = [...groupBy(v.heat, ({ relation }) => relation)].toSorted(
    ([a, one], [b, other]) => breached(other) - breached(one) || (a < b ? -1 : 1),
  );
  const held = relations.filter(([, heats]) =>
    heats.every(({ breach, expected, unknown, notReached: not }) => breach + expected + unknown + not === 0),
  );
  const folded = relations.length > FOLDED ? new Set(held.map(([name]) => name)) : new Set<string>();
  const shown = relations.filter(([name]) => !folded.has(name));
  const width = Math.max(8, ...shown.map(([name]) => name.length));
  return [
    `${colours.dim("marks, in this order:")} ${CLASSES.join(", ")}`,
    `${colours.dim("·")} held  ${colours.red("✗")} breach  ${colours.yellow("~")} declared  ${colours.yellow("?")} not reached or judged`,
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
    const sumOf = (key: "held" | "breach" | "expected" | "notReached" | "unknown"): number =>
      of.reduce((n, heat) => n + heat[key], 0);
    if (sumOf("breach") > 0) return colours.red("✗");
    if (sumOf("expected") > 0) return colours.yellow("~");
    if (sumOf("unknown") > 0 || (sumOf("notReached") > 0 && sumOf("held") === 0)) return colours.yellow("?");
    return sumOf("held") > 0 ? colours.dim("·") : " ";
  });
  return each.join("") + " ".repeat(WIDTH - CLASSES.length);
}

function describe(breach: Breach, n: number, colours: Colours): string[] {
  const more = [
    breach.relations.length > 1 ? `${breach.relations.length} relations` : "",
    breach.commands.length > 1 ? breach.commands.join(", ") : "",
    breach.cells > 1 ? `${breach.cells} cells` : "",
  ].filter((part) => part !== "");
  return [
    `${colours.red(`${n}.`)} ${colours.bold(breach.object.name)}  ${breach.door} · ${breach.kind}`,
    `   ${breach.message}`,
    `   ${colours.dim("seen as")} ${breach.persona}: ${breach.attack}${breach.standing === "unset" ? "" : `, ${breach.standing}`}`,
    ...(more.length > 0 ? [`   ${colours.dim("opens")} ${more.join(" · ")}`] : []),
    ...breach.statements.flatMap((statement) => statement.split("\n").map((line) => `     ${line}`)),
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

function notReached(v: Verification): string[] {
  if (v.notReached.length === 0) return [];
  const shown = v.notReached.slice(0, 8).map(({ why, cells }) => `  ${String(cells).padStart(7)}  ${why}`);
  const rest = v.notReached.slice(8).reduce((n, { cells }) => n + cells, 0);
  return [
    "not reached, which counts as not reached and never as denied:",
    ...shown,
    ...(rest > 0 ? [`  ${String(rest).padStart(7)}  for other reasons`] : []),
  ];
}

/** `12,345 cells in 6.1 s as 18 personas: 12,000 held, 3 breaches (42 cells), 300 not reached`. */
export function sum(v: Verification, colours: Colours): string {
  const count = (n: number): string => n.toLocaleString("en");
  const missed = v.notReached.reduce((n, { cells }) => n + cells, 0);
  const unknown = v.heat.reduce((n, heat) => n + heat.unknown, 0);
  const parts = [
    `${count(v.held)} held`,
    `${v.breaches.length} ${v.breaches.length === 1 ? "breach" : "breaches"}${v.breaches.length > 0 ? ` (${count(v.breached)} cells)` : ""}`,
    ...(v.expectedCells > 0 ? [`${v.expected.length} declared (${count(v.expectedCells)} cells)`] : []),
    ...(missed > 0 ? [`${count(missed)} not reached`] : []),
    ...(unknown > 0 ? [`${count(unknown)} not judged`] : []),
    ...(v.withoutRows.length > 0
      ? [`${v.withoutRows.length} ${v.withoutRows.length === 1 ? "table" : "tables"} without rows`]
      : []),
  ];
  const mark =
    v.breaches.length > 0
      ? colours.red("✗")
      : v.nothingTried || v.cells === 0
        ? colours.yellow("?")
        : colours.green("✓");
  return `${mark} ${count(v.cells)} cells in ${v.seconds.toFixed(1)} s as ${v.personas.length} personas on ${v.ground}: ${parts.join(", ")}`;
}
