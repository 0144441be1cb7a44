import { DiffKind } from "@pulumi/pulumi/automation";
import { findHurts } from "../../../../ops/pr-check/hurts";
import { step } from "../steps";

const APP = "okta:app/oAuth:OAuth";
const ASSIGNMENTS = "okta:index/appGroupAssignments:AppGroupAssignments";
const POLICY = "okta:auth/serverPolicy:ServerPolicy";
const RULE = "okta:auth/serverPolicyRule:ServerPolicyRule";
const PATCH = "kubernetes:apps/v1:DeploymentPatch";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const app = {
  clientId: "backstage-1",
  redirectUris: ["https://a.example/api/auth/okta/handler/frame"],
  postLogoutRedirectUris: ["https://a.example/"],
};

describe("the OIDC app", () => {
  it("hurts nobody when something else about it changes", () => {
    const after = { ...app, label: "Backstage", redirectUris: [...app.redirectUris, "https://b.example/"] };
    expect(findHurts([step("update", APP, app, after), step("create", APP, undefined, app)])).toEqual([]);
  });

  it("is replaced, and for what reason", () => {
    expect(findHurts([step("replace", APP, app, app, { keys: ["type"] })])).toEqual([
      { kind: "app-replaced", message: expect.stringMatching(/deleted and made anew because of `type`/) as string },
    ]);
  });

  it("is deleted, which says it all", () => {
    expect(findHurts([step("delete", APP, app, undefined)])).toEqual([
      { kind: "app-replaced", message: "The OIDC app is deleted: nobody can sign in." },
    ]);
  });

  it.each(["backstage-2", UNKNOWN])("gets another client ID: %s", (clientId) => {
    expect(findHurts([step("update", APP, app, { ...app, clientId })])).toEqual([
      { kind: "client-id-changed", message: expect.stringMatching(/no longer `backstage-1`/) as string },
    ]);
  });

  it("loses redirect URIs of both kinds", () => {
    const after = { ...app, redirectUris: ["https://b.example/"], postLogoutRedirectUris: [] };
    expect(findHurts([step("update", APP, app, after)])).toEqual([
      {
        kind: "redirect-uri-removed",
        message: expect.stringMatching(/sign-in redirect URI `https:\/\/a.example\/api/) as string,
      },
      {
        kind: "redirect-uri-removed",
        message: expect.stringMatching(/sign-out redirect URI `https:\/\/a.example\/`/) as string,
      },
    ]);
  });
});

describe("the groups", () => {
  const groups = (...ids: string[]) => ({ groups: ids.map((id) => ({ id, profile: "{}" })) });

  it("name the one that loses access", () => {
    const change = step("update", ASSIGNMENTS, groups("00g1", "00g2"), groups("00g2", "00g3"));
    expect(findHurts([change], (id) => `name of ${id}`)).toEqual([
      { kind: "group-removed", message: expect.stringMatching(/`name of 00g1`/) as string },
    ]);
  });

  it("all lose access when the assignments are deleted, and none when they are made anew", () => {
    const before = groups("00g1", "00g2");
    expect(findHurts([step("delete", ASSIGNMENTS, before, undefined)])).toHaveLength(2);
    expect(findHurts([step("replace", ASSIGNMENTS, before, before)])).toEqual([]);
  });
});

describe("sessions", () => {
  const lifetimes = (duration: number, idle: number) => ({
    refreshTokenLifetimeMinutes: duration,
    refreshTokenWindowMinutes: idle,
  });

  it("end sooner with shorter lifetimes, and not with longer ones", () => {
    const change = step("update", RULE, lifetimes(10080, 1440), lifetimes(20160, 90));
    expect(findHurts([change])).toEqual([
      { kind: "sessions-end", message: "An unused sign-in ends after 90 minutes instead of 1 day." },
    ]);
  });

  it.each([
    ["moves", { authServerId: "aus2" }],
    ["is not known yet", { authServerId: UNKNOWN }],
  ])("end when the authorization server %s", (_, after) => {
    const change = step("replace", POLICY, { authServerId: "aus1" }, after);
    expect(findHurts([change])).toMatchObject([{ kind: "sessions-end" }]);
  });

  it("end when there is no access policy any more, and go on when it is just renamed", () => {
    const before = { authServerId: "aus1", name: "a" };
    expect(findHurts([step("delete", POLICY, before, undefined)])).toMatchObject([{ kind: "sessions-end" }]);
    expect(findHurts([step("update", POLICY, before, { ...before, name: "b" })])).toEqual([]);
  });

  it("end with another session secret", () => {
    const secret = "random:index/randomPassword:RandomPassword";
    expect(findHurts([step("replace", secret, { length: 64 }, { length: 32 })])).toMatchObject([
      { kind: "sessions-end" },
    ]);
    expect(findHurts([step("create", secret, undefined, { length: 64 })])).toEqual([]);
  });
});

describe("the portal", () => {
  const patch = { metadata: { name: "backstage", namespace: "backstage-dev" } };
  const detailedDiff = (path: string) => ({ detailedDiff: { [path]: { diffKind: DiffKind.update, inputDiff: true } } });
  const annotation = "spec.template.metadata.annotations.backstage-okta-sso/checksum";

  it("restarts when its pods are annotated anew", () => {
    expect(findHurts([step("update", PATCH, patch, patch, detailedDiff(annotation))])).toEqual([
      { kind: "portal-restart", message: "Deployment `backstage-dev/backstage` gets new pods." },
    ]);
    expect(findHurts([step("create", PATCH, undefined, patch)])).toHaveLength(1);
    expect(findHurts([step("delete", PATCH, patch, undefined)])).toHaveLength(1);
  });

  it("goes on when the patch changes outside of the pods", () => {
    expect(findHurts([step("update", PATCH, patch, patch, detailedDiff("metadata.annotations.a"))])).toEqual([]);
  });
});
