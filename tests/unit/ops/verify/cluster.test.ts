import { contentChecksum } from "../../../../components/portal";
import type { V1ConfigMap, V1Container, V1Deployment, V1Pod, V1PodSpec } from "@kubernetes/client-node";
import { configMapProblems, plaintextProblems, secretProblems } from "../../../../ops/verify/content";
import type { Cluster } from "../../../../ops/verify/cluster";
import { deploymentProblems, type Mounted } from "../../../../ops/verify/deployment";
import { recordedIn, type Resource } from "../../../../ops/verify/recorded";
import { checkRollout, rolloutProblems } from "../../../../ops/verify/rollout";
import { OVERLAY, RECORDED, VARIABLES } from "./recorded";

const causes = (problems: { cause: string }[]) => problems.map(({ cause }) => cause);

describe("what a stack recorded", () => {
  const { clientId, issuer, discoveryUrl, redirectUri, signOutRedirectUri } = RECORDED;
  const { namespace, secretName, configMapName, checksum, deployment } = RECORDED;
  const outputs = { clientId, issuer, discoveryUrl, redirectUri, signOutRedirectUri };
  const resource = (type: string, rest: Partial<Resource>): Resource => ({ urn: `urn:${type}`, type, ...rest });
  const stack = resource("pulumi:pulumi:Stack", {
    outputs: { ...outputs, namespace, secretName, configMapName, checksum },
  });
  const resources = [
    stack,
    resource("okta:app/oAuth:OAuth", { id: RECORDED.appId }),
    resource("okta:auth/server:Server", { id: "aus1" }),
    resource("okta:auth/serverPolicy:ServerPolicy", { id: "00p1", outputs: { authServerId: "aus1" } }),
    resource("kubernetes:core/v1:ConfigMap", {
      inputs: { metadata: { name: configMapName }, data: { "app-config.okta.yaml": OVERLAY } },
    }),
    resource("kubernetes:apps/v1:DeploymentPatch", { inputs: { metadata: { name: deployment } } }),
  ];
  const without = (type: string) => resources.filter((each) => each.type !== type);

  it("is in its state", () => expect(recordedIn(resources, "dev")).toEqual(RECORDED));

  it("is taken from its outputs where they tell it", () => {
    const facts = { portalUrl: "https://a.example", backendUrl: "https://b.example", environment: "staging" };
    const told = {
      ...stack,
      outputs: { ...stack.outputs, ...facts, authModule: "stock" as const, deployment: "portal" },
    };
    expect(recordedIn([told, ...resources.slice(1)], "dev")).toMatchObject({
      ...facts,
      pkce: false,
      deployment: "portal",
    });
  });

  it("has no Deployment where none is restarted", () => {
    expect(recordedIn(without("kubernetes:apps/v1:DeploymentPatch"), "dev").deployment).toBeUndefined();
  });

  it("has no access policy with the org server", () => {
    expect(recordedIn(without("okta:auth/serverPolicy:ServerPolicy"), "dev").accessPolicy).toBeUndefined();
  });

  it("is nothing before the first update", () => {
    expect(() => recordedIn([resource("pulumi:pulumi:Stack", {})], "dev")).toThrow(
      "stack dev has nothing to check: bring it up first, by pulumi up --stack dev",
    );
  });
});

describe("the Secret", () => {
  it("is right with what the stack recorded", () => expect(secretProblems(VARIABLES, RECORDED)).toEqual([]));

  it.each([
    ["is not there", undefined, /there is no Secret backstage\/backstage-okta/],
    ["lacks a key", { ...VARIABLES, AUTH_SESSION_SECRET: undefined }, /lacks AUTH_SESSION_SECRET/],
    [
      "is for another app",
      { ...VARIABLES, OKTA_CLIENT_ID: "other" },
      /client ID other, where the stack's app is backstage-1/,
    ],
    [
      "has another secret",
      { ...VARIABLES, OKTA_CLIENT_SECRET: "hunter2-hunter2" },
      /OKTA_CLIENT_SECRET or AUTH_SESSION_SECRET is not/,
    ],
  ])("fails when it %s, and no value of a secret is shown", (_, variables, cause) => {
    const problems = secretProblems(variables, RECORDED);
    expect(causes(problems)).toEqual([expect.stringMatching(cause)]);
    expect(JSON.stringify(problems)).not.toMatch(/hunter2|the client secret|the session secret/);
  });
});

