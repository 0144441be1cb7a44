/**
 * What the first line of an error begins with when the config is wrong, as opposed to an Okta that does not answer: a
 * caller that reads the error goes by this, and not by its words.
 */
export const CONFIG_MISTAKE = "config-mistake";
