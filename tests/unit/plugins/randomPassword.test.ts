import { generatePassword, impossible } from "../../../sandbox/plugins/random/password";

const minimums = { minUpper: 0, minLower: 0, minNumeric: 0, minSpecial: 0 };
const all = { upper: true, lower: true, numeric: true, special: true, ...minimums };

describe("A random password", () => {
  it("has the length asked for, and another value each time", () => {
    const [one, other] = [generatePassword({ ...all, length: 43 }), generatePassword({ ...all, length: 43 })];
    expect(one).toHaveLength(43);
    expect(one).not.toBe(other);
  });

  it("has only the characters asked for", () => {
    expect(generatePassword({ ...all, length: 500, special: false, upper: false })).toMatch(/^[a-z0-9]+$/);
    expect(generatePassword({ ...all, length: 500, upper: false, lower: false, numeric: false })).toMatch(
      /^[!@#$%&*()\-_=+[\]{}<>:?]+$/,
    );
    const special = { special: true, overrideSpecial: "_", lower: false, upper: false, numeric: false };
    expect(generatePassword({ ...all, ...special, length: 9 })).toBe("_________");
  });

  it("has at least the minimum of each kind", () => {
    const password = generatePassword({ ...all, length: 8, minUpper: 2, minLower: 2, minNumeric: 2, minSpecial: 2 });
    expect(password.replace(/[^A-Z]/g, "")).toHaveLength(2);
    expect(password.replace(/[^0-9]/g, "")).toHaveLength(2);
  });

  it("takes number for the old name of numeric", () => {
    expect(generatePassword({ ...all, length: 500, numeric: undefined, number: false })).not.toMatch(/[0-9]/);
  });

  it("is refused when it would be too short for its minimums, or of nothing", () => {
    expect(impossible({ ...all, length: 3, minUpper: 2, minLower: 2 })).toMatchObject([{ property: "length" }]);
    expect(
      impossible({ ...minimums, length: 3, upper: false, lower: false, numeric: false, special: false }),
    ).toHaveLength(1);
  });
});
