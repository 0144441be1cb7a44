import type { V1ConfigMap, V1Container, V1Deployment, V1Pod, V1PodSpec } from "@kubernetes/client-node";
import { configMapProblems, plaintextProblems, secretProblems } from "../../../../ops/verify/content";
import { deploymentProblems } from "../../../../ops/verify/deployment";
import { recordedIn } from "../../../../ops/verify/recorded";
import { rolloutProblems } from "../../../../ops/verify/rollout";
import { OVERLAY, RECORDED, VARIABLES } from "./recorded";

const causes = (problems: { cause: string }[]) => problems.map(({ cause }) => cause);

describe("what a stack recorded", () => {
  const { clientId, issuer, discoveryUrl, redirectUri, signOutRedirectUri } = RECORDED;
  const { namespace, secretName, configMapName, checksum, deployment } = RECORDED;
  const outputs = { clientId, issuer, discoveryUrl, redirectUri, signOutRedirectUri };
  const resources = [
    { type: "pulumi:pulumi:Stack", outputs: { ...outputs, namespace, secretName, configMapName, checksum } },
    {
      type: "kubernetes:core/v1:ConfigMap",
      inputs: { metadata: { name: configMapName }, data: { "app-config.okta.yaml": OVERLAY } },
    },
    { type: "kubernetes:apps/v1:DeploymentPatch", inputs: { metadata: { name: deployment } } },
  ];

  it("is in its state", () => expect(recordedIn(resources, "dev")).toEqual(RECORDED));

  it("has no Deployment where none is restarted", () => {
    expect(recordedIn(resources.slice(0, 2), "dev").deployment).toBeUndefined();
  });

  it("is nothing before the first update", () => {
    expect(() => recordedIn([{ type: "pulumi:pulumi:Stack" }], "dev")).toThrow(
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
  const problems = (changes: Partial<V1Container>, pod: Partial<V1PodSpec> = {}) =>
    deploymentProblems(deployment({ containers: [{ ...container, ...changes }], volumes, ...pod }), RECORDED);

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
      "a variable over all files",
      { env: [{ name: "APP_CONFIG_auth_environment", value: "x" }] },
      "warning",
      /wins over every/,
    ],
  ])("with %s is named", (_, changes, severity, cause) => {
    expect(problems(changes)).toEqual([
      expect.objectContaining({ severity, cause: expect.stringMatching(cause) as string }),
    ]);
  });

  it("needs no session secret for the stock module", () => {
    const env = ["OKTA_CLIENT_ID", "OKTA_CLIENT_SECRET"].map((name) => ({
      name,
      valueFrom: { secretKeyRef: { name: "backstage-okta", key: name } },
    }));
    const stock = deployment({ containers: [{ ...container, env, envFrom: undefined }], volumes });
    expect(deploymentProblems(stock, { ...RECORDED, pkce: false })).toEqual([]);
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
  const problems = (given: V1Pod[], status: V1Deployment["status"] = rolledOut) =>
    causes(
      rolloutProblems(
        { ...deployment({ containers: [] }, 2, annotations), status },
        given,
        RECORDED.checksum,
        "backstage/backstage",
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
