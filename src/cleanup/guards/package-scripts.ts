/** The scripts of a package.json: name and command. None where it is no JSON. */
export function scriptsOf(text: string): [string, string][] {
  try {
    const { scripts } = JSON.parse(text) as { scripts?: Record<string, unknown> };
    return Object.entries(scripts ?? {}).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value] as [string, string]] : [],
    );
  } catch {
    return [];
  }
}
