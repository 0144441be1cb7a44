import { sameText, splitEmail, withoutPlusTag } from "../../../backstage/auth/src/email";

it.each([
  ["Alice@ACME.example", "alice@acme.EXAMPLE", true],
  ["alice@acme.example", "alice@acme.example", true],
  ["zoë@acme.example", "zoë@acme.example", true],
  // The lower case of the Kelvin sign is k, and that of the dotted capital I begins with i.
  ["ali\u212ae@acme.example", "alike@acme.example", false],
  ["\u0130lse@acme.example", "i\u0307lse@acme.example", false],
  ["ZO\u00cb@acme.example", "zo\u00eb@acme.example", false],
  ["zo\u00eb@acme.example", "zoe\u0308@acme.example", false],
])("sameText(%j, %j) is %s", (a, b, same) => {
  expect(sameText(a, b)).toBe(same);
});

it.each([
  ["alice@acme.example", "alice", "acme.example"],
  ['"a@b"@acme.example', '"a@b"', "acme.example"],
  ["alice", "", "alice"],
])("splits %s", (email, localPart, domain) => {
  expect(splitEmail(email)).toEqual({ localPart, domain });
});

it.each([
  ["alice+x@acme.example", "alice@acme.example"],
  ["alice+x+y@acme.example", "alice@acme.example"],
  ["alice+@acme.example", "alice@acme.example"],
  ["alice@acme.example", undefined],
  ["alice@acme+x.example", undefined],
  ["+x@acme.example", undefined],
])("%s without its tag is %s", (email, expected) => {
  expect(withoutPlusTag(email)).toBe(expected);
});
