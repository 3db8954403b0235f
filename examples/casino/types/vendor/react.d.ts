/** The part of React that the components use, so that `tsc` needs no installed copy. */
declare module "react" {
  export function useState<Value>(initial: Value): [Value, (next: Value) => void];
  export function useEffect(effect: () => void | (() => void), dependencies: readonly unknown[]): void;
}

declare module "react/jsx-runtime" {
  export namespace JSX {
    type Element = object;
    interface ElementChildrenAttribute {
      children: unknown;
    }
    interface IntrinsicElements {
      [tag: string]: Record<string, unknown>;
    }
  }
  export const jsx: unknown;
  export const jsxs: unknown;
  export const Fragment: unknown;
}