describe("the ConfigMap", () => {
  const configMap = (text: string): V1ConfigMap => ({ data: { "app-config.okta.yaml": text } });
  const cause = (text: string) => configMapProblems(configMap(text), RECORDED)[0]?.cause ?? "";

  it("is right with what the stack recorded", () =>
    expect(configMapProblems(configMap(OVERLAY), RECORDED)).toEqual([]));

  it("fails when it is not there, or its file is not", () => {
    expect(causes(configMapProblems(undefined, RECORDED))).toEqual([expect.stringMatching(/there is no ConfigMap/)]);
    expect(causes(configMapProblems({}, RECORDED))).toEqual([expect.stringMatching(/lacks app-config\.okta\.yaml/)]);
  });

  it("has the line named that was changed, and the audience explained", () => {
    const [problem] = configMapProblems(configMap(OVERLAY.replace("https://acme.okta.com\n", "acme\n")), RECORDED);
    expect(problem?.cause).toContain(
      'line 10 is "audience: acme", where the stack wrote "audience: https://acme.okta.com"',
    );
    expect(problem?.remedy).toMatch(/pulumi up --refresh.*Okta domain exactly: https:\/\/acme\.okta\.com/);
  });

  it("has lines named that were added or taken away at the end", () => {
    expect(cause(`${OVERLAY}# mine\n`)).toContain('is "# mine", where the stack wrote ""');
    expect(cause(OVERLAY.trimEnd())).toContain("is nothing, where the stack wrote");
  });

  it("has a secret that was typed into it hidden", () => {
    const edited = OVERLAY.replace("${OKTA_CLIENT_SECRET}", "hunter2-hunter2");
    expect(cause(edited)).toContain('"clientSecret: [hidden]"');
    expect(cause(edited)).not.toContain("hunter2");
  });

  it("has secrets in plain text named", () => {
    expect(plaintextProblems(configMap(OVERLAY), VARIABLES)).toEqual([]);
    const leaked = OVERLAY.replace("${OKTA_CLIENT_SECRET}", VARIABLES.OKTA_CLIENT_SECRET);
    expect(causes(plaintextProblems(configMap(leaked), VARIABLES))).toEqual([
      "app-config.okta.yaml has the value of OKTA_CLIENT_SECRET in it",
    ]);
    const former = OVERLAY.replace("${OKTA_CLIENT_SECRET}", "a former secret");
    expect(causes(plaintextProblems(configMap(former), VARIABLES))).toEqual([
      expect.stringMatching(/Plaintext secrets in config/),
    ]);
  });
});

