const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** Figures as bars from zero to the greatest of them, one character each; a figure that is not known is a space. */
export function sparkline(figures: readonly (number | null)[]): string {
  const most = Math.max(0, ...figures.map((one) => one ?? 0));
  return figures.map((one) => (one === null ? " " : (BARS[barOf(one, most)] ?? ""))).join("");
}

/** Only zero has the lowest bar. */
const barOf = (figure: number, most: number): number =>
  figure <= 0 ? 0 : Math.max(1, Math.round((figure / most) * (BARS.length - 1)));
