import { constantText, isFunction, memberName, nodesIn, type Module, type Node } from "../../code/index.ts";
import type { Check } from "../check.ts";
import type { GuardContext } from "../context.ts";
import { mixedIn, retiredIn } from "../names.ts";
import { classOf, patternOf, type Pattern } from "../pattern.ts";

/** The checks of a program in JavaScript: tests by text or regular expression that end in a failure. */
export function checksOfModule(module: Module, { names, forms }: Pick<GuardContext, "names" | "forms">): Check[] {
  const checks: Check[] = [];
  const used = new Set<Node>();
  for (const node of module.nodes) {
    const test = testOf(node, module);
    if (!test) continue;
    for (const one of test.uses) used.add(one);
    const failsWhen = failureOf(node, module, new Set());
    const found = classOf(test.pattern, names, forms);
    const isTold = found !== "selector" && found !== "other";
    if (failsWhen === null && !isTold) continue;
    checks.push({
      at: node.start,
      conditions: [{ pattern: test.pattern, class: found, present: failsWhen === true }],
      certain: failsWhen !== null,
      scope: "file",
    });
  }
  for (const node of module.nodes) {
    if (used.has(node) || !(node.type === "Literal" || node.type === "TemplateLiteral" || node.type === "Identifier"))
      continue;
    const text = node.type === "Identifier" ? node.name : module.text.slice(node.start, node.end).replaceAll("\\", "");
    if ((retiredIn(text, names) ?? mixedIn(text, names)) === null || isMessage(node, module)) continue;
    checks.push({ at: node.start, conditions: [], certain: false, scope: "file" });
  }
  return checks.toSorted((a, b) => a.at - b.at);
}

interface TextTest {
  pattern: Pattern;
  /** nodes that hold the pattern */
  uses: Node[];
}

/** A call or comparison that is true where a pattern is found. */
function testOf(node: Node, module: Module): TextTest | null {
  if (node.type === "CallExpression" && node.callee.type === "MemberExpression") {
    const method = memberName(node.callee);
    const [first] = node.arguments;
    if (method === "test" || method === "exec") return literalOf(node.callee.object, module);
    if (first && /^(?:includes|indexOf|match|matchAll|search|startsWith|endsWith)$/.test(method ?? ""))
      return literalOf(first, module);
    if (first && /^(?:toMatch|toContain|match|doesNotMatch)$/.test(method ?? ""))
      return literalOf(node.arguments[1] ?? first, module);
  }
  if (node.type === "BinaryExpression" && /^===?$/.test(node.operator))
    return literalOf(node.right, module, true) ?? literalOf(node.left, module, true);
  return null;
}

function literalOf(node: Node, module: Module, isWhole = false): TextTest | null {
  if (node.type === "Literal" && "regex" in node && node.regex)
    return { pattern: patternOf(node.regex.pattern, "javascript", node.regex.flags), uses: [node] };
  if (node.type === "NewExpression" && node.callee.type === "Identifier" && node.callee.name === "RegExp") {
    const [source, flags] = node.arguments;
    const text = constantText(source ?? null);
    return text === null
      ? null
      : { pattern: patternOf(text, "javascript", constantText(flags ?? null) ?? ""), uses: source ? [source] : [] };
  }
  const text = constantText(node);
  if (text !== null)
    return text === "" || (isWhole && !/\w{3}/.test(text)) ? null : { pattern: patternOf(text, "fixed"), uses: [node] };
  if (node.type !== "Identifier") return null;
  const declared = declarationOf(node, module);
  return declared?.type === "VariableDeclarator" && declared.init && declared.init.type !== "Identifier"
    ? literalOf(declared.init, module, isWhole)
    : null;
}

function declarationOf(node: Node, module: Module): Node | null {
  const [id] = module.bindingOf.get(node)?.declarations ?? [];
  return (id && module.parents.get(id)) ?? null;
}

