export { authModuleOkta as default } from "./module";
