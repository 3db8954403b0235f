import { scaleLinear, scaleLog, scaleUtc, type ScaleTime } from "d3-scale";
import { line } from "d3-shape";
import { markup, type Html } from "./template.ts";

// Plots are SVG that is made when the report is written: scales, ticks and paths are d3's, markup and colours the page's.

const WIDTH = 720;

const round = (value: number): number => Math.round(value * 10) / 10;

/** One row of a bar plot. */
export interface Bar {
  label: string;
  value: number;
  note: string;
}

/** Horizontal bars from 0, one for each row, with its value in words. */
export function barsSvg(title: string, bars: readonly Bar[], unit: string): Html {
  const [left, right, row] = [220, 220, 20];
  const most = Math.max(0, ...bars.map(({ value }) => value));
  const x = scaleLinear([0, most === 0 ? 1 : most], [left, WIDTH - right]).nice();
  const height = bars.length * row + 24;
  return markup`<svg class="plot" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">${x
    .ticks(5)
    .map(
      (tick) =>
        markup`<line class="grid" x1="${round(x(tick))}" x2="${round(x(tick))}" y1="0" y2="${height - 20}"/><text x="${round(x(tick))}" y="${height - 6}" text-anchor="middle">${tick} ${unit}</text>`,
    )}${bars.map(
    ({ label, value, note }, n) =>
      markup`<text x="${left - 6}" y="${n * row + 14}" text-anchor="end">${cut(label, 36)}</text><rect class="bar" x="${left}" y="${n * row + 4}" width="${round(Math.max(1, x(value) - left))}" height="${row - 8}"/><text x="${round(x(value)) + 6}" y="${n * row + 14}">${cut(note, 44)}</text>`,
  )}</svg>`;
}

/** One point of a line; null: it is not known, and the line has a gap. */
export interface PlotPoint {
  at: string;
  value: number | null;
}

/** The points of a plot beyond which several share one: the greatest of them, so that no peak is lost. */
const MOST_POINTS = 240;

/** A figure over time. `change`: ISO 8601, the time from which the plan is in force; null: it is not known. */
export function lineSvg(title: string, points: readonly PlotPoint[], change: string | null): Html {
  const [left, right, top, bottom, height] = [48, 16, 12, 24, 160];
  const shown = thinned(points);
  const times = points.map(({ at }) => Date.parse(at));
  const x = scaleUtc([Math.min(...times), Math.max(...times)], [left, WIDTH - right]);
  const most = Math.max(0, ...points.map(({ value }) => value ?? 0));
  const y = scaleLinear([0, most === 0 ? 1 : most], [height - bottom, top]).nice();
  const path = line<PlotPoint>()
    .defined(({ value }) => value !== null)
    .x(({ at }) => round(x(Date.parse(at))))
    .y(({ value }) => round(y(value ?? 0)))(shown);
  return markup`<svg class="plot" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">${y
    .ticks(4)
    .filter(Number.isInteger)
    .map(
      (tick) =>
        markup`<line class="grid" x1="${left}" x2="${WIDTH - right}" y1="${round(y(tick))}" y2="${round(y(tick))}"/><text x="${left - 6}" y="${round(y(tick)) + 4}" text-anchor="end">${tick}</text>`,
    )}${timeTicks(x, height)}${change !== null && changeLine(x, change, height - bottom)}<path class="line" d="${path ?? ""}"/>${shown.map(
    ({ at, value }) =>
      shown.length <= 60 &&
      value !== null &&
      markup`<circle class="dot" cx="${round(x(Date.parse(at)))}" cy="${round(y(value))}" r="2"/>`,
  )}</svg>`;
}

const timeTicks = (x: ScaleTime<number, number>, height: number): Html =>
  markup`${x.ticks(6).map((tick) => markup`<text x="${round(x(tick))}" y="${height - 6}" text-anchor="middle">${x.tickFormat(6)(tick)}</text>`)}`;

function changeLine(x: ScaleTime<number, number>, change: string, bottom: number): Html {
  const place = round(x(Date.parse(change)));
  return markup`<line class="change" x1="${place}" x2="${place}" y1="4" y2="${bottom}"/><text x="${place + 4}" y="12">the change</text>`;
}

function thinned(points: readonly PlotPoint[]): PlotPoint[] {
  const size = Math.ceil(points.length / MOST_POINTS);
  if (size <= 1) return [...points];
  return Array.from({ length: Math.ceil(points.length / size) }, (_, n): PlotPoint => {
    const of = points.slice(n * size, (n + 1) * size);
    const known = of.flatMap(({ value }) => (value === null ? [] : [value]));
    return { at: of[0]?.at ?? "", value: known.length === 0 ? null : Math.max(...known) };
  });
}

/** A figure before and since, on a logarithmic scale: an arrow from the one to the other. */
export function shiftSvg(
  title: string,
  rows: readonly { label: string; before: number; after: number }[],
  unit: string,
): Html {
  const [left, right, row] = [280, 110, 20];
  const values = rows.flatMap(({ before, after }) => [before, after]).filter((value) => value > 0);
  const [least, most] = [Math.min(...values, 1), Math.max(...values, 1)];
  const x = scaleLog([least, most === least ? least * 10 : most], [left, WIDTH - right]).nice();
  const place = (value: number): number => round(x(Math.max(value, x.domain()[0] ?? value)));
  const height = rows.length * row + 24;
  return markup`<svg class="plot" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">${x
    .ticks(4)
    .filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e6) / 1e6))
    .map(
      (tick) =>
        markup`<line class="grid" x1="${place(tick)}" x2="${place(tick)}" y1="0" y2="${height - 20}"/><text x="${place(tick)}" y="${height - 6}" text-anchor="middle">${tick} ${unit}</text>`,
    )}${rows.map(
    ({ label, before, after }, n) =>
      markup`<text x="${left - 6}" y="${n * row + 14}" text-anchor="end">${cut(label, 46)}</text><line class="${after > before ? "slower" : "faster"}" x1="${place(before)}" x2="${place(after)}" y1="${n * row + 10}" y2="${n * row + 10}"/><circle class="was" cx="${place(before)}" cy="${n * row + 10}" r="3"/><circle class="${after > before ? "is slower" : "is faster"}" cx="${place(after)}" cy="${n * row + 10}" r="4"/><text x="${round(Math.max(place(before), place(after))) + 8}" y="${n * row + 14}">${short(before)} → ${short(after)} ${unit}</text>`,
  )}</svg>`;
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
