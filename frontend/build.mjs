// Builds the pages' scripts and styles into hub/web; `--check` builds beside it and fails where the two differ.
import { build } from "esbuild";
import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, "..", "hub", "web");
const FOLDERS = ["static", "signer", "demo"]; // officers' pages, the signer, what only a demo city serves

const common = {
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  metafile: true,
  logLevel: "warning",
};
const script = { ...common, target: ["es2023"] };

/** Names as the sources say them -> names with the hash of their content. */
function names(result, folder) {
  const entries = Object.entries(result.metafile.outputs).filter(([, output]) => output.entryPoint);
  return Object.fromEntries(
    entries.map(([path, { entryPoint }]) => [
      entryPoint.split("/").pop().replace(/\.ts$/, ".js"),
      relative(folder, join(here, path)).replaceAll("\\", "/"),
    ]),
  );
}

async function buildInto(root) {
  const folder = Object.fromEntries(FOLDERS.map((name) => [name, join(root, name)]));
  for (const path of Object.values(folder)) {
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
  }
  const pages = (await readdir(join(here, "officer/src/pages"))).sort().map((name) => `officer/src/pages/${name}`);
  const officer = await build({ ...script, entryPoints: pages, outdir: folder.static, splitting: true });
  const officerStyle = await build({ ...common, entryPoints: ["style/officer.css"], outdir: folder.static });
  const signer = await build({ ...script, entryPoints: ["signer/src/signer.ts"], outdir: folder.signer });
  const signerStyle = await build({ ...common, entryPoints: ["style/signer.css"], outdir: folder.signer });
  const demo = await build({ ...script, entryPoints: ["passkeys/src/software.ts"], outdir: folder.demo });

  const signerNames = { ...names(signer, folder.signer), ...names(signerStyle, folder.signer) };
  let page = await readFile(join(here, "signer/index.html"), "utf8");
  for (const [plain, hashed] of Object.entries(signerNames)) page = page.replaceAll(`{{${plain}}}`, hashed);
  await writeFile(join(folder.signer, "index.html"), page);

  const manifest = { ...names(officer, folder.static), ...names(officerStyle, folder.static) };
  await writeFile(join(folder.static, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(folder.demo, "manifest.json"), `${JSON.stringify(names(demo, folder.demo), null, 2)}\n`);
}

async function contents(root) {
  const found = new Map();
  for (const folder of FOLDERS) {
    for (const name of await readdir(join(root, folder)).catch(() => [])) {
      found.set(`${folder}/${name}`, await readFile(join(root, folder, name), "utf8"));
    }
  }
  return found;
}

async function check() {
  const scratch = await mkdtemp(join(tmpdir(), "milton-frontend-"));
  try {
    await buildInto(scratch);
    const [built, committed] = [await contents(scratch), await contents(web)];
    const differing = [...new Set([...built.keys(), ...committed.keys()])].filter((k) => built.get(k) !== committed.get(k));
    if (differing.length > 0) {
      console.error(`hub/web is not what frontend builds to (run: npm run build):\n  ${differing.sort().join("\n  ")}`);
      process.exitCode = 1;
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

if (process.argv.includes("--check")) await check();
else await buildInto(web);
