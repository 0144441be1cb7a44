import { z } from "zod";

// What the records of several kinds have in common.

export const BLANK = "The field cannot be left blank";

/** Text of one character or more. */
export const text = (most: number) => z.string().min(1, BLANK).max(most);

export const status = z.enum(["ACTIVE", "INACTIVE"]).default("ACTIVE");
export type Status = z.output<typeof status>;

/** Under which of the org's addresses an issuer is. */
export const issuerMode = z.enum(["ORG_URL", "CUSTOM_URL", "DYNAMIC"]);
export type IssuerMode = z.output<typeof issuerMode>;

export const groupFilterType = z.enum(["STARTS_WITH", "EQUALS", "CONTAINS", "REGEX"]);
export type GroupFilterType = z.output<typeof groupFilterType>;

/** A place among siblings, counted from 1. */
export const priority = z.int().min(1).optional();

export const ids = z.array(z.string());

/** When a record was made, and when it was last changed. */
export interface Times {
  created: string;
  lastUpdated: string;
}
