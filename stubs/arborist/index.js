/** Pulumi makes one when it puts a function and the packages that it needs into the state; there are none here. */
class Arborist {
  constructor() {
    throw new Error("To serialize functions, take the override of @npmcli/arborist out of package.json");
  }
}

module.exports = { Arborist };
