import { visible } from "./visible.ts";

/**
 * A text for XML. XML 1.0 allows no control characters except tab and line ends, no unpaired surrogate, which become visible escapes,
 * and not these two, escaped or not.
 */
export const xmlText = (text: string): string =>
  visible(text)
    .replaceAll(/[\uFFFE\uFFFF]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
