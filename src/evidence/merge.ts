import { sealed, type Line, type LineHash } from "./line.ts";

/**
 * The lines of both branches, each as it is, in the order of their times, with one that follows the ends of both. Returns
 * the lines as they are where one of them follows all others.
 */
export function mergeLines(lines: readonly Line[], now: Pick<Line, "at" | "by" | "rlsmith">): Line[] {
  const unique = [...new Map(lines.map((line) => [line.hash, line])).values()];
  const sorted = inOrder(unique);
  let merged = sorted;
  for (;;) {
    const [one, other] = endsOf(merged);
    if (one === undefined || other === undefined) return merged;
    merged = [
      ...merged,
      sealed({
        formatVersion: 1,
        previous: [one.hash, other.hash],
        at: latest([now.at, one.at, other.at]),
        serverAt: null,
        by: now.by,
        rlsmith: now.rlsmith,
        subject: { plan: null, migrations: null, target: null },
        ending: "passed",
        fact: { kind: "merge" },
      }),
    ];
  }
}

/** The lines that no line follows. */
function endsOf(lines: readonly Line[]): Line[] {
  const followed = new Set(lines.flatMap(({ previous }) => previous));
  return lines.filter(({ hash }) => !followed.has(hash));
}

/** Each line after those that it follows, and otherwise the older one first. */
function inOrder(lines: readonly Line[]): Line[] {
  const known = new Set(lines.map(({ hash }) => hash));
  const done = new Set<LineHash>();
  const left = [...lines];
  const sorted: Line[] = [];
  const isReady = ({ previous }: Line): boolean => previous.every((hash) => done.has(hash) || !known.has(hash));
  while (left.length > 0) {
    const ready = left.filter(isReady);
    // a cycle would need a collision of sha256, so something is always ready
    const [next = left[0]] = ready.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
    if (next === undefined) break;
    left.splice(left.indexOf(next), 1);
    done.add(next.hash);
    sorted.push(next);
  }
  return sorted;
}

const latest = (times: readonly string[]): string =>
  times.reduce((newest, one) => (Date.parse(one) > Date.parse(newest) ? one : newest));
