import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. */
export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

interface Call {
  token: string;
  inputs: { q?: string; id?: string; name?: string; authServerId?: string; domainIdOrName?: string };
}

/** The org that the mocked provider answers for. */
const GROUPS = ["backstage-users", "backstage-users-eu", "contractors", "contractors", "platform-engineers"];
const SERVERS: Record<string, object> = {
  default: { id: "default", issuer: "https://acme.okta.com/oauth2/default", issuerMode: "ORG_URL", status: "ACTIVE" },
  custom: {
    id: "aus2",
    issuer: "https://login.acme.example/oauth2/aus2",
    issuerMode: "CUSTOM_URL",
    status: "ACTIVE",
  },
  old: { id: "aus3", issuer: "https://acme.okta.com/oauth2/aus3", issuerMode: "ORG_URL", status: "INACTIVE" },
  portal: { id: "aus1", issuer: "https://acme.okta.com/oauth2/default", issuerMode: "DYNAMIC", status: "ACTIVE" },
};
const DOMAINS: Record<string, string> = { "login.acme.example": "COMPLETED", "new.acme.example": "IN_PROGRESS" };

const OUTPUTS: Record<string, object> = {
  "okta:app/oAuth:OAuth": { clientSecret: "the-client-secret" },
  "random:index/randomId:RandomId": { hex: "backstage-1234" },
};

function outputsOf(type: string, name: string, { input }: Record<string, unknown>): object | undefined {
  if (type === "okta:auth/server:Server") return { issuer: `https://acme.okta.com/oauth2/${name}-id` };
  if (type === "random:index/randomPassword:RandomPassword") return { result: `password of ${name}` };
  return type === "pulumi:index:Stash" ? { output: input } : OUTPUTS[type];
}

const FUNCTIONS: Record<string, (inputs: Call["inputs"]) => Record<string, unknown>> = {
  "okta:index/getGroups:getGroups": ({ q = "" }) => {
    const names = GROUPS.filter((name) => name.startsWith(q));
    // Okta sorts by nothing in particular: the exact name need not come first.
    return { groups: names.reverse().map((name, index) => ({ id: `${index} ${name}`, name })) };
  },
  "okta:group/getGroup:getGroup": ({ id = "" }) =>
    id === "00gcontractors" ? { id, name: "contractors" } : missing(`failed to get group: 404 Not Found`),
  "okta:index/getDomain:getDomain": ({ domainIdOrName: domain = "" }) =>
    DOMAINS[domain]
      ? { domain, validationStatus: DOMAINS[domain] }
      : missing(`failed to find domain by id or name: "${domain}"`),
  "okta:policy/getPolicy:getPolicy": ({ name = "" }) =>
    name === "Any two factors"
      ? { id: "rst2", name }
      : missing(`no policies retrieved for policy type 'ACCESS_POLICY' and name '${name}'`),
  // Only the server `portal` has a groups scope.
  "okta:auth/getServerScopes:getServerScopes": ({ authServerId }) => ({
    scopes: authServerId === "aus1" ? [{ name: "groups" }] : [],
  }),
  "okta:auth/getServer:getServer": ({ name = "" }) =>
    (SERVERS[name] as Record<string, unknown>) ?? missing(`authorization server with name '${name}' does not exist`),
};

function missing(details: string): never {
  // The SDK shows the details of a gRPC error.
  throw Object.assign(new Error(), { details });
}

/** Puts a mocked engine in place for the stack `dev`, and gives the resources that are registered with it from then on. */
export function mockEngine(config: Record<string, string> = {}): Registered[] {
  const registered: Registered[] = [];
  void pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        registered.push({ type, name, inputs: inputs as Record<string, unknown> });
        return {
          id: `${name}-id`,
          state: { ...inputs, ...outputsOf(type, name, inputs as object as Record<string, unknown>) } as Record<
            string,
            unknown
          >,
        };
      },
      call: ({ token, inputs }: Call) => FUNCTIONS[token]?.(inputs) ?? missing(`an answer for ${token} does not exist`),
    },
    "backstage-okta-sso",
    "dev",
    false,
  );
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(config).map(([key, value]) => [`backstage-okta-sso:${key}`, value])),
  );
  return registered;
}

/** What is inside a value that the program marked as secret; throws for one that it did not. */
export function insideSecret<T>(value: unknown): T {
  const { value: inside, ...mark } = value as { value: T };
  if (!Object.values(mark).includes("1b47061264138c4ac30d75fd1eb44270")) throw new Error("the value is not secret");
  return inside;
}

/** The value of an output. */
export function valueOf<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => pulumi.output(output).apply((value) => resolve(value)));
}
