// Bundles each entry once and writes down what went into it, so that a test can tell when a file was changed by hand.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const ENTRIES = ["ui.js"];
const OUT = "../roms/web/static/vendor/";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const packageOf = (path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1];

async function bundle(entry) {
  const options = { bundle: true, format: "esm", target: "es2020", minify: true, legalComments: "none", metafile: true };
  const { metafile } = await build({ ...options, entryPoints: [entry], outfile: OUT + entry });
  return [...new Set(Object.keys(metafile.inputs).map(packageOf).filter(Boolean))].sort();
}

function described(name) {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  return { name, version, licence: license };
}

mkdirSync(OUT, { recursive: true });
const files = {};
const used = new Set();
for (const entry of ENTRIES) {
  const packages = await bundle(entry);
  packages.forEach((name) => used.add(name));
  files[entry] = { packages: packages.map(described), sha256: sha256(readFileSync(OUT + entry)) };
}
const texts = [...used].sort().map((name) => {
  const { version, licence } = described(name);
  return `${name} ${version} (${licence})\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim()}\n`;
});
writeFileSync(OUT + "LICENSES", texts.join("\n\n----\n\n"));
files.LICENSES = { packages: [], sha256: sha256(readFileSync(OUT + "LICENSES")) };
writeFileSync(OUT + "VENDORED.json", JSON.stringify({ bundler: described("esbuild"), files }, null, 2) + "\n");
