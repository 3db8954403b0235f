import type { Mutant } from "./mutants.ts";

/** Wrong provers that misread what an EXCEPTION block catches. */
export const EXCEPTION_MUTANTS: readonly Mutant[] = [
  {
    id: "blocks-catch-the-return",
    title: "a block catches the conversion of what it returns",
    file: "encode/exception.ts",
    find: "const value = inside(program.expr, within);\n        if (!value) return null;",
    replace:
      "const plain = inside(program.expr, within);\n        const value = plain && around.returned(plain);\n        if (!value) return null;",
    noticedBy: ["conversion-of-return-not-caught"],
  },
  {
    id: "blocks-catch-what-follows",
    title: "a block catches the errors of what follows it",
    file: "encode/exception.ts",
    find: "return around.run(program.next, after(within));",
    replace: "return run(program.next, within);",
    noticedBy: ["after-the-block-not-caught"],
  },
  {
    id: "handlers-undo-variables",
    title: "a handler finds the variables as they were before the block",
    file: "encode/exception.ts",
    find: "around.run(block.handler, after(within));",
    replace: "around.run(block.handler, after(frame));",
    noticedBy: ["variables-as-they-were"],
  },
  {
    id: "names-catch-all",
    title: "a handler of one condition catches every error",
    file: "encode/exception.ts",
    find: 'block.catches === "any error" ||',
    replace: "true ||",
    noticedBy: ["other-named-condition"],
  },
  {
    id: "order-is-sure",
    title: "AND comes to every part that raises",
    file: "encode/exception.ts",
    find: "return isSure() ? value : null;",
    replace: "return value;",
    noticedBy: ["order-decides-the-error"],
  },
  {
    id: "literals-raise-when-reached",
    title: "a wrong literal raises where it is reached",
    file: "encode/exception.ts",
    find: "if (nullness(encoder, encoder.expression(node, within)).raises === encoder.logic.true) found = true;",
    replace: "",
    noticedBy: ["literal-raises-when-parsed"],
  },
  {
    id: "unread-calls-raise-nothing",
    title: "a block never catches an error of a function whose body is not read",
    file: "encode/exception.ts",
    find: 'if (of.kind.startsWith("opaque")) known = false;',
    replace: "",
    noticedBy: ["unread-call-in-block"],
  },
  {
    id: "unused-variables-raise-nothing",
    title: "an assignment raises nothing where its variable is not used",
    file: "encode/run-body.ts",
    find: "return next && raising(encoder, next, nullness(encoder, value).raises);",
    replace: "return next;",
    noticedBy: ["unused-variable", "declaration-not-caught"],
  },
];