describe("the Deployment", () => {
  const container: V1Container = {
    name: "backstage-backend",
    args: ["--config", "app-config.yaml", "--config", "/etc/okta/app-config.okta.yaml"],
    envFrom: [{ secretRef: { name: "backstage-okta" } }],
    volumeMounts: [{ name: "okta", mountPath: "/etc/okta" }],
  };
  const volumes = [{ name: "okta", configMap: { name: "backstage-okta" } }];
  const problems = (changes: Partial<V1Container>, pod: Partial<V1PodSpec> = {}, mounted: Mounted = {}) =>
    deploymentProblems(deployment({ containers: [{ ...container, ...changes }], volumes, ...pod }), RECORDED, mounted);

  it("is right with envFrom and a mounted folder", () => expect(problems({})).toEqual([]));

  it("is right as the official Helm chart makes it", () => {
    const helm = {
      args: ["--config", "app-config.yaml", "--config", "app-config.okta.yaml"],
      volumeMounts: [
        { name: "backstage-okta", mountPath: "/app/app-config.okta.yaml", subPath: "app-config.okta.yaml" },
      ],
    };
    expect(problems(helm, { volumes: [{ name: "backstage-okta", configMap: { name: "backstage-okta" } }] })).toEqual(
      [],
    );
  });

  it("is right with each variable by itself, a projected volume, a renamed file, and a shell", () => {
    const env = Object.keys(VARIABLES).map((name) => ({
      name,
      valueFrom: { secretKeyRef: { name: "backstage-okta", key: name } },
    }));
    const items = [{ key: "app-config.okta.yaml", path: "okta.yaml" }];
    const projected = [{ name: "okta", projected: { sources: [{ configMap: { name: "backstage-okta", items } }] } }];
    const command = ["sh", "-c", "node packages/backend --config app-config.yaml --config=/etc/okta/okta.yaml"];
    expect(problems({ command, args: undefined, env, envFrom: undefined }, { volumes: projected })).toEqual([]);
  });

  it.each<[string, Partial<V1Container>, string, RegExp]>([
    [
      "another Secret",
      { envFrom: [{ secretRef: { name: "other" } }] },
      "failed",
      /does not take OKTA_CLIENT_ID, .* from Secret/,
    ],
    ["a prefix", { envFrom: [{ prefix: "X_", secretRef: { name: "backstage-okta" } }] }, "failed", /does not take/],
    [
      "a hardcoded value",
      { env: [{ name: "OKTA_CLIENT_SECRET", value: "hunter2" }] },
      "failed",
      /OKTA_CLIENT_SECRET hardcoded/,
    ],
    ["no mount", { volumeMounts: [] }, "failed", /does not mount ConfigMap backstage-okta/],
    ["no --config for it", { args: ["--config", "app-config.yaml"] }, "failed", /no --config for \/etc\/okta/],
    [
      "another file behind it",
      { args: ["--config", "/etc/okta/app-config.okta.yaml", "--config", "x.yaml"] },
      "warning",
      /not the last --config .*: x\.yaml wins/,
    ],
    ["arguments of the image alone", { args: undefined }, "warning", /in its image/],
    [
      "another environment over all files",
      { env: [{ name: "APP_CONFIG_auth_environment", value: "development" }] },
      "failed",
      /APP_CONFIG_auth_environment, which wins over every --config and sets auth\.environment otherwise/,
    ],
    [
      "a part of the provider over all files",
      { env: [{ name: "APP_CONFIG_auth_providers_okta_production", value: '{"prompt": "none"}' }] },
      "failed",
      /sets auth\.providers\.okta\.production\.prompt otherwise/,
    ],
    [
      "a variable whose value is elsewhere",
      { env: [{ name: "APP_CONFIG_auth", valueFrom: { secretKeyRef: { name: "x", key: "y" } } }] },
      "warning",
      /APP_CONFIG_auth, .* from where it cannot be seen/,
    ],
  ])("with %s is named", (_, changes, severity, cause) => {
    expect(problems(changes)).toEqual([
      expect.objectContaining({ severity, cause: expect.stringMatching(cause) as string }),
    ]);
  });

  it("does not mind variables that say what the overlay says, or are about something else", () => {
    const env = [
      { name: "APP_CONFIG_auth_environment", value: "production" },
      { name: "APP_CONFIG_auth_providers_github", value: "{}" },
      { name: "APP_CONFIG_app_title", value: "Acme" },
    ];
    expect(problems({ env })).toEqual([]);
  });

  describe("with the Helm chart's own appConfig behind the overlay", () => {
    const args = ["--config", "/etc/okta/app-config.okta.yaml", "--config", "/app/app-config-from-configmap.yaml"];
    const volumeMounts = [
      ...container.volumeMounts!,
      { name: "chart", mountPath: "/app/app-config-from-configmap.yaml", subPath: "app-config.yaml" },
    ];
    const pod = { volumes: [...volumes, { name: "chart", configMap: { name: "backstage-app-config" } }] };
    const behind = (text: string) =>
      problems({ args, volumeMounts }, pod, { "backstage-app-config": { "app-config.yaml": text } });

    it("names what that sets otherwise", () => {
      const text = "auth: {environment: development, providers: {okta: {production: {clientSecret: hunter2}}}}";
      expect(behind(text)).toEqual([
        {
          severity: "failed",
          cause:
            "/app/app-config-from-configmap.yaml, which comes after app-config.okta.yaml in container backstage-backend, " +
            "sets auth.environment, auth.providers.okta.production.clientSecret otherwise",
          remedy: expect.stringContaining("backstage.appConfig") as string,
        },
      ]);
    });

    it("does not mind what has nothing to do with it", () => {
      expect(behind("app: {title: Acme}\nauth: {providers: {github: {}}, environment: production}")).toEqual([]);
    });

    it("warns of it where it cannot be read", () => {
      expect(causes(problems({ args, volumeMounts }, pod))).toEqual([
        expect.stringMatching(
          /not the last --config .*: \/app\/app-config-from-configmap\.yaml wins .* cannot be seen/,
        ),
      ]);
    });
  });

  it("needs no session secret for the stock module", () => {
    const env = ["OKTA_CLIENT_ID", "OKTA_CLIENT_SECRET"].map((name) => ({
      name,
      valueFrom: { secretKeyRef: { name: "backstage-okta", key: name } },
    }));
    const stock = deployment({ containers: [{ ...container, env, envFrom: undefined }], volumes });
    expect(deploymentProblems(stock, { ...RECORDED, overlay: "" })).toEqual([]);
    expect(causes(deploymentProblems(stock, RECORDED))).toEqual([expect.stringMatching(/AUTH_SESSION_SECRET/)]);
  });

  it("is judged by the container that runs Backstage", () => {
    expect(problems({}, { containers: [{ name: "sidecar" }, container] })).toEqual([]);
  });
});

