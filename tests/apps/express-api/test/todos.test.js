const test = require("node:test");
const assert = require("node:assert");

test("the router loads", () => {
  assert.equal(typeof require("../routes/todos"), "function");
});
