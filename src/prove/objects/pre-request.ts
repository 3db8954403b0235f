import { functionKey, nameKey } from "../../pg/name.ts";
import type { ObjectChange } from "./change.ts";
import { reachedBy } from "./reached.ts";
import { sameText, type World, type Worlds } from "./world.ts";

/** The function that PostgREST calls before each request, where it or what it calls is another, or is gone. */
export function comparePreRequest({ before, after }: Worlds): ObjectChange[] {
  const names = new Set(
    [before, after].flatMap(({ facts }) => facts.settings.flatMap((setting) => setting.function ?? [])),
  );
  return [...names].flatMap((name): ObjectChange[] =>
    sameText(textsOf(before, name), textsOf(after, name))
      ? []
      : [{ effect: "cannot be told", kind: "function", name, roles: [], why: { kind: "runs before requests" } }],
  );
}

const textsOf = (world: World, name: string): unknown =>
  world.catalog.functions
    .filter((fn) => nameKey(fn) === name || fn.name === name)
    .map((fn) => [functionKey(fn), fn.securityDefiner, fn.owner, reachedBy(world, { kind: "function", fn }).texts]);