describe("the rollout", () => {
  const rolledOut = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  const annotations = { "backstage-okta-sso/checksum": RECORDED.checksum };
  const pod = (name: string, changes: Partial<V1Pod> = {}): V1Pod => ({
    metadata: { name, annotations },
    status: { phase: "Running" },
    ...changes,
  });
  const pods = [pod("new-1"), pod("new-2")];
  const old = pod("old-1", { metadata: { name: "old-1", annotations: {} } });
  const problems = (given: V1Pod[], status: V1Deployment["status"] = rolledOut, more = {}) =>
    causes(
      rolloutProblems(
        { ...deployment({ containers: [] }, 2, annotations), status },
        given,
        RECORDED.checksum,
        "backstage/backstage",
        more,
      ),
    );

  it("is done with all pods new and available", () => expect(problems(pods)).toEqual([]));

  it("fails where the template has another checksum, or none", () => {
    const other = deployment({ containers: [] }, 1, { "backstage-okta-sso/checksum": "other" });
    expect(causes(rolloutProblems(other, [], RECORDED.checksum, "x"))).toEqual([
      expect.stringMatching(/another checksum/),
    ]);
    expect(causes(rolloutProblems(deployment({ containers: [] }), [], RECORDED.checksum, "x"))).toEqual([
      expect.stringMatching(/no checksum/),
    ]);
  });

  it("fails while an older pod is in use", () => {
    expect(problems([...pods, old])).toEqual([expect.stringMatching(/old-1 of before still run/)]);
  });

  it("does not mind an older pod that is on its way out", () => {
    const leaving = { ...old, metadata: { ...old.metadata, deletionTimestamp: new Date() } };
    expect(problems([...pods, leaving])).toEqual([]);
  });

  describe("whose last step is Kubernetes' own", () => {
    const leaving = { ...old, metadata: { ...old.metadata, deletionTimestamp: new Date() } };
    const rollout = (looks: V1Pod[][], endSeconds?: number) => {
      const live = { ...deployment({ containers: [] }, 2, annotations), status: rolledOut };
      const cluster = {
        pods: () => Promise.resolve(looks.length > 1 ? looks.shift() : looks[0]),
        deployment: () => Promise.resolve(live),
      } as unknown as Cluster;
      return checkRollout(cluster, live, RECORDED, endSeconds);
    };

    it("is waited for, until the pods of before are gone", async () => {
      const looks = [[...pods, old], [...pods, leaving], pods];
      expect(await rollout(looks)).toMatchObject({ problems: [] });
      expect(looks).toEqual([pods]);
    });

    it("is not waited for longer than it may take", async () => {
      expect((await rollout([[...pods, old]], 0)).problems).toEqual([
        expect.objectContaining({ cause: expect.stringMatching(/old-1 of before still run/) as string }),
      ]);
    });
  });

  it.each(["Failed", "Succeeded"])("does not mind an older pod that has ended: %s, such as by an eviction", (phase) => {
    expect(problems([...pods, { ...old, status: { phase, reason: "Evicted" } }])).toEqual([]);
  });

  it("gives the reason for which no pod can be made", () => {
    const conditions = [{ type: "ReplicaFailure", status: "True", message: "exceeded quota: pods=10" }];
    expect(problems([old], { ...rolledOut, updatedReplicas: 0, conditions })).toEqual([
      "new pods of backstage/backstage do not start: exceeded quota: pods=10",
    ]);
  });

  it("gives what Kubernetes warns of while a pod waits, and the end of its log where it has no message", () => {
    const status = { name: "backstage-backend", image: "", imageID: "", ready: false, restartCount: 0 };
    const half = { ...rolledOut, availableReplicas: 1 };
    const mounting = pod("new-2", {
      status: { containerStatuses: [{ ...status, state: { waiting: { reason: "ContainerCreating" } } }] },
    });
    const missing = 'MountVolume.SetUp failed for volume "okta" : configmap "backstage-okta" not found';
    expect(problems([pod("new-1"), mounting], half, { "new-2": missing })).toEqual([
      `new pods of backstage/backstage do not start: new-2: backstage-backend waits: ${missing}`,
    ]);
    const crashing = pod("new-2", {
      status: {
        containerStatuses: [
          {
            ...status,
            state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s" } },
            lastState: { terminated: { exitCode: 1 } },
          },
        ],
      },
    });
    expect(problems([pod("new-1"), crashing], half, { "new-2": "Missing required config value" })).toEqual([
      expect.stringMatching(/new-2: backstage-backend CrashLoopBackOff Missing required config value$/),
    ]);
  });

  it.each([
    ["not seen by the controller yet", { ...rolledOut, observedGeneration: 1 }],
    ["not updated", { ...rolledOut, updatedReplicas: 1 }],
    ["not available", { ...rolledOut, availableReplicas: 1 }],
  ])("is not done when it is %s", (_, status) => {
    expect(problems(pods, status)).toEqual([expect.stringMatching(/not rolled out/)]);
  });

  it("gives a pod's own reason for not starting", () => {
    const status = { name: "backstage-backend", image: "", imageID: "", ready: false, restartCount: 3 };
    const crashed = pod("new-2", {
      status: {
        containerStatuses: [
          {
            ...status,
            state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s restarting" } },
            lastState: {
              terminated: { exitCode: 1, message: "Starting\nMissing required config value at 'auth.x'\n" },
            },
          },
        ],
      },
    });
    expect(problems([old, pod("new-1"), crashed], { ...rolledOut, availableReplicas: 1 })).toEqual([
      "new pods of backstage/backstage do not start: new-2: backstage-backend CrashLoopBackOff " +
        "Starting Missing required config value at 'auth.x'",
    ]);
    const waiting = { reason: "CreateContainerConfigError", message: 'secret "backstage-okta" not found' };
    const unconfigured = pod("new-1", { status: { containerStatuses: [{ ...status, state: { waiting } }] } });
    expect(problems([unconfigured])[0]).toContain('CreateContainerConfigError secret "backstage-okta" not found');
  });

  it("is a warning without replicas", () => {
    const none = deployment({ containers: [] }, 0, annotations);
    expect(rolloutProblems(none, [], RECORDED.checksum, "x")).toEqual([
      expect.objectContaining({ severity: "warning", cause: expect.stringContaining("0 replicas") as string }),
    ]);
  });
});