/** True, false: the program fails where an expression is true, or false. Null: that is not known. */
function failureOf(node: Node, module: Module, seen: Set<Node>): boolean | null {
  if (seen.has(node)) return null;
  seen.add(node);
  const parent = module.parents.get(node);
  if (!parent) return null;
  const up = (): boolean | null => failureOf(parent, module, seen);
  const flip = (value: boolean | null): boolean | null => (value === null ? null : !value);
  switch (parent.type) {
    case "UnaryExpression":
      return parent.operator === "!" ? flip(up()) : null;
    case "BinaryExpression": {
      const other = parent.left === node ? parent.right : parent.left;
      const value = module.text.slice(other.start, other.end);
      const isNone = /^(?:-1|0|null|false|undefined|"")$/.test(value);
      if (/^!==?$|^>$|^>=$/.test(parent.operator) && (isNone || value === "1")) return up();
      if (/^===?$|^<$/.test(parent.operator) && isNone) return flip(up());
      return /^===?$/.test(parent.operator) && value === "true" ? up() : null;
    }
    case "LogicalExpression": {
      if (parent.left === node && parent.operator === "&&" && isFailure(parent.right, module)) return true;
      if (parent.left === node && parent.operator === "||" && isFailure(parent.right, module)) return false;
      return up();
    }
    case "ConditionalExpression": {
      if (parent.test !== node) return up();
      if (isExit(parent, module)) return !isZero(parent.consequent, module);
      if (isFailure(parent.consequent, module)) return true;
      return isFailure(parent.alternate, module) ? false : null;
    }
    case "IfStatement": {
      if (parent.test !== node) return null;
      if (isFailure(parent.consequent, module)) return true;
      if (parent.alternate && isFailure(parent.alternate, module)) return false;
      return isPass(parent.consequent) && failsLater(parent, module) ? false : null;
    }
    case "ArrowFunctionExpression":
    case "ReturnStatement":
      return ofCallback(parent, module, seen);
    case "MemberExpression":
      return parent.object === node && /^(?:length|size)$/.test(memberName(parent) ?? "")
        ? up()
        : parent.object === node && /^not$/.test(memberName(parent) ?? "")
          ? null
          : parent.object === node
            ? up()
            : null;
    case "CallExpression": {
      const name =
        parent.callee.type === "MemberExpression"
          ? memberName(parent.callee)
          : parent.callee.type === "Identifier"
            ? parent.callee.name
            : null;
      if (parent.callee === node) return null;
      if (name === "expect") return ofExpect(parent, module);
      if (/^(?:ok|assert|strictEqual|invariant)$/.test(name ?? "")) return false;
      return /^(?:Boolean|filter|some|every|find|resolve)$/.test(name ?? "") ? up() : null;
    }
    case "VariableDeclarator": {
      const binding = module.bindingOf.get(parent.id);
      const uses = module.nodes.filter(
        (one) => binding !== undefined && one !== parent.id && module.bindingOf.get(one) === binding,
      );
      for (const use of uses) {
        const found = failureOf(use, module, seen);
        if (found !== null) return found;
      }
      return null;
    }
    case "ExpressionStatement":
      return node.type === "CallExpression" ? ofMatcher(node, module) : null;
    case "AwaitExpression":
    case "ParenthesizedExpression":
    case "ChainExpression":
    case "TSAsExpression":
    case "TSNonNullExpression":
      return up();
    default:
      return null;
  }
}

/** The result of a function that `filter`, `some`, `every` or `find` is given. */
function ofCallback(node: Node, module: Module, seen: Set<Node>): boolean | null {
  let fn: Node | undefined = node;
  while (fn && !isFunction(fn)) fn = module.parents.get(fn);
  const call = fn && module.parents.get(fn);
  if (fn && call?.type === "VariableDeclarator") {
    const binding = module.bindingOf.get(call.id);
    const uses = module.nodes.filter(
      (one) => one !== call.id && binding !== undefined && module.bindingOf.get(one) === binding,
    );
    for (const use of uses) {
      const parent = module.parents.get(use);
      const found =
        parent?.type === "CallExpression"
          ? parent.callee === use
            ? failureOf(parent, module, seen)
            : failureOf(use, module, seen)
          : null;
      if (found !== null) return found;
    }
    return null;
  }
  if (call?.type !== "CallExpression" || call.callee === fn || call.callee.type !== "MemberExpression") return null;
  return /^(?:filter|some|every|find)$/.test(memberName(call.callee) ?? "") ? failureOf(call, module, seen) : null;
}

