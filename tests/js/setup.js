// @ts-check
// What the tests need before anything else is loaded: node --import ./tests/js/setup.js --test tests/js/*.test.js.
import { register } from "node:module";
import "./page.js";

register("./resolve.js", import.meta.url);