function deployment(pod: V1PodSpec, replicas = 1, annotations: Record<string, string> = {}): V1Deployment {
  return {
    metadata: { name: "backstage", namespace: "backstage", generation: 2 },
    spec: { replicas, selector: {}, template: { metadata: { annotations }, spec: pod } },
  };
}

describe("with roles and the catalog's credentials", () => {
  const POLICIES = "g, group:default/admins, role:default/admin\n";
  const overlay = `${OVERLAY}catalog:\n  token: \${OKTA_CATALOG_TOKEN}\n`;
  const variables = { ...VARIABLES, OKTA_CATALOG_TOKEN: "the catalog's token" };
  const recorded = {
    ...RECORDED,
    overlay,
    rolePolicies: POLICIES,
    checksum: contentChecksum(variables, { overlay, rolePolicies: POLICIES }),
  };
  const data = { "app-config.okta.yaml": overlay, "rbac-policies.csv": POLICIES };

  it("the Secret has what the overlay names", () => {
    expect(secretProblems(variables, recorded)).toEqual([]);
    expect(causes(secretProblems(VARIABLES, recorded))).toEqual([expect.stringMatching(/lacks OKTA_CATALOG_TOKEN/)]);
    expect(causes(secretProblems({ ...variables, OKTA_CATALOG_TOKEN: "other" }, recorded))).toEqual([
      expect.stringMatching(/was changed by hand: its OKTA_CLIENT_SECRET or AUTH_SESSION_SECRET or OKTA_CATALOG_TOKEN/),
    ]);
  });

  it.each<[string, Record<string, string | undefined>, object, RegExp]>([
    ["lacks the roles", { ...data, "rbac-policies.csv": undefined }, recorded, /lacks rbac-policies.csv/],
    ["has other roles", { ...data, "rbac-policies.csv": "" }, recorded, /has another rbac-policies.csv/],
    ["has roles by hand", { ...data, "app-config.okta.yaml": OVERLAY }, RECORDED, /has rbac-policies.csv, by which/],
  ])("the ConfigMap is told of where it %s", (_, content, wanted, cause) => {
    const found = Object.fromEntries(Object.entries(content).filter(([, text]) => text !== undefined));
    const problems = configMapProblems({ data: found as Record<string, string> }, wanted as typeof recorded);
    expect(causes(problems)).toEqual([expect.stringMatching(cause)]);
  });

  it("the Deployment mounts the roles' folder", () => {
    const container = (...mounts: object[]) => ({
      name: "backstage-backend",
      args: ["--config", "app-config.okta.yaml"],
      envFrom: [{ secretRef: { name: "backstage-okta" } }],
      volumeMounts: [
        { name: "x", mountPath: "/app/app-config.okta.yaml", subPath: "app-config.okta.yaml" },
        ...mounts,
      ] as V1Container["volumeMounts"],
    });
    const volumes = [{ name: "x", configMap: { name: "backstage-okta" } }];
    const problems = (...mounts: object[]) =>
      causes(deploymentProblems(deployment({ containers: [container(...mounts)], volumes }), recorded));
    expect(problems({ name: "x", mountPath: "/app/okta" })).toEqual([]);
    expect(problems()).toEqual([expect.stringMatching(/does not mount ConfigMap backstage-okta as a folder okta/)]);
  });
});
