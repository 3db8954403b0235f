import requireRlsContext from "./eslint-rules/require-rls-context.js";

export default [
  { ignores: ["types/**", ".next/**"] },
  {
    files: ["app/actions/**/*.ts", "services/**/*.ts", "lib/browser/**/*.ts"],
    ignores: ["**/*.test.ts"],
    plugins: { floor: { rules: { "require-rls-context": requireRlsContext } } },
    rules: { "floor/require-rls-context": "error" },
  },
];
