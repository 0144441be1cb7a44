import { mockEngine, valueOf } from "./mocks";

it("lets a program of a team's own use the components, with what is known only later", async () => {
  const registered = mockEngine();
  const { issuer } = jest.requireActual<typeof import("../../docs/own-program.js")>("../../docs/own-program");
  expect(await valueOf(issuer)).toBe("https://acme.okta.com/oauth2/portal-id");
  const inputs = (type: string) => registered.find((resource) => resource.type.endsWith(`:${type}`))?.inputs;
  expect(inputs("AppGroupAssignments")).toMatchObject({ groups: [{ id: "developers-id" }] });
  expect(inputs("Secret")).toMatchObject({ metadata: { name: "backstage-okta", namespace: "portal" } });
  expect(inputs("OAuth")).toMatchObject({ label: "Developer portal", logo: "portal.png" });
});
