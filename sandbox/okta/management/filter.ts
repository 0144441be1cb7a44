import { OktaError } from "../errors";

/** The properties that an expression may name, by their dotted paths. */
export type Properties<T> = Record<string, (item: T) => string>;

type Predicate<T> = (item: T) => boolean;

const COMPARISONS: Record<string, (actual: string, wanted: string) => boolean> = {
  eq: (actual, wanted) => actual === wanted,
  sw: (actual, wanted) => actual.startsWith(wanted),
  co: (actual, wanted) => actual.includes(wanted),
  gt: (actual, wanted) => actual > wanted,
  ge: (actual, wanted) => actual >= wanted,
  lt: (actual, wanted) => actual < wanted,
  le: (actual, wanted) => actual <= wanted,
};

/** A parenthesis, `and`, `or`, or a whole comparison. */
const TOKEN =
  /\s*(?:(?<word>[()]|(?:and|or)\b)|(?<property>[\w.]+)\s+(?<operator>\w\w)\s+"(?<quoted>(?:[^"\\]|\\.)*)")\s*/iy;

/**
 * Reads an expression of Okta's filter language, less `pr` and `not`. Values compare without regard to case, times as
 * times; `and` binds closer than `or`.
 *
 * @returns a predicate
 * @throws OktaError E0000031 for an expression that does not parse, or that names a property which is not searchable
 * @see https://developer.okta.com/docs/api/#filter
 */
export function filter<T>(expression: string, properties: Properties<T>): Predicate<T> {
  const tokens = tokenize(expression);
  const word = () => tokens[0]?.word?.toLowerCase();

  function anyOf(): Predicate<T> {
    const alternatives = [allOf()];
    while (word() === "or") {
      tokens.shift();
      alternatives.push(allOf());
    }
    return (item) => alternatives.some((matches) => matches(item));
  }

  function allOf(): Predicate<T> {
    const conditions = [condition()];
    while (word() === "and") {
      tokens.shift();
      conditions.push(condition());
    }
    return (item) => conditions.every((matches) => matches(item));
  }

  function condition(): Predicate<T> {
    const opens = word() === "(";
    const { property = "", operator = "", quoted = "" } = tokens.shift() ?? {};
    if (opens) {
      const inner = anyOf();
      if (word() !== ")") throw invalidSearch(expression);
      tokens.shift();
      return inner;
    }
    const compare = COMPARISONS[operator.toLowerCase()];
    const valueOf = Object.hasOwn(properties, property) ? properties[property] : undefined;
    if (!compare || !valueOf) throw invalidSearch(expression);
    const wanted = comparable(quoted.replace(/\\(.)/g, "$1"));
    return (item) => compare(comparable(valueOf(item)), wanted);
  }

  const matches = anyOf();
  if (tokens.length > 0) throw invalidSearch(expression);
  return matches;
}

interface Token {
  word?: string;
  property?: string;
  operator?: string;
  quoted?: string;
}

function tokenize(expression: string): Token[] {
  const pattern = new RegExp(TOKEN);
  const tokens: Token[] = [];
  while (pattern.lastIndex < expression.length) {
    const match = pattern.exec(expression);
    if (!match) throw invalidSearch(expression);
    tokens.push(match.groups as Token);
  }
  return tokens;
}

/** A value as comparisons take it: times in one form, whatever their precision; anything else in lower case. */
function comparable(value: string): string {
  return /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))
    ? new Date(value).toISOString()
    : value.toLowerCase();
}

function invalidSearch(expression: string): OktaError {
  return new OktaError(400, "E0000031", `Invalid search criteria: ${expression}`);
}
