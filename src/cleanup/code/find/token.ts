import type { Module } from "../syntax/module.ts";
import { keyName, memberName, type Node } from "../syntax/node.ts";
import { functionAround } from "../syntax/scope.ts";

/** A member of an object that has a name: `claims.app_metadata.tenant_id`. */
export interface NamedMember {
  /** the name of the object, where it is used */
  root: Node;
  keys: string[];
}

/** The member that an expression is, also by a `const` that holds it; null: it is made in another way. */
export function memberOf(node: Node, module: Module, depth = 5): NamedMember | null {
  switch (node.type) {
    case "ChainExpression":
    case "TSNonNullExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
      return memberOf(node.expression, module, depth);
    case "MemberExpression": {
      const name = memberName(node);
      const inner = memberOf(node.object, module, depth);
      return name === null || inner === null ? null : { root: inner.root, keys: [...inner.keys, name] };
    }
    case "CallExpression": {
      const [only] = node.arguments;
      const isString = node.callee.type === "Identifier" && node.callee.name === "String";
      return isString && only && node.arguments.length === 1 ? memberOf(only, module, depth) : null;
    }
    case "Identifier":
      return (depth > 0 ? throughConst(node, module, depth - 1) : null) ?? { root: node, keys: [] };
    default:
      return null;
  }
}

/** What a `const` was made from, if that is a member of something. */
function throughConst(use: Node, module: Module, depth: number): NamedMember | null {
  const binding = module.bindingOf.get(use);
  const [id] = binding?.declarations ?? [];
  if (!id || binding?.declarations.length !== 1) return null;
  const keys: string[] = [];
  let at: Node = id;
  for (;;) {
    const parent = module.parents.get(at);
    if (parent?.type === "VariableDeclarator") {
      const statement = module.parents.get(parent);
      if (statement?.type !== "VariableDeclaration" || statement.kind !== "const" || !parent.init) return null;
      const made = memberOf(parent.init, module, depth);
      return made && (made.keys.length > 0 || keys.length > 0) ? { ...made, keys: [...made.keys, ...keys] } : null;
    }
    if (parent?.type === "Property" && parent.value === at) {
      const name = parent.computed ? null : keyName(parent.key);
      if (name === null) return null;
      keys.unshift(name);
    } else if (parent?.type !== "ObjectPattern") return null;
    at = parent;
  }
}

const VERIFIES = /^(?:jwtVerify|verify\w*|\w*[vV]erif(?:y|ied)\w*)$/;

/** A pattern that a name is declared in, with the keys that lead to it, and the call of a token's check that it takes apart. */
interface CheckedPattern {
  /** the outermost pattern, or the name itself */
  pattern: Node;
  names: readonly string[];
  isJose: boolean;
}

function checkedPattern(root: Node, module: Module): CheckedPattern | null {
  const [id] = module.bindingOf.get(root)?.declarations ?? [];
  let at = id && module.parents.get(id);
  const names: string[] = [];
  for (; at && at.type !== "VariableDeclarator"; at = module.parents.get(at))
    if (at.type === "Property") names.unshift((at.computed ? null : keyName(at.key)) ?? "");
    else if (at.type !== "ObjectPattern") return null;
  const made = at?.init?.type === "AwaitExpression" ? at.init.argument : at?.init;
  if (!at || made?.type !== "CallExpression") return null;
  const called = (made.callee.type === "Identifier" ? made.callee.name : memberName(made.callee)) ?? "";
  // `jwtVerify` of jose answers `{ payload, protectedHeader }`
  return VERIFIES.test(called) ? { pattern: at.id, names, isJose: called === "jwtVerify" } : null;
}

/** The claims of a token whose signature was checked: what holds them, and the keys from its name to them. */
export function verifiedClaims(root: Node, module: Module): { keys: readonly string[] } | null {
  const checked = checkedPattern(root, module);
  if (!checked) return null;
  const { names, isJose } = checked;
  if (names.length === 0) return { keys: isJose ? ["payload"] : [] };
  return onlyPayload(names);
}

const onlyPayload = (names: readonly string[]): { keys: readonly string[] } | null =>
  names.length === 1 && (names[0] === "payload" || names[0] === "claims") ? { keys: [] } : null;

/** The claims of a verified token. */
export interface TokenClaims {
  /** the name that leads to them */
  root: Node;
  code: string;
  /** they have no name yet: the pattern that takes them apart where they are made, which is to become one */
  unnamed?: { pattern: Node; becomes: string };
}

/** True if both are the claims of one token. */
export const isSameToken = (one: TokenClaims | null | undefined, other: TokenClaims): boolean =>
  one?.code === other.code && one.unnamed?.pattern === other.unnamed?.pattern;

/** The verified claims of which an expression is the member under a path; null: it is none. */
export function claimOfToken(node: Node, path: readonly string[], module: Module): TokenClaims | null {
  const member = memberOf(node, module);
  const verified = member && verifiedClaims(member.root, module);
  if (!verified) return member && takenApart(member, path, module);
  const expected = [...verified.keys, ...path];
  const isSame = expected.length === member.keys.length && expected.every((key, n) => key === member.keys[n]);
  if (!isSame) return null;
  const name = module.text.slice(member.root.start, member.root.end);
  return { root: member.root, code: [name, ...verified.keys].join(".") };
}

/** What claims are called that had no name. */
const CLAIMS = "claims";

/** The claims of `const { tenant } = verifyToken(…)`, where the name is the member under a path. */
function takenApart(member: NamedMember, path: readonly string[], module: Module): TokenClaims | null {
  const checked = checkedPattern(member.root, module);
  const declarator = checked && module.parents.get(checked.pattern);
  const statement = declarator && module.parents.get(declarator);
  if (!checked || statement?.type !== "VariableDeclaration" || statement.declarations.length !== 1) return null;
  const [first, ...rest] = checked.names;
  const isWrapped = first === "payload" || (first === "claims" && !checked.isJose);
  if (checked.isJose && !isWrapped) return null;
  const keys = [...(isWrapped ? rest : checked.names), ...member.keys];
  if (keys.length !== path.length || !keys.every((key, n) => key === path[n])) return null;
  if (isTaken(CLAIMS, checked.pattern, module)) return null;
  const becomes = isWrapped ? `{ ${first === CLAIMS ? CLAIMS : `${first}: ${CLAIMS}`} }` : CLAIMS;
  return { root: member.root, code: CLAIMS, unnamed: { pattern: checked.pattern, becomes } };
}

/** True if a name means something in the function around a place. */
function isTaken(name: string, place: Node, module: Module): boolean {
  const around = functionAround(place, module.parents) ?? module.program;
  return module.bindings.some(
    (one) =>
      one.name === name &&
      [...one.declarations, ...one.references].some(({ start, end }) => around.start <= start && end <= around.end),
  );
}

/** True if a name means at a place what it means where it is declared: no other one hides it there. */
export function isSeen(root: Node, place: Node, module: Module): boolean {
  const binding = module.bindingOf.get(root);
  const [id] = binding?.declarations ?? [];
  if (!binding || !id) return false;
  const contains = (outer: Node, one: Node): boolean => outer.start <= one.start && one.end <= outer.end;
  const hiding = module.bindings.filter((one) => one !== binding && one.name === binding.name);
  for (let at = module.parents.get(place); at; at = module.parents.get(at)) {
    const outer = at;
    if (outer.type === "Program") return true;
    if (contains(outer, id) && outer.type === "BlockStatement") return true;
    if (hiding.some(({ declarations }) => declarations.some((one) => contains(outer, one)))) return false;
  }
  return true;
}
