import { UNKNOWN, type Change } from "../../../sandbox/plugins/contract";
import { changes } from "../../../sandbox/plugins/differences";
import { checkInputs, type Schema } from "../../../sandbox/plugins/schema";
import { inputsOf, outputsOf, plannedOutputs } from "../../../sandbox/plugins/state";

const URN = "urn:pulumi:dev::portal::test:index:Thing::portal";

const schema: Schema = {
  name: { type: "string", autoname: true },
  kind: { type: "string", required: true, forceNew: true, values: ["big", "small"] },
  mode: { type: "string", default: "AUTO" },
  scopes: { type: "set" },
  uris: { type: "list" },
  profile: { type: "json" },
  pkce: { type: "boolean", computed: true },
  minutes: { type: "number", minimum: 5 },
  groups: {
    type: "list",
    of: {
      id: { type: "string", required: true },
      priority: { type: "number", computed: true },
      profile: { type: "json", default: "{}" },
    },
  },
  issuer: { type: "string", output: true },
};

const failuresOf = (news: Record<string, unknown>) => checkInputs(schema, news, undefined, URN).failures;

describe("Checking inputs", () => {
  it("fills in defaults, also inside lists, and notes which", () => {
    const { inputs, failures } = checkInputs(schema, { name: "n", kind: "big", groups: [{ id: "1" }] }, undefined, URN);
    expect(failures).toEqual([]);
    expect(inputs).toEqual({
      name: "n",
      kind: "big",
      mode: "AUTO",
      groups: [{ id: "1", profile: "{}" }],
      __defaults: ["mode"],
    });
  });

  it("names a resource after its Pulumi name with seven random characters, and keeps that name", () => {
    const { inputs } = checkInputs(schema, { kind: "big" }, undefined, URN);
    expect(inputs.name).toMatch(/^portal-[0-9a-f]{7}$/);
    expect(checkInputs(schema, { kind: "big" }, inputs, URN).inputs.name).toBe(inputs.name);
  });

  it("names it anew when the program takes back a name of its own", () => {
    const { inputs } = checkInputs(schema, { kind: "big", name: "mine" }, undefined, URN);
    expect(checkInputs(schema, { kind: "big" }, inputs, URN).inputs.name).toMatch(/^portal-/);
  });

  it("says what is wrong and where, and all of it at once", () => {
    expect(
      failuresOf({ kind: "huge", uris: "x", minutes: 4, profile: "{", groups: [{ profile: "{}", size: 1 }] }),
    ).toEqual([
      { property: "kind", reason: 'must be one of big, small, but is "huge"' },
      { property: "uris", reason: "must be a list, but is a string" },
      { property: "profile", reason: "must be JSON" },
      { property: "minutes", reason: "must be at least 5, but is 4" },
      { property: "groups[0].size", reason: "is not known; known are id, priority, profile" },
      { property: "groups[0].id", reason: "is required, and missing" },
    ]);
  });

  it("misses what is required", () => {
    expect(failuresOf({})).toEqual([{ property: "kind", reason: "is required, and missing" }]);
  });

  it("accepts what is not known yet", () => {
    expect(failuresOf({ kind: UNKNOWN, minutes: UNKNOWN, scopes: UNKNOWN, groups: [{ id: UNKNOWN }] })).toEqual([]);
  });
});

const kinds = (found: Change[]) => Object.fromEntries(found.map(({ path, kind }) => [path, kind]));

