import type { ObjectChange } from "../prove/index.ts";
import { groupBy } from "../pg/group-by.ts";
import type { Colours } from "./colours.ts";
import { byEffect, reasonText, subjectText } from "./object-change.ts";
import { markdownText } from "./visible.ts";

/** Changes of objects, a line and its reason for each; those that open nothing in one line for each kind. */
export function objectLines(objects: readonly ObjectChange[], colours: Colours): string[] {
  const weighty = byEffect(objects.filter(({ effect }) => effect !== "changes"));
  const paint = { opens: colours.red, "cannot be told": colours.yellow, closes: colours.green, changes: colours.dim };
  return [
    ...weighty.flatMap((object) => [
      `${paint[object.effect](object.effect)}  ${colours.bold(subjectText(object))}${object.roles.length > 0 ? `  ${colours.dim(`as ${object.roles.join(", ")}`)}` : ""}`,
      `    ${reasonText(object.why)}`,
    ]),
    ...changesByKind(objects).map((line) => `${colours.dim("changes")}  ${line}`),
  ];
}

/** `view: public.a (it is new), public.b (it is gone)` */
function changesByKind(objects: readonly ObjectChange[]): string[] {
  const kinds = groupBy(
    objects.filter(({ effect }) => effect === "changes"),
    ({ kind }) => kind,
  );
  return [...kinds].map(
    ([kind, list]) => `${kind}: ${list.map(({ name, why }) => `${name} (${reasonText(why)})`).join(", ")}`,
  );
}

/** The same as a table. */
export function objectsMarkdown(objects: readonly ObjectChange[]): string[] {
  if (objects.length === 0) return [];
  return [
    "",
    "| effect | object | role | reason |",
    "|---|---|---|---|",
    ...byEffect(objects).map(
      (object) =>
        `| ${[object.effect === "opens" || object.effect === "cannot be told" ? `**${object.effect}**` : object.effect, markdownText(subjectText(object)), markdownText(object.roles.join(", ")), markdownText(reasonText(object.why))].join(" | ")} |`,
    ),
  ];
}
