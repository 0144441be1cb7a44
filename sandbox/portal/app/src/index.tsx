import { SignInPage } from "@backstage/core-components";
import { createApp } from "@backstage/frontend-defaults";
import { createFrontendModule, oktaAuthApiRef } from "@backstage/frontend-plugin-api";
import { SignInPageBlueprint } from "@backstage/plugin-app-react";
import catalogPlugin from "@backstage/plugin-catalog/alpha";
import userSettingsPlugin from "@backstage/plugin-user-settings/alpha";
import "@backstage/ui/css/styles.css";
import { createRoot } from "react-dom/client";

const okta = { id: "okta-auth-provider", title: "Okta", message: "Sign in with Okta", apiRef: oktaAuthApiRef };

const signInPage = SignInPageBlueprint.make({
  params: { loader: () => Promise.resolve((props) => <SignInPage {...props} provider={okta} auto={false} />) },
});

const app = createApp({
  features: [catalogPlugin, userSettingsPlugin, createFrontendModule({ pluginId: "app", extensions: [signInPage] })],
});

createRoot(document.getElementById("root")!).render(app.createRoot());
