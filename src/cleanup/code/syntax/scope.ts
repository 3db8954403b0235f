import { childrenOf, isFunction, type Node } from "./node.ts";

export type BindingKind =
  | "import"
  | "variable"
  | "function"
  | "class"
  | "type"
  | "parameter"
  | "catch"
  | "type-parameter";

/** A name of one scope: where it is declared, and every use of it. A type and a value of the same name are one. */
export interface Binding {
  path: string;
  name: string;
  kind: BindingKind;
  /** the identifiers that declare it */
  declarations: Node[];
  references: Node[];
}

interface Scope {
  parent: Scope | null;
  /** a function or the module: where `var` is declared */
  isFunction: boolean;
  names: Map<string, Binding>;
}

/** The bindings of a module, and the binding that each identifier means. */
export interface Scopes {
  bindings: Binding[];
  bindingOf: Map<Node, Binding>;
}

const OPENS_SCOPE: ReadonlySet<string> = new Set([
  "Program",
  "BlockStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "SwitchStatement",
  "CatchClause",
  "ClassDeclaration",
  "ClassExpression",
  "StaticBlock",
  "TSModuleBlock",
  "TSTypeAliasDeclaration",
  "TSInterfaceDeclaration",
  "TSMappedType",
  "TSConditionalType",
]);

const OPENS_FUNCTION: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "TSDeclareFunction",
  "TSEmptyBodyFunctionExpression",
  "TSFunctionType",
  "TSConstructorType",
  "TSMethodSignature",
  "TSCallSignatureDeclaration",
  "TSConstructSignatureDeclaration",
]);

/** The identifiers that a pattern declares. */
export function patternNames(pattern: Node): Extract<Node, { type: "Identifier" }>[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern];
    case "ObjectPattern":
      return pattern.properties.flatMap((one) => patternNames(one.type === "RestElement" ? one.argument : one.value));
    case "ArrayPattern":
      return pattern.elements.flatMap((one) => (one === null ? [] : patternNames(one)));
    case "AssignmentPattern":
      return patternNames(pattern.left);
    case "RestElement":
      return patternNames(pattern.argument);
    case "TSParameterProperty":
      return patternNames(pattern.parameter);
    default:
      return [];
  }
}

/** True where an identifier is a name in a place of its own, and means no binding: a key, a label, a property. */
function isPlainName(node: Node, parent: Node): boolean {
  switch (parent.type) {
    case "MemberExpression":
      return parent.property === node && !parent.computed;
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
    case "TSAbstractMethodDefinition":
    case "TSAbstractPropertyDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
      return parent.key === node && !parent.computed;
    case "ImportSpecifier":
      return parent.imported === node && parent.local !== node;
    case "ExportSpecifier":
      return parent.local !== node;
    case "TSQualifiedName":
      return parent.right === node;
    case "TSEnumMember":
      return parent.id === node;
    case "TSNamedTupleMember":
      return parent.label === node;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
    case "TSImportType":
    case "ImportAttribute":
    case "TSIndexSignature":
    case "TSNamespaceExportDeclaration":
    case "ExportAllDeclaration":
      return true;
    default:
      return false;
  }
}

/** Resolve the names of a module. `parents` holds the parent of every node. */
export function scopesOf(path: string, program: Node, parents: ReadonlyMap<Node, Node>): Scopes {
  const bindings: Binding[] = [];
  const bindingOf = new Map<Node, Binding>();
  const scopeOf = new Map<Node, Scope>();
  const uses: { node: Node; name: string; scope: Scope }[] = [];

  const declare = (id: Node & { name: string }, kind: BindingKind, scope: Scope): void => {
    const known = scope.names.get(id.name);
    const binding = known ?? { path, name: id.name, kind, declarations: [], references: [] };
    if (!known) {
      scope.names.set(id.name, binding);
      bindings.push(binding);
    }
    binding.declarations.push(id);
    bindingOf.set(id, binding);
  };
  const declarePattern = (pattern: Node, kind: BindingKind, scope: Scope): void => {
    for (const id of patternNames(pattern)) declare(id, kind, scope);
  };
  const functionScope = (scope: Scope): Scope =>
    scope.isFunction || scope.parent === null ? scope : functionScope(scope.parent);

  const declareIn = (node: Node, outer: Scope, inner: Scope): void => {
    switch (node.type) {
      case "ImportSpecifier":
      case "ImportDefaultSpecifier":
      case "ImportNamespaceSpecifier":
        return declare(node.local, "import", outer);
      case "VariableDeclaration":
        for (const one of node.declarations)
          declarePattern(one.id, "variable", node.kind === "var" ? functionScope(outer) : outer);
        return;
      case "FunctionDeclaration":
      case "TSDeclareFunction":
        if (node.id) declare(node.id, "function", outer);
        break;
      case "FunctionExpression":
        if (node.id) declare(node.id, "function", inner);
        break;
      case "ClassDeclaration":
        if (node.id) declare(node.id, "class", outer);
        return;
      case "ClassExpression":
        if (node.id) declare(node.id, "class", inner);
        return;
      case "TSInterfaceDeclaration":
      case "TSTypeAliasDeclaration":
      case "TSEnumDeclaration":
      case "TSImportEqualsDeclaration":
        return declare(node.id, "type", outer);
      case "TSModuleDeclaration":
        if (node.id.type === "Identifier") declare(node.id, "type", outer);
        return;
      case "TSTypeParameter":
        return declare(node.name, "type-parameter", outer);
      case "TSMappedType":
        return declare(node.key, "type-parameter", inner);
      case "CatchClause":
        if (node.param) declarePattern(node.param, "catch", inner);
        return;
      default:
        break;
    }
    if (OPENS_FUNCTION.has(node.type) && "params" in node && Array.isArray(node.params))
      for (const parameter of node.params as Node[]) declarePattern(parameter, "parameter", inner);
  };

  const visit = (node: Node, outer: Scope): void => {
    const opens = OPENS_SCOPE.has(node.type) || OPENS_FUNCTION.has(node.type);
    const inner: Scope = opens
      ? { parent: outer, isFunction: OPENS_FUNCTION.has(node.type) || node.type === "Program", names: new Map() }
      : outer;
    if (opens) scopeOf.set(node, inner);
    declareIn(node, outer, inner);
    const parent = parents.get(node);
    if ((node.type === "Identifier" || node.type === "JSXIdentifier") && parent && !bindingOf.has(node))
      if (isUse(node, parent)) uses.push({ node, name: node.name, scope: inner });
    for (const child of childrenOf(node)) visit(child, inner);
  };
  const isUse = (node: Node, parent: Node): boolean => {
    if (node.type !== "JSXIdentifier") return !isPlainName(node, parent);
    if (parent.type === "JSXMemberExpression") return parent.object === node;
    return (parent.type === "JSXOpeningElement" || parent.type === "JSXClosingElement") && !/^[a-z]/.test(node.name);
  };

  visit(program, { parent: null, isFunction: true, names: new Map() });
  for (const { node, name, scope } of uses) {
    if (bindingOf.has(node)) continue;
    for (let at: Scope | null = scope; at !== null; at = at.parent) {
      const binding = at.names.get(name);
      if (!binding) continue;
      binding.references.push(node);
      bindingOf.set(node, binding);
      break;
    }
  }
  return { bindings, bindingOf };
}

/** The nearest function around a node. */
export function functionAround(node: Node, parents: ReadonlyMap<Node, Node>): Node | null {
  for (let at = parents.get(node); at; at = parents.get(at)) if (isFunction(at)) return at;
  return null;
}
