import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { KINDS, listPathOf, nameOf, pathOf, type Kind } from "../../../sandbox/plugins/kubernetes/kinds";

const SDK = join(__dirname, "../../../node_modules/@pulumi/kubernetes");

/** The properties of a resource's Args interface in the SDK. */
function argsOf(module: string, resource: string): string[] {
  const file = join(SDK, module, `${resource[0]?.toLowerCase()}${resource.slice(1)}.d.ts`);
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
  const args = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === `${resource}Args`,
  );
  return (args?.members ?? []).map((member) => (member.name as ts.Identifier).text);
}

it.each(Object.entries(KINDS))("%s knows the SDK's inputs, all of them and no other", (token, kind) => {
  const [, module, resource] = token.split(":") as [string, string, string];
  expect([...kind.inputs].sort()).toEqual(argsOf(module, resource).sort());
});

it("objects have the API's paths and readable names", () => {
  const deployment = {
    kind: KINDS["kubernetes:apps/v1:DeploymentPatch"] as Kind,
    namespace: "backstage",
    name: "portal",
  };
  expect(pathOf(deployment)).toBe("/apis/apps/v1/namespaces/backstage/deployments/portal");
  expect(nameOf(deployment)).toBe("Deployment backstage/portal");
  const namespace = { kind: KINDS["kubernetes:core/v1:Namespace"] as Kind, name: "backstage" };
  expect(pathOf(namespace)).toBe("/api/v1/namespaces/backstage");
  expect(listPathOf(namespace)).toBe("/api/v1/namespaces");
  expect(nameOf(namespace)).toBe("Namespace backstage");
});
