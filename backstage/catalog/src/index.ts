export { catalogModuleOktaOrg as default } from "./module";
