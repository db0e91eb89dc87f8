// Usage: node caniemail.mjs NODE_MODULES FILE CLIENT…   Prints [[client, feature], …]: what a client does not support at all.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, file, ...clients] = process.argv.slice(2);
const entry = createRequire(`${modules}/`).resolve("caniemail");
const { caniemail } = await import(pathToFileURL(entry));
const { issues } = caniemail({ clients, html: readFileSync(file, "utf8") });
const pairs = [...issues.errors].flatMap(([client, uses]) => uses.map((use) => [client, use.title]));
console.log(JSON.stringify(pairs));
