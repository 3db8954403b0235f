/** Parts of documents that people own: where they stand, templates, and mentions of what is retired. Texts in, texts out. */
export { hasMarker, isSame, markersOf, placesIn, withParts, type Place } from "./markers.ts";
export { commentsOf, hasComments } from "./comments.ts";
export { mentionsIn, namesRegExp, wordsOf, type Mention } from "./mentions.ts";
export { alignTables } from "./tables.ts";
export { fill, type Value, type Values } from "./template.ts";
