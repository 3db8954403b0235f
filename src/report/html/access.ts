import type { AccessMatrix, Command, RelationAccess } from "../../access/index.ts";
import type { ReportFacts } from "../../pipeline/report.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import type { AssumedVerdict, Decision } from "../../prove/index.ts";
import { counted } from "../counted.ts";
import { anchorOf, type Anchors } from "./anchors.ts";
import { missing } from "./missing.ts";
import type { Section } from "./section.ts";
import { markup, type Html } from "./template.ts";

const COMMANDS = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const satisfies readonly Command[];

/** The heat maps: how much each role reaches of each relation before and after, and what the proof says of the difference. */
export function access({ sides, proof }: ReportFacts, anchors: Anchors): Section {
  const section = { id: "access", title: "Who reaches what" };
  if (sides === null)
    return {
      ...section,
      body: missing("Access is not shown, since the catalog of the plan was not kept", "rlsmith plan"),
    };
  const { before, after } = sides.access;
  const roles = rolesOf(after, before);
  const verdicts = verdictsOf(proof.kind === "known" ? proof.value.proved.proof.access : []);
  const names = [...before.relations, ...after.relations];
  const relations = [...new Map(names.map((one) => [nameKey(one), one])).values()];
  const [was, is] = [byName(before), byName(after)];
  const map = (id: string, title: string, cell: (relation: RelationAccess, command: Command, role: string) => Html) =>
    heatMap({ id, title, relations, roles, anchors }, cell);
  return {
    ...section,
    body: markup`<p>A row is a relation, a column a command as one role. Choose a relation to see its policies and what changes in them.
Roles that row security never binds, such as <code>service_role</code>, are not shown: they reach every row before and after.</p>
<p class="legend"><span class="r0">none</span> no row <span class="r1">some</span> rows that the policies choose, by row and token
<span class="r2">all</span> every row <span class="r3">?</span> not found out in time</p>
<p class="legend"><span class="dsame">=</span> the same rows <span class="dless">−</span> fewer <span class="dmore">+</span> more, without the variable
<span class="dmore">±</span> some more, some fewer <span class="dbad">!</span> always an error <span class="dnot">?</span> not settled</p>
<fieldset class="views"><legend>Show</legend>
<input type="radio" name="view" id="view-before"><label for="view-before">before</label>
<input type="radio" name="view" id="view-after"><label for="view-after">after</label>
<input type="radio" name="view" id="view-difference" checked><label for="view-difference">difference</label>
<label for="filter" class="search">Relation <input id="filter" type="search" autocomplete="off"></label> <output id="found" for="filter"></output></fieldset>
${map("before", "Access before", (relation, command, role) => reachCell(reachOf(was.get(nameKey(relation)), command, role)))}
${map("after", "Access after", (relation, command, role) => reachCell(reachOf(is.get(nameKey(relation)), command, role)))}
${map("difference", "Difference of access", (relation, command, role) =>
  differenceCell(verdicts.get(keyOf(nameKey(relation), command, role)) ?? []),
)}
<p class="note">The difference is the verdict of the proof for requests whose variables agree with the token and for requests that set none;
the worse of both is shown. ${counted(before.views.length, "view")} and ${counted(before.functions.length, "function")} are not in the maps.</p>`,
  };
}

/** Roles that row security binds on some relation, and that reach something. */
function rolesOf(...matrices: readonly AccessMatrix[]): string[] {
  const roles = new Set<string>();
  for (const { relations } of matrices)
    for (const { roles: of } of relations)
      for (const { role, isAbove, reach } of of)
        if (!isAbove && COMMANDS.some((command) => reach[command] !== "none")) roles.add(role);
  return [...roles].toSorted();
}

const byName = ({ relations }: AccessMatrix): ReadonlyMap<NameKey, RelationAccess> =>
  new Map(relations.map((one) => [nameKey(one), one]));

interface HeatMap {
  id: string;
  title: string;
  relations: readonly RelationAccess[];
  roles: readonly string[];
  anchors: Anchors;
}

const heatMap = (
  { id, title, relations, roles, anchors }: HeatMap,
  cell: (relation: RelationAccess, command: Command, role: string) => Html,
): Html =>
  markup`<div class="wide map" id="map-${id}" tabindex="0" role="region" aria-label="${title}"><table class="heat"><caption>${title}</caption><thead><tr><th scope="col" rowspan="2">relation${roles.map(
    (role) => markup`<th scope="colgroup" colspan="4">${role}`,
  )}<tr>${roles.map(() => COMMANDS.map((command) => markup`<th scope="col"><abbr title="${command}">${command.slice(0, 3)}</abbr>`))}<tbody>${relations.map(
    (relation) =>
      markup`<tr><th scope="row">${linkTo(relation, anchors)}${roles.map((role) =>
        COMMANDS.map((command) => cell(relation, command, role)),
      )}`,
  )}</table></div>`;

function linkTo(relation: RelationAccess, anchors: Anchors): Html {
  const name = relation.schema === "public" ? relation.name : nameKey(relation);
  const anchor = anchorOf(anchors, nameKey(relation));
  return anchor === null ? markup`${name}` : markup`<a href="#${anchor}">${name}</a>`;
}

/** Null: it is not known; undefined: the relation is not there, or the role has nothing on it. */
function reachOf(relation: RelationAccess | undefined, command: Command, role: string) {
  const found = relation?.roles.find((one) => one.role === role);
  return found === undefined ? "none" : found.isAbove ? "every row" : found.reach[command];
}

function reachCell(reach: "every row" | "some rows" | "none" | null): Html {
  switch (reach) {
    case "none":
      return markup`<td class="r0">none`;
    case "some rows":
      return markup`<td class="r1">some`;
    case "every row":
      return markup`<td class="r2">all`;
    case null:
      return markup`<td class="r3">?`;
  }
}

/** The decisions about one cell with and without context; the regimes of a foreign variable are in the drill-down. */
function verdictsOf(verdicts: readonly AssumedVerdict[]): ReadonlyMap<string, Decision[]> {
  const found = new Map<string, Decision[]>();
  for (const { relation, component, role, regime, decision } of verdicts) {
    if (regime?.kind === "foreign") continue;
    const key = keyOf(nameKey(relation), component.split(" ")[0] ?? component, role);
    const of = found.get(key);
    if (of) of.push(decision);
    else found.set(key, [decision]);
  }
  return found;
}

const keyOf = (relation: NameKey, command: string, role: string): string => JSON.stringify([relation, command, role]);

/** Worst first. */
const MARKS: readonly (readonly [Decision, Html])[] = [
  ["always-errors", markup`<td class="dbad">!`],
  ["unknown", markup`<td class="dnot">?`],
  ["vacuous", markup`<td class="dnot">?`],
  ["incomparable", markup`<td class="dmore">±`],
  ["looser", markup`<td class="dmore">+`],
  ["tighter", markup`<td class="dless">−`],
  ["equivalent", markup`<td class="dsame">=`],
  ["no-privilege", markup`<td class="d0">·`],
];

const differenceCell = (decisions: readonly Decision[]): Html =>
  MARKS.find(([decision]) => decisions.includes(decision))?.[1] ?? markup`<td class="d0">·`;
