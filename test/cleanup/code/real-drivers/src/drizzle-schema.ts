import { pgTable, text, uuid } from "drizzle-orm/pg-core";

export const bill = pgTable("bill", { title: text("title").primaryKey(), tenantId: uuid("tenant_id").notNull() });