describe("Comparing what is there with what is wanted", () => {
  const there = { name: "n", kind: "big", mode: "AUTO", scopes: ["a", "b"], uris: ["x", "y"], pkce: true, issuer: "i" };
  const wanted = { name: "n", kind: "big", mode: "AUTO", scopes: ["a", "b"], uris: ["x", "y"] };

  it.each([
    ["the order of a set", { scopes: ["b", "a"] }],
    ["what Okta computes and the program leaves out", { pkce: undefined }],
    ["an empty string, list or object that is not there", { profile: "{}", groups: [] }],
  ])("sees no change in %s", (_, change) => {
    expect(changes(schema, there, { ...wanted, ...change })).toEqual([]);
  });

  it.each([
    ["the order of a list", { uris: ["y", "x"] }, { "uris[0]": "delete", "uris[1]": "add" }],
    ["one less in a list", { uris: ["y"] }, { "uris[0]": "delete" }],
    ["another element in a list", { uris: ["x", "z"] }, { "uris[1]": "update" }],
    ["one more in a set", { scopes: ["a", "b", "c"] }, { "scopes[2]": "add" }],
    ["one less in a set", { scopes: ["b"] }, { "scopes[0]": "delete" }],
    ["a property that the program takes back", { uris: undefined }, { uris: "delete" }],
    ["a property that was not there", { minutes: 5 }, { minutes: "add" }],
    ["a computed property that the program sets", { pkce: false }, { pkce: "update" }],
    ["a list that is not known yet", { uris: UNKNOWN }, { uris: "update" }],
    ["an element that is not known yet", { scopes: ["a", UNKNOWN] }, { "scopes[1]": "update" }],
  ])("sees a change in %s", (_, change, found) => {
    expect(kinds(changes(schema, there, { ...wanted, ...change }))).toEqual(found);
  });

  it("replaces where a change needs a new resource", () => {
    const replaced = [{ path: "kind", kind: "update", replaces: true }];
    expect(changes(schema, there, { ...wanted, kind: "small" })).toEqual(replaced);
    expect(changes(schema, there, { ...wanted, kind: UNKNOWN })).toEqual(replaced);
  });

  it("takes JSON for the value that it stands for", () => {
    const profile = (json: string) => ({ ...wanted, profile: json });
    expect(changes(schema, profile('{"a":1,"b":2}'), profile('{ "b": 2, "a": 1 }'))).toEqual([]);
    expect(kinds(changes(schema, profile('{"a":1}'), profile('{"a":2}')))).toEqual({ profile: "update" });
  });

  it("ignores in a list of objects what is computed, and nothing else", () => {
    const between = (there: object[], now: object[]) =>
      kinds(changes(schema, { ...wanted, groups: there }, { ...wanted, groups: now }));
    expect(between([{ id: "1", priority: 3 }], [{ id: "1" }])).toEqual({});
    expect(between([{ id: "1", priority: 3 }], [{ id: "2" }])).toEqual({ "groups[0].id": "update" });
    expect(between([{ id: "1" }, { id: "2" }], [{ id: "1" }])).toEqual({ "groups[1]": "delete" });
    expect(between([], [{ id: "1" }])).toEqual({ "groups[0]": "add" });
  });
});

describe("Reading what is there", () => {
  const inputs = { name: "n", kind: "big", mode: "AUTO", scopes: ["b", "a"], groups: [{ id: "1", profile: "{}" }] };
  const outputs = { ...inputs, groups: [{ id: "1", priority: 0, profile: "{}" }], pkce: true, issuer: "i" };
  const fresh = { ...outputs, scopes: ["a", "b"], uris: [] };

  it("finds no drift where all means the same as before", () => {
    expect(inputsOf(schema, inputs, fresh)).toEqual(inputs);
    expect(outputsOf(schema, outputs, fresh)).toEqual(outputs);
  });

  it("shows drift in the inputs that there were, and in all outputs", () => {
    const drifted = { ...fresh, scopes: ["a"], mode: "MANUAL", uris: ["https://evil.example.com"] };
    expect(inputsOf(schema, inputs, drifted)).toEqual({ ...inputs, scopes: ["a"], mode: "MANUAL" });
    expect(outputsOf(schema, outputs, drifted)).toEqual({
      ...outputs,
      scopes: ["a"],
      mode: "MANUAL",
      uris: drifted.uris,
    });
  });

  it("shows one more in a list among the outputs, without touching the others", () => {
    const drifted = { ...fresh, groups: [...fresh.groups, { id: "2", priority: 1, profile: "{}" }] };
    expect(inputsOf(schema, inputs, drifted)).toEqual(inputs);
    expect(outputsOf(schema, outputs, drifted).groups).toEqual(drifted.groups);
    expect(kinds(changes(schema, drifted, inputs))).toEqual({ "groups[1]": "delete" });
  });

  it("shows an output that changed inside a list", () => {
    const moved = { ...fresh, groups: [{ id: "1", priority: 4, profile: "{}" }] };
    expect(outputsOf(schema, outputs, moved).groups).toEqual(moved.groups);
    expect(inputsOf(schema, inputs, moved)).toEqual(inputs);
  });

  it("keeps what the service says nothing about", () => {
    expect(outputsOf(schema, { ...outputs, mode: "MANUAL" }, { issuer: "i" }).mode).toBe("MANUAL");
  });

  it("imports the inputs that are not defaults", () => {
    expect(inputsOf(schema, {}, fresh)).toEqual({
      name: "n",
      kind: "big",
      scopes: ["a", "b"],
      groups: fresh.groups,
      pkce: true,
    });
  });
});

describe("Previewing", () => {
  it("does not know what a new resource computes", () => {
    expect(plannedOutputs(schema, { kind: "big" })).toEqual({ kind: "big", pkce: UNKNOWN, issuer: UNKNOWN });
  });

  it("knows what an existing one has computed", () => {
    const old = { kind: "big", uris: ["x"], pkce: true, issuer: "i" };
    expect(plannedOutputs(schema, { kind: "big" }, old)).toEqual({ kind: "big", pkce: true, issuer: "i" });
  });
});