/** `expect(x).toBe(true)`. */
function ofExpect(call: Node, module: Module): boolean | null {
  const member = module.parents.get(call);
  const outer = member && module.parents.get(member);
  if (member?.type !== "MemberExpression" || outer?.type !== "CallExpression") return null;
  const name = memberName(member);
  const [expected] = outer.arguments;
  const text = expected ? module.text.slice(expected.start, expected.end) : "";
  if (name === "toBeTruthy" || (name === "toBe" && text === "true")) return false;
  if (name === "toBeFalsy" || (name === "toBe" && text === "false")) return true;
  if (/^to(?:Strict)?Equal$/.test(name ?? "") && text === "[]") return true;
  return name === "toHaveLength" && text === "0" ? true : null;
}

/** `expect(x).toMatch(/…/)`, `expect(x).not.toContain("…")`, `assert.match(x, /…/)`. */
function ofMatcher(call: Extract<Node, { type: "CallExpression" }>, module: Module): boolean | null {
  if (call.callee.type !== "MemberExpression") return null;
  const name = memberName(call.callee) ?? "";
  const isNegated = module.text.slice(call.start, call.callee.property.start).endsWith(".not.");
  if (/^(?:toMatch|toContain)$/.test(name)) return isNegated;
  return name === "match" ? false : name === "doesNotMatch" ? true : null;
}

/** True if something always fails or complains. */
function isFailure(node: Node, module: Module): boolean {
  if (node.type === "BlockStatement") return node.body.some((one) => isFailure(one, module));
  if (node.type === "ThrowStatement") return true;
  if (node.type === "ExpressionStatement") return isFailure(node.expression, module);
  if (node.type === "AssignmentExpression") {
    const target = module.text.slice(node.left.start, node.left.end);
    return target.endsWith("exitCode")
      ? !isZero(node.right, module)
      : /^(?:fail\w*|\w*errors?|violations?|bad|ok|valid)$/i.test(target);
  }
  if (node.type === "UpdateExpression") return true;
  if (node.type !== "CallExpression") return false;
  const callee = module.text.slice(node.callee.start, node.callee.end);
  if (/\bexit$/.test(callee)) return !isZero(node.arguments[0] ?? null, module);
  return (
    /^(?:fail|warn|die|abort|danger\.fail|console\.(?:error|warn)|core\.setFailed|context\.report|assert\.fail)$/.test(
      callee,
    ) || /(?:violations?|errors?|problems?|failures?|missing|offenders|bad|issues|findings)\.push$/i.test(callee)
  );
}

const isZero = (node: Node | null, module: Module): boolean =>
  node === null || /^(?:0|undefined)$/.test(module.text.slice(node.start, node.end));

const isExit = (node: Node, module: Module): boolean => {
  const parent = module.parents.get(node);
  if (parent?.type === "AssignmentExpression")
    return module.text.slice(parent.left.start, parent.left.end).endsWith("exitCode");
  return parent?.type === "CallExpression" && /\bexit$/.test(module.text.slice(parent.callee.start, parent.callee.end));
};

const isPass = (node: Node): boolean =>
  node.type === "ContinueStatement" ||
  (node.type === "ReturnStatement" && node.argument === null) ||
  (node.type === "BlockStatement" && node.body.length > 0 && node.body.every(isPass));

function failsLater(node: Node, module: Module): boolean {
  const parent = module.parents.get(node);
  if (parent?.type !== "BlockStatement" && parent?.type !== "Program") return false;
  return parent.body.slice(parent.body.indexOf(node as never) + 1).some((one) => isFailure(one, module));
}

/** A text for people: what a complaint says, what a test is called. */
function isMessage(node: Node, module: Module): boolean {
  for (let at: Node | undefined = node; at; at = module.parents.get(at)) {
    if (
      at.type === "ThrowStatement" ||
      (at.type === "CallExpression" &&
        (isFailure(at, module) ||
          /^(?:console\.\w+|describe|test|it|message|markdown)$/.test(
            module.text.slice(at.callee.start, at.callee.end),
          )))
    ) {
      return at.type === "ThrowStatement" || at.arguments.every((one) => !isFunction(one) || !contains(one, node));
    }
    if (
      at.type === "Property" &&
      /^(?:messages?|docs|description|missing)$/.test(module.text.slice(at.key.start, at.key.end))
    )
      return true;
  }
  return false;
}

const contains = (outer: Node, node: Node): boolean => [...nodesIn(outer)].includes(node);
